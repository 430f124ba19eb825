import { createDraw, type Draw, type SampleSplit } from './draw.ts';
import { symptoms } from './lexicon.ts';

const SIZES: Readonly<Record<SampleSplit, number>> = { train: 80, dev: 30, test: 40 };

/** A question about `{}` with its answer, or a direct statement about it, with the status. */
const EXCHANGES: readonly (readonly [asked: string, answered: string, status: string])[] = [
  ['有{}吗？', '有的', 'present'],
  ['有{}吗？', '没有', 'absent'],
  ['会{}吗？', '不清楚', 'unknown'],
  ['{}多久了？', '三天', 'present'],
  ['没有{}吧？', '没有', 'absent'],
];

function talked(draw: Draw): object {
  const turns: object[] = [];
  const mentions: object[] = [];
  const statuses: string[] = [];
  for (const symptom of draw.words(symptoms, 2 + draw.below(2))) {
    const [asked, answered, status] = draw.pick(EXCHANGES);
    const start = asked.indexOf('{}');
    mentions.push({ turn: turns.length, start, end: start + symptom.length });
    turns.push({ speaker: '医生', text: asked.replace('{}', symptom) }, { speaker: '患者', text: answered });
    statuses.push(status);
  }
  return { turns, mentions, statuses };
}

/** The task `mention-status`. */
export function* statusSamples(): Generator<[path: string, content: string]> {
  for (const split of ['train', 'dev', 'test'] as const) {
    const draw = createDraw('mention-status', split);
    const lines = Array.from({ length: SIZES[split] }, () => `${JSON.stringify(talked(draw))}\n`);
    yield [`mention-status/${split}.synthetic.jsonl`, lines.join('')];
  }
}
