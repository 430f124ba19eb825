/** Entities fine-tuned as is usual with BERT: without the lexicon features, copies and small batches that `bert` defaults to. */
export const PLAIN_ENTITIES = { batchSize: 32, copies: 0, lexiconFeatures: false } as const;
