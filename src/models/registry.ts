import { EXIT, UserError } from '../ground/errors.ts';
import { nearest } from '../ground/nearest.ts';
import { bert } from './bert/kind.ts';
import { bm25 } from './bm25/kind.ts';
import type { ModelKind } from './contract.ts';
import { crf } from './crf/kind.ts';
import { dialogue } from './dialogue/kind.ts';
import { fasttext } from './fasttext/kind.ts';
import { knn } from './knn/kind.ts';
import { lexicon } from './lexicon/kind.ts';
import { linear } from './linear/kind.ts';
import { ltr } from './ltr/kind.ts';
import { majority } from './majority/kind.ts';
import { relation } from './relation/kind.ts';

/** Every kind of model, in the order of the tables. Only descriptions: a kind loads what it needs when used. */
export const modelKinds: readonly ModelKind[] = [
  majority,
  bm25,
  ltr,
  lexicon,
  knn,
  linear,
  fasttext,
  crf,
  dialogue,
  relation,
  bert,
];

/** The kind with that id. UserError, with the nearest id, if there is none. */
export function findModel(id: string): ModelKind {
  const found = modelKinds.find((kind) => kind.id === id);
  if (found) return found;
  const ids = modelKinds.map((kind) => kind.id);
  throw new UserError('unknown-model', `There is no model "${id}"`, {
    hint: `Did you mean ${nearest(id, ids)}? There are ${ids.join(', ')}.`,
    exitCode: EXIT.usage,
  });
}
