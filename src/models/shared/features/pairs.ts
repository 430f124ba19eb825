import type { Text } from '../../../ground/language.ts';
import type { Text2 } from '../../../tasks/families/shared/types.ts';
import type { Encoder } from './encoder.ts';
import { OVERLAP_NAMES, overlap } from './overlap.ts';
import type { RowsBuilder } from './rows.ts';
import { fitTfidf, openTfidf, packTfidf, type Tfidf, type TfidfOptions, weigh } from './tfidf.ts';

const MEASURES: readonly Text[] = [{ en: 'cosine', zh: '余弦相似度' }, ...OVERLAP_NAMES];
/** In which of the texts an n-gram is. */
const PLACES: readonly Text[] = [
  { en: 'both', zh: 'A、B 均有' },
  { en: 'only A', zh: '仅 A 有' },
  { en: 'only B', zh: '仅 B 有' },
];
/** Each measure comes with how far it is above each of these: together a bent line. */
const BENDS = [0.2, 0.35, 0.5, 0.65, 0.8, 0.9];

/**
 * Two texts: TF-IDF of the n-grams that both have, that only A has, that only B has (together of length 1),
 * and, unless `measured` is false, measures of overlap as bent lines.
 */
export function fitPairEncoder(
  inputs: readonly Text2[],
  options: TfidfOptions,
  measured = true,
): Encoder<Text2> {
  return pairEncoder(fitTfidf(texts(inputs), options), measured);
}

/** The encoder of what `pack` gave. */
export const openPairEncoder = (
  packed: ReturnType<typeof packTfidf>,
  options: TfidfOptions,
  measured: boolean,
): Encoder<Text2> => pairEncoder(openTfidf(packed, options), measured);

function* texts(inputs: readonly Text2[]): Generator<string> {
  for (const { textA, textB } of inputs) {
    yield textA;
    yield textB;
  }
}

function pairEncoder(tfidf: Tfidf, measured: boolean): Encoder<Text2> {
  const grams = tfidf.nodeOf.length;
  const width = 3 * grams + (measured ? MEASURES.length * (1 + BENDS.length) : 0);
  const compare = createComparer(tfidf);
  return {
    width,
    encode({ textA, textB }, builder) {
      const cosine = compare(textA, textB, builder);
      if (measured) addBent([cosine, ...overlap(textA, textB)], 3 * grams, builder);
      builder.endRow();
    },
    name(column) {
      if (column < 3 * grams) {
        const where = PLACES[Math.floor(column / grams)];
        const ngram = tfidf.trie.ngram(tfidf.nodeOf[column % grams]);
        return { en: `${where.en} “${ngram}”`, zh: `${where.zh}“${ngram}”` };
      }
      const measure = MEASURES[Math.floor((column - 3 * grams) / (1 + BENDS.length))];
      const bend = (column - 3 * grams) % (1 + BENDS.length);
      if (bend === 0) return measure;
      const from = BENDS[bend - 1];
      return { en: `${measure.en} above ${from}`, zh: `${measure.zh}高于 ${from} 的部分` };
    },
    pack: () => ({ header: { options: tfidf.options, measured }, arrays: packTfidf(tfidf) }),
  };
}

function addBent(measures: readonly number[], column: number, builder: RowsBuilder): void {
  for (const measure of measures) {
    if (measure !== 0) builder.add(column, measure);
    column++;
    for (const bend of BENDS) {
      if (measure > bend) builder.add(column, measure - bend);
      column++;
    }
  }
}

/** Adds the shared and the unshared n-grams of two texts to the row; returns their cosine. */
function createComparer(tfidf: Tfidf): (a: string, b: string, builder: RowsBuilder) => number {
  const grams = tfidf.nodeOf.length;
  const inA = new Float64Array(grams);
  return (a, b, builder) => {
    const entries: [column: number, value: number][] = [];
    const columnsOfA: number[] = [];
    let squareA = 0;
    let squareB = 0;
    let product = 0;
    weigh(tfidf, a, (column, value) => {
      columnsOfA.push(column);
      inA[column] = value;
      squareA += value * value;
    });
    weigh(tfidf, b, (column, value) => {
      squareB += value * value;
      product += value * inA[column];
      const shared = Math.min(value, inA[column]);
      if (shared > 0) entries.push([column, shared]);
      if (value > shared) entries.push([2 * grams + column, value - shared]);
      inA[column] -= shared;
    });
    for (const column of columnsOfA) {
      if (inA[column] > 0) entries.push([grams + column, inA[column]]);
      inA[column] = 0;
    }
    const length = Math.sqrt(entries.reduce((sum, [, value]) => sum + value * value, 0));
    for (const [column, value] of entries) builder.add(column, value / length);
    return squareA > 0 && squareB > 0 ? product / Math.sqrt(squareA * squareB) : 0;
  };
}
