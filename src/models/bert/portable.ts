import { parseConfig } from '../../encoders/architectures/registry.ts';
import type { BatchShape } from '../../encoders/heads/head.ts';
import { encoderFeeds } from '../../encoders/inference/sequences.ts';
import { loadTokenizer } from '../../encoders/tokenizers/load.ts';
import type { FamilyId, Input, Prediction } from '../../tasks/examples.ts';
import { type DisplayedAnswer, toDisplayed } from '../../tasks/families/displayed-answer.ts';
import { served } from './families.ts';
import type { FamilyPlan } from './plan.ts';
import { PLANNERS } from './planners.ts';
import { type KeptRecord, parametersOf } from './record.ts';

/** What is needed of a kept model besides its ONNX file and the files of its tokenizer. */
export interface PortableParts {
  readonly record: KeptRecord;
  /** The text of `config.json`. */
  readonly config: string;
  /** Weights for decoding that are not part of the ONNX model: the transitions of a CRF. */
  readonly weights: Readonly<Record<string, readonly number[]>>;
}

/** Runs the ONNX file of the model on one batch: inputs by name, `[batch, length]` each. */
export type RunOnnx = (
  feeds: Readonly<Record<string, BigInt64Array>>,
  shape: BatchShape,
) => Promise<Readonly<Record<string, Float32Array>>>;

/** An answer as pages draw it. */
export interface PortableAnswer {
  readonly status: 'answered';
  readonly prediction: Prediction;
  readonly view: DisplayedAnswer;
}

/**
 * A kept model without its weights, for programs with their own runtime, such as a page in a browser: `folder` has
 * the files of its tokenizer, `run` runs its ONNX file. Answers one input after the other, as `openModel` does. Throws the
 * UserErrors of reading these parts.
 */
export async function openPortable(
  folder: string,
  { record, config: configText, weights: stored }: PortableParts,
  run: RunOnnx,
): Promise<(input: Input) => Promise<PortableAnswer>> {
  const config = parseConfig(configText);
  const tokenizer = await loadTokenizer(folder);
  const parameters = parametersOf(record, {});
  const context = { tokenizer, config, parameters };
  const plan: FamilyPlan<FamilyId> = await PLANNERS[served(record.family)].plan(record.learnt, context);
  const weights = new Map(Object.entries(stored).map(([name, list]) => [name, Float32Array.from(list)]));
  return (input) =>
    plan.use(async ({ head, ask }): Promise<PortableAnswer> => {
      const { sequences, decode } = ask(input);
      const answers = [];
      for (const sequence of sequences) {
        const shape = { batch: 1, length: sequence.ids.length };
        const outputs = await run(encoderFeeds([sequence], shape, config.padTokenId), shape);
        answers.push(head.read(outputs, 0, shape.length, shape));
      }
      const prediction = decode(answers, (name) => weights.get(name)!);
      return { status: 'answered', prediction, view: toDisplayed(record, input, prediction) };
    });
}
