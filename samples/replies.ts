import { createDraw, type Draw, fill, type SampleSplit } from './draw.ts';
import { drugs, symptoms, tests, times } from './lexicon.ts';

const SIZES: Readonly<Record<SampleSplit, number>> = { train: 120, dev: 40, test: 50 };

const WORDS: Readonly<Record<string, readonly string[]>> = {
  symptom: symptoms,
  drug: drugs,
  test: tests,
  time: times,
};

/** A patient's turn, and a doctor's reply with the same words. */
const EXCHANGES: readonly (readonly [said: string, reply: string])[] = [
  ['医生你好，{symptom}{time}了', '除了{symptom}，还有{other}吗？'],
  ['我{symptom}，要不要做检查？', '{symptom}的话，建议先查{test}。'],
  ['查了{test}没问题，还是{symptom}', '可以先吃{drug}，观察几天{symptom}有没有好转。'],
  ['吃了{drug}，{symptom}好多了', '那就继续吃{drug}，不舒服再来。'],
];

function talked(draw: Draw): object {
  const [said, reply] = draw.pick(EXCHANGES);
  const chosen: Record<string, string> = { other: draw.word(symptoms) };
  for (const [name, list] of Object.entries(WORDS)) chosen[name] = draw.word(list);
  const pick = (name: string): string => chosen[name];
  const opening = draw.chance(0.5) ? [{ speaker: '患者', text: `您好，我今年${20 + draw.below(50)}岁` }] : [];
  const text = fill(reply, pick);
  return {
    turns: [...opening, { speaker: '患者', text: fill(said, pick).text }],
    references: [text.text],
    names: [...new Set(text.slots.map(({ value }) => value))],
  };
}

/** The task `generation`. */
export function* replySamples(): Generator<[path: string, content: string]> {
  for (const split of ['train', 'dev', 'test'] as const) {
    const draw = createDraw('generation', split);
    const lines = Array.from({ length: SIZES[split] }, () => `${JSON.stringify(talked(draw))}\n`);
    yield [`generation/${split}.synthetic.jsonl`, lines.join('')];
  }
}
