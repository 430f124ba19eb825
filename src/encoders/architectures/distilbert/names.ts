import type { ParameterScheme } from '../architecture.ts';
import { canonicalWithout } from '../bert/names.ts';

/** The class without a head. */
export const ENCODER_CLASS = 'DistilBertModel';

/** Parts of names here and in BERT, whose names are canonical. */
const PARTS: readonly (readonly [own: string, canonical: string])[] = [
  ['attention.q_lin', 'attention.self.query'],
  ['attention.k_lin', 'attention.self.key'],
  ['attention.v_lin', 'attention.self.value'],
  ['attention.out_lin', 'attention.output.dense'],
  ['sa_layer_norm', 'attention.output.LayerNorm'],
  ['ffn.lin1', 'intermediate.dense'],
  ['ffn.lin2', 'output.dense'],
  ['output_layer_norm', 'output.LayerNorm'],
];
const OWN = new Map(PARTS.map(([own, canonical]) => [canonical, own]));
const CANONICAL = new Map(PARTS);

/** The layer normalisation of the masked-token head. */
export const VOCABULARY_NORM = { own: 'vocab_layer_norm', canonical: 'vocab.LayerNorm' } as const;

const withoutPrefix = canonicalWithout('distilbert');

/** `transformer.layer.0.ffn.lin1.weight` as `encoder.layer.0.intermediate.dense.weight`. */
export const canonicalName: ParameterScheme['canonical'] = (name) => {
  const bare = withoutPrefix(name);
  if (bare === null) return null;
  const [, layer, part, role] = /^transformer\.layer\.(\d+)\.(.+)\.(weight|bias)$/.exec(bare) ?? [];
  const known = CANONICAL.get(part);
  if (known) return `encoder.layer.${layer}.${known}.${role}`;
  return bare.replace(new RegExp(`^${VOCABULARY_NORM.own}\\.`), `${VOCABULARY_NORM.canonical}.`);
};

/** The reverse, with the prefix `distilbert.` where the class has a head. */
export const savedName: ParameterScheme['saved'] = (name, transformersClass) => {
  const [, layer, part, role] = /^encoder\.layer\.(\d+)\.(.+)\.(weight|bias)$/.exec(name) ?? [];
  const known = OWN.get(part);
  const bare = known
    ? `transformer.layer.${layer}.${known}.${role}`
    : name.replace(`${VOCABULARY_NORM.canonical}.`, `${VOCABULARY_NORM.own}.`);
  const hasHead = transformersClass && transformersClass !== ENCODER_CLASS;
  return hasHead && /^(?:embeddings|transformer)\./.test(bare) ? `distilbert.${bare}` : bare;
};
