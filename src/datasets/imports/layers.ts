/** Layers of UIMA tools that hold no entities: tokens, sentences, lemmas, parts of speech, syntax. */
const LINGUISTIC = /\.(segmentation|lexmorph|syntax|metadata|coref|transform|anomaly|semantics)\.|^uima\./;
const NAMED_ENTITY = /\.NamedEntity$/;

/**
 * Which of the layers of a document hold its entities: the one that is named (by its name or the last part of it), else
 * that of named entities, else all that are not linguistic.
 */
export function entityLayers(layers: readonly string[], given: string | undefined): ReadonlySet<string> {
  const shortOf = (layer: string): string => layer.slice(layer.lastIndexOf('.') + 1);
  if (given !== undefined)
    return new Set(layers.filter((layer) => layer === given || shortOf(layer) === given));
  const named = layers.filter((layer) => NAMED_ENTITY.test(layer));
  return new Set(named.length > 0 ? named : layers.filter((layer) => !LINGUISTIC.test(layer)));
}

/** Features that name the kind of an annotation; the first that exists is used. */
const KINDS = ['value', 'label', 'type', 'kind', 'category', 'class', 'relationType'];

/** The feature that names the kind of annotations in a layer: by its name, else the first. */
export const kindOf = (features: readonly string[]): string | undefined =>
  KINDS.find((name) => features.includes(name)) ?? features[0];
