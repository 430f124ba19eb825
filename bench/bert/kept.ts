/** Randomly initialized classifiers in folders as kept by `chineseblue train`, for benches on real texts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset } from '../../src/datasets/dataset.ts';
import { architectureOf, parseConfig } from '../../src/encoders/architectures/registry.ts';
import { createTokenizer } from '../../src/encoders/tokenizers/tokenizer.ts';
import { createVocabulary } from '../../src/encoders/tokenizers/vocabulary.ts';
import { type GivenParameters, parseParameters } from '../../src/ground/parameters.ts';
import { initialParameters } from '../../src/models/bert/base.ts';
import { type Fitted, keep } from '../../src/models/bert/kept.ts';
import { type BertParameters, PARAMETERS } from '../../src/models/bert/parameters.ts';
import { PLANNERS } from '../../src/models/bert/planners.ts';
import { recordOf } from '../../src/models/bert/record.ts';
import { resolveParameters } from '../../src/models/bert/resolve.ts';
import type { Example, Input } from '../../src/tasks/examples.ts';
import { findTask } from '../../src/tasks/registry.ts';
import type { Task } from '../../src/tasks/task.ts';

/** The vocabulary size of the Chinese BERTs. */
const VOCABULARY = 21_128;
const MAX_LENGTH = 128;

export const SHAPES = {
  'BERT-base': { layers: 12, hidden: 768 },
  '4 × 256': { layers: 4, hidden: 256 },
} as const;
export type ShapeName = keyof typeof SHAPES;

/** Sentences of cMedTC dev, the first `count` of an even spread. */
export async function sentences(dataDir: string, count: number): Promise<string[]> {
  const { dev } = await (await openDataset({ task: findTask('cMedTC'), dir: dataDir })).division('test');
  const step = Math.max(1, Math.floor(dev.length / count));
  return dev
    .filter((_, i) => i % step === 0)
    .slice(0, count)
    .map(({ input }) => (input as Input<'classification'>).text);
}

/** Labels of cMedTC. */
export const LABELS = 44;

/** Parameters of the kind `bert` for a task, with given ones in place of the defaults. */
export const bertParameters = (task: Task, given: GivenParameters): Promise<BertParameters> =>
  resolveParameters(parseParameters(PARAMETERS, given, { name: { en: 'bert', zh: 'bert' } }), { task });

/** Tokens are characters: the measurement does not depend on their ids. */
export async function randomModel(
  name: ShapeName,
  texts: readonly string[],
): Promise<Fitted<'classification'>> {
  const { layers, hidden } = SHAPES[name];
  const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
  const seen = new Set(texts.flatMap((text) => [...text.toLowerCase()]));
  const words = [...special, ...[...seen].filter((character) => /\S/u.test(character))];
  const unused = Array.from({ length: VOCABULARY - words.length }, (_, i) => `[unused${i}]`);
  const tokenizer = createTokenizer(createVocabulary([...words, ...unused]));
  const config = parseConfig(
    JSON.stringify({
      vocab_size: VOCABULARY,
      hidden_size: hidden,
      num_hidden_layers: layers,
      num_attention_heads: hidden / 64,
      intermediate_size: 4 * hidden,
    }),
  );
  const task = findTask('cMedTC');
  const parameters = await bertParameters(task, { layers, hidden, maxLength: MAX_LENGTH });
  const examples = Array.from({ length: LABELS }, (_, i) => ({
    id: String(i),
    input: { text: '' },
    gold: { label: `c${i}` },
  })) satisfies Example<'classification'>[];
  const learnt = await PLANNERS.classification.learn(examples, parameters, task);
  const plan = await PLANNERS.classification.plan(learnt, { tokenizer, config, parameters });
  const tensors = architectureOf(config).parameters.initial(config, 1);
  const base = { config, tensors, tokenizer, sentence: new Map() };
  const initial = initialParameters(base, plan.head, 1);
  return {
    config,
    tokenizer,
    sentence: base.sentence,
    plan,
    record: recordOf(task, parameters, learnt),
    parameters,
    tensors: initial,
  };
}

const keepRandom = async (folder: string, name: ShapeName, texts: readonly string[]): Promise<void> =>
  keep(folder, await randomModel(name, texts));

/** Default number of cMedTC sentences for timing inference. */
const TEXTS: Record<ShapeName, number> = { 'BERT-base': 96, '4 × 256': 1000 };

/** A kept folder of random weights, and a JSON file with the texts to predict. */
export interface Prepared {
  readonly name: ShapeName;
  readonly texts: readonly string[];
  readonly folder: string;
  readonly file: string;
}

/** One folder for each shape whose name contains `only`; it exists until the next is requested. */
export async function* prepared({
  only,
  texts: count,
  data,
}: {
  only: string;
  texts?: string;
  data: string;
}): AsyncGenerator<Prepared> {
  for (const name of (Object.keys(SHAPES) as ShapeName[]).filter((shape) => shape.includes(only))) {
    const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-kept-'));
    try {
      const texts = await sentences(data, Number(count ?? TEXTS[name]));
      const [folder, file] = [join(scratch, 'model'), join(scratch, 'texts.json')];
      await keepRandom(folder, name, texts);
      writeFileSync(file, JSON.stringify(texts));
      yield { name, texts, folder, file };
    } finally {
      rmSync(scratch, { recursive: true });
    }
  }
}
