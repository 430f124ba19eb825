/** A randomly initialized model and training examples prepared as in `chineseblue train`. */
import { openDataset } from '../../src/datasets/dataset.ts';
import { parseConfig } from '../../src/encoders/architectures/registry.ts';
import { createTokenizer } from '../../src/encoders/tokenizers/tokenizer.ts';
import { createVocabulary } from '../../src/encoders/tokenizers/vocabulary.ts';
import { type BertFamily, served } from '../../src/models/bert/families.ts';
import type { FamilyPlan } from '../../src/models/bert/plan.ts';
import { PLANNERS } from '../../src/models/bert/planners.ts';
import type { Example } from '../../src/tasks/examples.ts';
import { findTask } from '../../src/tasks/registry.ts';
import { bertParameters } from './kept.ts';

export const VOCABULARY = 21_128;
/** Sequences per batch. */
export const BATCH = 16;

/** Fields of `config.json`. */
export const sizesOf = (layers: number, hidden: number) => ({
  hidden_size: hidden,
  num_hidden_layers: layers,
  num_attention_heads: hidden / 64,
  intermediate_size: 4 * hidden,
});
export type Sizes = ReturnType<typeof sizesOf>;

/** Tokens are characters here: the measurement does not depend on their ids. */
export async function material(name: string, sizes: Sizes, dir: string, most = Number.POSITIVE_INFINITY) {
  const task = findTask(name);
  const { train: all } = await (await openDataset({ task, dir })).division('test');
  const step = Math.max(1, Math.floor(all.length / most));
  // its family passed `served`
  const examples = all.filter((_, i) => i % step === 0).slice(0, most) as Example<BertFamily>[];
  const seen = [
    ...new Set(
      examples.flatMap(({ input }) =>
        Object.values(input).flatMap((text) => [...String(text).toLowerCase()]),
      ),
    ),
  ];
  const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
  const words = [...special, ...seen.filter((character) => /\S/u.test(character))];
  const tokenizer = createTokenizer(
    createVocabulary([
      ...words,
      ...Array.from({ length: VOCABULARY - words.length }, (_, i) => `[unused${i}]`),
    ]),
  );
  const config = parseConfig(JSON.stringify({ vocab_size: VOCABULARY, ...sizes }));
  const shapeOf = { layers: config.layers, hidden: config.hiddenSize, maxLength: 128 };
  const parameters = await bertParameters(task, { ...shapeOf, head: 'softmax', lexiconFeatures: false });
  const learn = async <F extends BertFamily>(family: F, own: readonly Example<F>[]): Promise<FamilyPlan<F>> =>
    PLANNERS[family].plan(await PLANNERS[family].learn(own, parameters, task), {
      tokenizer,
      config,
      parameters,
    });
  return { config, plan: await learn(served(task.family), examples), examples, of: all.length };
}
