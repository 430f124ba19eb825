import { compile, input, matmul, type Program, transpose } from '../../../autograd/index.ts';
import type { Hit } from '../retrieval/search.ts';

/** Queries that are compared with all documents at a time. */
const BATCH = 32;

/** Vectors to search among. */
export interface VectorIndex {
  readonly bytes: number;
  /**
   * The best `most` documents for each query by the cosine, best first, of equal ones the earlier. Throws the reason of
   * the signal.
   */
  search(queries: readonly Float32Array[], most: number, signal?: AbortSignal): Promise<Hit[][]>;
}

/** Compares with every document, exactly. A vector of zeros has cosine 0 with all. */
export async function indexVectors(
  documents: readonly Float32Array[],
  size: number,
  threads?: number,
): Promise<VectorIndex> {
  const rows = unitRows(documents, size);
  const program: Program = await compile(
    {
      scores: matmul(
        input('queries', [BATCH, size]),
        transpose(input('documents', [documents.length, size])),
      ),
    },
    { threads, weights: new Map([['documents', rows]]) },
  );
  return {
    bytes: rows.byteLength,
    async search(queries, most, signal) {
      const hits: Hit[][] = [];
      for (let at = 0; at < queries.length; at += BATCH) {
        signal?.throwIfAborted();
        const own = queries.slice(at, at + BATCH);
        const fed = new Float32Array(BATCH * size);
        fed.set(unitRows(own, size));
        const { scores } = await program.run({ queries: fed });
        for (const row of own.keys())
          hits.push(best(scores.subarray(row * documents.length, (row + 1) * documents.length), most));
      }
      return hits;
    },
  };
}

/** The vectors scaled to length 1, one after another. */
export function unitRows(vectors: readonly Float32Array[], size: number): Float32Array {
  const rows = new Float32Array(vectors.length * size);
  for (const [row, vector] of vectors.entries()) {
    let squares = 0;
    for (const value of vector) squares += value * value;
    const length = Math.sqrt(squares) || 1;
    for (let i = 0; i < size; i++) rows[row * size + i] = vector[i] / length;
  }
  return rows;
}

/** The largest `most` scores, largest first, of equal ones the earlier. */
function best(scores: ArrayLike<number | bigint>, most: number): Hit[] {
  const hits: Hit[] = [];
  for (let document = 0; document < scores.length; document++) {
    const score = Number(scores[document]);
    if (hits.length === most && score <= hits[most - 1].score) continue;
    let place = hits.length;
    while (place > 0 && hits[place - 1].score < score) place--;
    hits.splice(place, 0, { document, score });
    if (hits.length > most) hits.pop();
  }
  return hits;
}
