import { createDraw, type Draw, fill, type SampleSplit } from './draw.ts';
import { drugs, symptoms, tests, times } from './lexicon.ts';

const SIZES: Readonly<Record<SampleSplit, number>> = { train: 60, dev: 30, test: 40 };

type Line = readonly [speaker: '医生' | '患者', template: string, act: string];

/** What is said after what, with its act. */
const EXCHANGES: readonly (readonly Line[])[] = [
  [
    ['医生', '有没有{symptom}？', 'Request-Symptom'],
    ['患者', '有点{symptom}，{time}了', 'Inform-Symptom'],
  ],
  [
    ['医生', '{symptom}多久了？', 'Request-Symptom'],
    ['患者', '{time}', 'Inform-Symptom'],
  ],
  [
    ['医生', '做过{test}吗？', 'Request-Examination'],
    ['患者', '做了{test}，没问题', 'Inform-Examination'],
  ],
  [
    ['患者', '吃{drug}行吗？', 'Request-Drug'],
    ['医生', '可以吃{drug}', 'Inform-Drug'],
  ],
  [
    ['医生', '建议先查{test}', 'Inform-Examination'],
    ['患者', '好的', 'Other'],
  ],
  [
    ['患者', '谢谢医生', 'Other'],
    ['医生', '不客气', 'Other'],
  ],
];

function talked(draw: Draw): object {
  const words: Readonly<Record<string, readonly string[]>> = {
    symptom: symptoms,
    drug: drugs,
    test: tests,
    time: times,
  };
  const lines = Array.from({ length: 2 + draw.below(3) }, () => draw.pick(EXCHANGES)).flat();
  return {
    turns: lines.map(([speaker, template]) => ({
      speaker,
      text: fill(template, (name) => draw.word(words[name])).text,
    })),
    acts: lines.map(([, , act]) => act),
  };
}

/** The task `dialogue-acts`. */
export function* actSamples(): Generator<[path: string, content: string]> {
  for (const split of ['train', 'dev', 'test'] as const) {
    const draw = createDraw('dialogue-acts', split);
    const lines = Array.from({ length: SIZES[split] }, () => `${JSON.stringify(talked(draw))}\n`);
    yield [`dialogue-acts/${split}.synthetic.jsonl`, lines.join('')];
  }
}
