/** A document of a query. */
export interface RankedDocument {
  readonly title: string;
  readonly url?: string;
}

export interface RankingTypes {
  readonly input: { readonly query: string; readonly documents: readonly RankedDocument[] };
  /** One grade per document, larger is more relevant. */
  readonly gold: { readonly relevance: readonly number[] };
  /** One score per document, in document order, larger is more relevant. */
  readonly prediction: { readonly scores: readonly number[] };
}
