import { createNgramTrie, foldText, type NgramTrie } from './ngrams.ts';
import { createRowsBuilder, normalizeRows, type Rows, rowCount } from './rows.ts';

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
 * (smooth idf, natural logarithm). Also returns the rows of the texts themselves: count x idf, not normalized.
 */
export function fitTfidf(texts: Iterable<string>, options: TfidfOptions): { tfidf: Tfidf; rows: Rows } {
  const trie = createNgramTrie(options.least, options.most);
  const builder = createRowsBuilder(1 << 16);
  for (const text of texts) {
    trie.count(foldText(text), builder.add, true);
    builder.endRow();
  }
  const counted = builder.finish(trie.size);
  const documents = new Int32Array(trie.size);
  for (const node of counted.columns) documents[node]++;
  const nodes: number[] = [];
  for (let node = 1; node < trie.size; node++) {
    if (documents[node] > 0 && documents[node] >= options.minDocuments) nodes.push(node);
  }
  const nodeOf = Int32Array.from(nodes);
  const total = rowCount(counted);
  const idf = Float64Array.from(nodes, (node) => Math.log((1 + total) / (1 + documents[node])) + 1);
  const tfidf: Tfidf = { options, trie, columnOf: invert(nodeOf, trie.size), nodeOf, idf };
  const kept = createRowsBuilder(counted.columns.length);
  for (let row = 0; row < total; row++) {
    for (let k = counted.starts[row]; k < counted.starts[row + 1]; k++) {
      addWeighted(tfidf, counted.columns[k], counted.values[k], kept.add);
    }
    kept.endRow();
  }
  return { tfidf, rows: kept.finish(nodeOf.length) };
}

/** The column of every node, -1 where it has none. */
export function invert(nodeOf: Int32Array, size: number): Int32Array {
  const columnOf = new Int32Array(size).fill(-1);
  for (let column = 0; column < nodeOf.length; column++) columnOf[nodeOf[column]] = column;
  return columnOf;
}

function addWeighted(
  tfidf: Tfidf,
  node: number,
  count: number,
  add: (column: number, value: number) => void,
): void {
  const column = tfidf.columnOf[node];
  if (column < 0) return;
  add(column, (tfidf.options.sublinear ? 1 + Math.log(count) : count) * tfidf.idf[column]);
}

/** Visits the known n-grams of a text with count x idf. */
export function weigh(tfidf: Tfidf, text: string, add: (column: number, value: number) => void): void {
  tfidf.trie.count(foldText(text), (node, count) => addWeighted(tfidf, node, count, add));
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
