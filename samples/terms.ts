import { createDraw, type Draw, type SampleSplit } from './draw.ts';
import { bodyParts, diseases, features } from './lexicon.ts';

const SIZES: Readonly<Record<SampleSplit, number>> = { train: 150, dev: 45, test: 60 };

/** How a ward writes the vocabulary's `term`. */
const SPELLINGS: readonly ((term: string) => string)[] = [
  (term) => term,
  (term) => `${term}待查`,
  (term) => `考虑${term}`,
  (term) => term.replace('炎', '发炎'),
  (term) => `${term}？`,
];

/** A diagnosis as it was written, with its standard terms. */
function written(draw: Draw): object {
  const terms = draw.words(diseases, draw.chance(0.3) ? 2 : 1);
  const pieces = terms.map((term) => {
    const spelt = draw.pick(SPELLINGS)(term);
    const before = draw.chance(0.3) ? draw.pick([...features, ...bodyParts]) : '';
    return before + spelt;
  });
  return { text: pieces.join(draw.pick(['，', '伴', '、', '+'])), terms };
}

/** The task `normalisation`. */
export function* termSamples(): Generator<[path: string, content: string]> {
  for (const split of ['train', 'dev', 'test'] as const) {
    const draw = createDraw('normalisation', split);
    const lines = Array.from({ length: SIZES[split] }, () => `${JSON.stringify(written(draw))}\n`);
    yield [`normalisation/${split}.synthetic.jsonl`, lines.join('')];
  }
}
