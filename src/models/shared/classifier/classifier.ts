import type { Text } from '../../../ground/language.ts';
import type { Prediction } from '../../../tasks/examples.ts';
import type { FittedModel } from '../../contract.ts';
import { answerInBatches } from '../answer-each.ts';
import { type Encoder, encodeAll, encodeOne } from '../features/encoder.ts';
import type { ClassifierInput } from '../features/inputs.ts';
import type { Rows } from '../features/rows.ts';
import type { LabelFamily } from '../labels/labelling.ts';
import { type ModelContent, sizeOf, writeModelFile } from '../modelfile.ts';

/** A classifier of encoded inputs. */
export interface Classifier {
  readonly encoder: Encoder<ClassifierInput>;
  /** The prediction of one of the rows. */
  predict(rows: Rows): readonly Prediction<LabelFamily>[];
  /** The explanation of the answer to the only row. */
  explain(rows: Rows): readonly Text[];
  readonly content: ModelContent;
}

/** Inputs are encoded and scored in groups of this size. */
const BATCH = 512;

/** A model of kind `id` that encodes inputs and classifies them. */
export function fittedClassifier(id: string, classifier: Classifier): FittedModel<LabelFamily> {
  const { encoder, content } = classifier;
  return {
    bytes: sizeOf(content),
    answer: (inputs, options) =>
      answerInBatches(inputs, BATCH, options, async (batch, yieldNow) =>
        classifier.predict(await encodeAll(encoder, batch, yieldNow)),
      ),
    save: (file) => writeModelFile(file, id, content),
    explain: (input) => classifier.explain(encodeOne(encoder, input)),
  };
}
