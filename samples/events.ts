import { createDraw, type Draw, type SampleSplit } from './draw.ts';
import { bodyParts, features, symptoms } from './lexicon.ts';

const SIZES: Readonly<Record<SampleSplit, number>> = { train: 150, dev: 45, test: 60 };

/** How a finding is reported, with its tendency. */
const TELLINGS: readonly (readonly [before: string, tendency: string])[] = [
  ['患者诉', '肯定'],
  ['近来', '肯定'],
  ['否认', '否定'],
  ['无', '否定'],
  ['不除外', '不确定'],
];

function told(draw: Draw): object {
  const pieces = draw.words(symptoms, 1 + draw.below(3)).map((core) => {
    const [before, tendency] = draw.pick(TELLINGS);
    const anatomy = draw.chance(0.4) ? [draw.word(bodyParts)] : [];
    const characters = draw.chance(0.3) ? [draw.word(features)] : [];
    const text = `${before}${anatomy.join('')}${characters.join('')}${core}`;
    return { text, event: { core, tendency, characters, anatomy } };
  });
  return { text: `${pieces.map(({ text }) => text).join('，')}。`, events: pieces.map(({ event }) => event) };
}

/** The task `event`. */
export function* eventSamples(): Generator<[path: string, content: string]> {
  for (const split of ['train', 'dev', 'test'] as const) {
    const draw = createDraw('event', split);
    const lines = Array.from({ length: SIZES[split] }, () => `${JSON.stringify(told(draw))}\n`);
    yield [`event/${split}.synthetic.jsonl`, lines.join('')];
  }
}
