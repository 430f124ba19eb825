import { EXIT, UserError } from '../ground/errors.ts';
import { nearest } from '../ground/nearest.ts';
import { bert } from './bert.ts';
import { bm25 } from './bm25.ts';
import { crf } from './crf.ts';
import { dialogue } from './dialogue.ts';
import { fasttext } from './fasttext.ts';
import { knn } from './knn.ts';
import { lexicon } from './lexicon.ts';
import { linear } from './linear.ts';
import { ltr } from './ltr.ts';
import { majority } from './majority.ts';
import type { ModelKind } from './model.ts';
import { relation } from './relation.ts';

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
