import { sentenceTransformersFiles } from '../../encoders/folder/sentence_write.ts';
import { type EmbeddingTarget, embeddingHead } from '../../encoders/heads/embedding.ts';
import type { Item } from '../../encoders/training/finetune.ts';
import { createYielder } from '../../ground/yielder.ts';
import { createTokenizer } from '../shared/features/tokens.ts';
import { indexDocuments } from '../shared/retrieval/bm25index.ts';
import type { BertParameters } from './parameters.ts';
import type { PlanContext } from './plan.ts';

/** Default temperatures: 0.05 of SimCSE and of CoSENT as `sentence-transformers` has them. */
const TEMPERATURE = 0.05;
/** Default number of negatives of each sort per query. */
const NEGATIVES = 1;
/** Relevant documents of a query that are trained on together. */
const MOST_POSITIVES = 2;
/** Constants of the index in which hard negatives are looked for. */
const BM25 = { k1: 1.5, b: 0.75 };

/** A query with documents that were graded for it, larger is better. */
export interface GradedQuery {
  readonly query: string;
  readonly documents: readonly { readonly text: string; readonly grade: number }[];
}

/** Whether texts are read one by one, to be compared by their vectors. */
export const isBiEncoder = ({ objective }: Pick<BertParameters, 'objective'>): boolean =>
  objective !== undefined;

/** The head of a bi-encoder, and its training on graded queries. */
export function biEncoder({ config, tokenizer, parameters }: PlanContext) {
  const {
    objective = 'contrastive',
    pooling = 'mean',
    temperature = TEMPERATURE,
    negatives = NEGATIVES,
  } = parameters;
  const sequenceOf = (text: string) => tokenizer.encode(text, parameters.maxLength);
  const numbers = new Map<string, number>();
  const numberOf = (text: string): number => {
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  };
  const row = (
    text: string,
    target: Omit<EmbeddingTarget, 'text'>,
  ): Item<EmbeddingTarget>['rows'][number] => ({
    sequence: sequenceOf(text),
    target: { ...target, text: numberOf(text) },
  });
  /** One item per query: the query, its documents, and hard negatives with a grade below all. */
  const items = (graded: readonly GradedQuery[], hard: readonly (readonly string[])[] = []) =>
    graded.flatMap(({ query: text, documents }, query): Item<EmbeddingTarget>[] => {
      const sorted = [...documents].sort((a, b) => b.grade - a.grade);
      const chosen =
        objective === 'contrastive' ? contrasted(sorted, negatives) : spread(sorted, parameters.documents);
      if (chosen.length === 0) return [];
      const found = (hard[query] ?? []).map((one) => ({ text: one, grade: -1, positive: false }));
      const rows = [...chosen, ...found].map(({ text: own, ...target }) => row(own, { query, ...target }));
      return [{ rows: [row(text, { query }), ...rows] }];
    });
  return {
    head: embeddingHead(config, { pooling, objective, temperature }),
    files: sentenceTransformersFiles(config, pooling, parameters.maxLength),
    sequenceOf,
    items,
    /** Items with hard negatives among all documents; only contrasts have any. */
    mine: async (graded: readonly GradedQuery[], signal?: AbortSignal) =>
      items(graded, objective === 'contrastive' ? await hardNegatives(graded, negatives, signal) : []),
  };
}

interface Chosen {
  readonly text: string;
  readonly grade: number;
  readonly positive?: boolean;
}

/** The best documents, and an even sample of worse ones; nothing if all are alike, so that none is relevant. */
function contrasted(sorted: GradedQuery['documents'], negatives: number): Chosen[] {
  const best = sorted[0]?.grade;
  if (best === undefined || !(best > 0)) return [];
  const right = sorted.filter(({ grade }) => grade === best).slice(0, MOST_POSITIVES);
  const wrong = sorted.filter(({ grade }) => grade < best);
  return [...right.map((one) => ({ ...one, positive: true })), ...spread(wrong, negatives)];
}

/** At most `most` of a list, evenly. */
function spread<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  const last = list.length - 1;
  return Array.from(
    { length: most },
    (_, k) => list[most === 1 ? last : Math.round((k * last) / (most - 1))],
  );
}

/** For every query the documents of others that BM25 ranks highest: texts that look right and are not known to be. */
export async function hardNegatives(
  graded: readonly GradedQuery[],
  count: number,
  signal?: AbortSignal,
): Promise<string[][]> {
  if (count === 0) return [];
  const texts = [...new Set(graded.flatMap(({ documents }) => documents.map(({ text }) => text)))];
  const tokenize = createTokenizer('mixed');
  const index = await indexDocuments(texts.map(tokenize), BM25, signal);
  const yieldNow = createYielder(signal);
  // documents graded for a query in any of its lists are not used as negatives
  const known = new Map<string, Set<string>>();
  for (const { query, documents } of graded) {
    const own = known.get(query) ?? new Set([query]);
    for (const { text } of documents) own.add(text);
    known.set(query, own);
  }
  const found: string[][] = [];
  for (const { query } of graded) {
    await yieldNow();
    const own = known.get(query) ?? new Set();
    const hits = index.search(tokenize(query), own.size + count).map(({ document }) => texts[document]);
    found.push(hits.filter((text) => !own.has(text)).slice(0, count));
  }
  return found;
}

/** The cosine of two vectors of length 1. */
export const cosineOf = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);
