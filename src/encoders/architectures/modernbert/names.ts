export const EMBEDDINGS = { words: 'embeddings.tok_embeddings.weight', norm: 'embeddings.norm' } as const;

export const FINAL_NORM = 'final_norm';

/** The prediction head of all classes that have one: a dense layer, an activation, a layer normalisation. */
export const HEAD = { dense: 'head.dense', norm: 'head.norm' } as const;

export const ENCODER_CLASS = 'ModernBertModel';

/** The prefix of a layer's parameters, without the dot. */
export const layerName = (layer: number): string => `layers.${layer}`;
