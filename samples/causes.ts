import { createDraw, type Draw, type SampleSplit } from './draw.ts';
import { crowds, diseases, features, symptoms } from './lexicon.ts';

const SIZES: Readonly<Record<SampleSplit, number>> = { train: 150, dev: 45, test: 60 };

interface Mention {
  readonly start: number;
  readonly end: number;
}

/** Builds a text and remembers the places of its words. */
function createWriter() {
  let text = '';
  return {
    add(words: string): Mention {
      const start = text.length;
      text += words;
      return { start, end: text.length };
    },
    text: () => text,
  };
}

type Writer = ReturnType<typeof createWriter>;

/** One sentence of each kind, with the relation that it states: 1 causal, 2 conditional, 3 of concepts. */
const SENTENCES: readonly ((writer: Writer, draw: Draw) => object)[] = [
  ({ add }, draw) => {
    const head = add(draw.word(diseases));
    add(draw.pick(['可导致', '会引起', '常伴有']));
    return { head, relation: '1', tail: add(draw.word(symptoms)) };
  },
  ({ add }, draw) => {
    const tail = add(draw.word(symptoms));
    add(draw.pick(['多由', '常因']));
    const head = add(draw.word(diseases));
    add('引起');
    return { head, relation: '1', tail };
  },
  ({ add }, draw) => {
    add('对于');
    const condition = add(draw.word(crowds));
    add('，');
    const head = add(draw.word(diseases));
    add('容易造成');
    return { head: condition, relation: '2', tail: { head, relation: '1', tail: add(draw.word(symptoms)) } };
  },
  ({ add }, draw) => {
    const disease = draw.word(diseases);
    const tail = add(`${draw.word(features)}${disease}`);
    add('是一种');
    return { head: add(disease), relation: '3', tail };
  },
];

function stated(draw: Draw): object {
  const writer = createWriter();
  const count = 1 + draw.below(3);
  const relations = Array.from({ length: count }, (_, i) => {
    if (i > 0) writer.add('；');
    return draw.pick(SENTENCES)(writer, draw);
  });
  writer.add('。');
  return { text: writer.text(), relations };
}

/** The task `causal`. */
export function* causalSamples(): Generator<[path: string, content: string]> {
  for (const split of ['train', 'dev', 'test'] as const) {
    const draw = createDraw('causal', split);
    const lines = Array.from({ length: SIZES[split] }, () => `${JSON.stringify(stated(draw))}\n`);
    yield [`causal/${split}.synthetic.jsonl`, lines.join('')];
  }
}
