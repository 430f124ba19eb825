import { archives } from './readers/archives.ts';
import { cblue } from './readers/cblue.ts';
import { clinical } from './readers/clinical.ts';
import { corpora, taskFiles } from './readers/corpora.ts';
import { checkpoints, encoders, finetuned, onnx, weights } from './readers/encoders.ts';
import { imports } from './readers/imports.ts';
import { models } from './readers/models.ts';
import { predictions } from './readers/predictions.ts';
import { lexicons, pretraining } from './readers/pretraining.ts';
import { runs } from './readers/runs.ts';
import { services } from './readers/services.ts';
import type { Reader } from './subject.ts';

/** Everything that the product reads, but for modules of users, which are code. */
export const readers: readonly Reader[] = [
  corpora,
  cblue,
  clinical,
  imports,
  taskFiles,
  predictions,
  runs,
  models,
  encoders,
  weights,
  onnx,
  finetuned,
  checkpoints,
  pretraining,
  lexicons,
  archives,
  services,
];
