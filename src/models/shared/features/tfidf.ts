import { createNgramTrie, foldText, type NgramTrie } from './ngrams.ts';
import { createRowsBuilder, normalizeRows, type Rows } from './rows.ts';

export interface NgramLengths {
  /** Shortest and longest n-gram, in code points. */
  readonly least: number;
  readonly most: number;
}

export interface TfidfOptions extends NgramLengths {
  /** N-grams in fewer texts are left out. */
  readonly minDocuments: number;
  /** `1 + ln(count)` instead of the count. */
  readonly sublinear: boolean;
}

/** A fitted vocabulary with the weight of every n-gram. */
export interface Tfidf {
  readonly options: TfidfOptions;
  readonly trie: NgramTrie;
  /** Column of every node of the trie, or -1. */
  readonly columnOf: Int32Array;
  /** Node of every column. */
  readonly nodeOf: Int32Array;
  /** `ln((1 + texts) / (1 + texts with it)) + 1`, a column each. */
  readonly idf: Float64Array;
}

/**
 * Learns the vocabulary and weights of the texts, with the formulas of scikit-learn's `TfidfVectorizer`
 * (smooth idf, natural logarithm).
 */
export function fitTfidf(texts: Iterable<string>, options: TfidfOptions): Tfidf {
  const trie = createNgramTrie(options.least, options.most);
  let documents = new Int32Array(1 << 16);
  const countIn = (node: number): void => {
    if (node >= documents.length) {
      const more = new Int32Array(2 * Math.max(node, documents.length));
      more.set(documents);
      documents = more;
    }
    documents[node]++;
  };
  let total = 0;
  for (const text of texts) {
    trie.count(foldText(text), countIn, true);
    total++;
  }
  const nodes: number[] = [];
  for (let node = 1; node < trie.size; node++) {
    if (documents[node] > 0 && documents[node] >= options.minDocuments) nodes.push(node);
  }
  const nodeOf = Int32Array.from(nodes);
  const idf = Float64Array.from(nodes, (node) => Math.log((1 + total) / (1 + documents[node])) + 1);
  return { options, trie, columnOf: invert(nodeOf, trie.size), nodeOf, idf };
}

/** The column of every node, -1 where it has none. */
export function invert(nodeOf: Int32Array, size: number): Int32Array {
  const columnOf = new Int32Array(size).fill(-1);
  for (let column = 0; column < nodeOf.length; column++) columnOf[nodeOf[column]] = column;
  return columnOf;
}

/** Visits the known n-grams of a text with count x idf. */
export function weigh(tfidf: Tfidf, text: string, add: (column: number, value: number) => void): void {
  const { options, trie, columnOf, idf } = tfidf;
  trie.count(foldText(text), (node, count) => {
    const column = columnOf[node];
    if (column >= 0) add(column, (options.sublinear ? 1 + Math.log(count) : count) * idf[column]);
  });
}

/** The rows of texts, each of length 1 (or empty). */
export function tfidfRows(tfidf: Tfidf, texts: Iterable<string>): Rows {
  const builder = createRowsBuilder();
  for (const text of texts) {
    weigh(tfidf, text, builder.add);
    builder.endRow();
  }
  const rows = builder.finish(tfidf.nodeOf.length);
  normalizeRows(rows);
  return rows;
}

/** As plain arrays for a model file; `openTfidf` reads them back. */
export function packTfidf({ trie, nodeOf, idf }: Tfidf) {
  return { parents: trie.parents, points: trie.points, nodeOf, idf };
}

export function openTfidf(packed: ReturnType<typeof packTfidf>, options: TfidfOptions): Tfidf {
  const trie = createNgramTrie(options.least, options.most, packed);
  return {
    options,
    trie,
    columnOf: invert(packed.nodeOf, trie.size),
    nodeOf: packed.nodeOf,
    idf: packed.idf,
  };
}
