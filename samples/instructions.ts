import { createDraw, type Draw, type SampleSplit } from './draw.ts';
import { drugs, symptoms, tests } from './lexicon.ts';

const SIZES: Readonly<Record<SampleSplit, number>> = { train: 100, dev: 40, test: 50 };

const TYPES: readonly (readonly [type: string, words: readonly string[]])[] = [
  ['症状', symptoms],
  ['药物', drugs],
  ['检查', tests],
];

const SENTENCES: readonly string[] = [
  '患者{症状}，查{检查}后服用{药物}。',
  '{症状}两天，未服药，建议先查{检查}。',
  '服用{药物}后{症状}好转。',
  '无{症状}，继续用{药物}。',
];

const PROMPTS: readonly ((text: string, types: string) => string)[] = [
  (text, types) => `找出句子中的${types}实体：\n${text}\n答：`,
  (text, types) => `医学实体识别：\n${text}\n实体选项：${types}`,
];

/** A sentence, the requested types, and the names of these types, line by line. */
function asked(draw: Draw): object {
  const found = new Map<string, string>();
  let text = draw.pick(SENTENCES);
  for (const [type, words] of TYPES) {
    if (!text.includes(`{${type}}`)) continue;
    const word = draw.word(words);
    text = text.replace(`{${type}}`, word);
    found.set(type, word);
  }
  const choices = TYPES.map(([type]) => type).filter(() => draw.chance(0.8));
  if (choices.length === 0) choices.push(TYPES[0][0]);
  const lines = choices.map((type) => `${type}实体：${found.get(type) ?? ''}`);
  const prompt = draw.pick(PROMPTS)(text, choices.join('，'));
  return { prompt, form: 'entities', choices, target: ['上述句子中的实体包含：', ...lines].join('\n') };
}

/** The task `instruction`. */
export function* instructionSamples(): Generator<[path: string, content: string]> {
  for (const split of ['train', 'dev', 'test'] as const) {
    const draw = createDraw('instruction', split);
    const lines = Array.from({ length: SIZES[split] }, () => `${JSON.stringify(asked(draw))}\n`);
    yield [`instruction/${split}.synthetic.jsonl`, lines.join('')];
  }
}
