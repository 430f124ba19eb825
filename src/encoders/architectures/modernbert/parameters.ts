import { sizeOf } from '../../../autograd/index.ts';
import type { Tensor } from '../../weights/stored.ts';
import type { ParameterScheme, Shapes } from '../architecture.ts';
import { fillNormal } from '../initial.ts';
import { type Entries, linear, norm } from '../shapes.ts';
import type { ModernBertConfig } from './config.ts';
import { EMBEDDINGS, ENCODER_CLASS, FINAL_NORM, HEAD, layerName } from './names.ts';

const without = (entries: Entries, keepsBias: boolean): Entries =>
  keepsBias ? entries : entries.filter(([name]) => !name.endsWith('.bias'));

/** The parameters of the prediction head. */
export const headShapes = ({ hiddenSize: hidden, biases }: ModernBertConfig): Entries => [
  ...without(linear(HEAD.dense, hidden, hidden), biases.classifier),
  ...without(norm(HEAD.norm, hidden), biases.norm),
];

function shapesOf(config: ModernBertConfig): Shapes {
  const { hiddenSize: hidden, intermediateSize: inner, biases } = config;
  const normed = (name: string): Entries => without(norm(name, hidden), biases.norm);
  const layers = Array.from({ length: config.layers }, (_, layer): Entries => {
    const at = layerName(layer);
    return [
      // the embeddings are normalised already
      ...(layer === 0 ? [] : normed(`${at}.attn_norm`)),
      ...without(linear(`${at}.attn.Wqkv`, hidden, 3 * hidden), biases.attention),
      ...without(linear(`${at}.attn.Wo`, hidden, hidden), biases.attention),
      ...normed(`${at}.mlp_norm`),
      ...without(linear(`${at}.mlp.Wi`, hidden, 2 * inner), biases.mlp),
      ...without(linear(`${at}.mlp.Wo`, inner, hidden), biases.mlp),
    ];
  });
  return new Map([
    [EMBEDDINGS.words, [config.vocabSize, hidden]],
    ...normed(EMBEDDINGS.norm),
    ...layers.flat(),
    ...normed(FINAL_NORM),
  ]);
}

const isNorm = (name: string): boolean => /norm\.(?:weight|bias)$/.test(name);
/** Matrices that write to the residual stream: smaller the more layers there are. */
const OUTPUT = /\.Wo\.weight$|^head\.dense\.weight$/;

function fresh(config: ModernBertConfig, name: string, shape: readonly number[], seed: number): Tensor {
  const data = new Float32Array(sizeOf(shape));
  const { initializerRange: range, layers, hiddenSize } = config;
  if (isNorm(name)) data.fill(name.endsWith('.weight') ? 1 : 0);
  else if (name === 'classifier.weight') fillNormal(data, 1 / Math.sqrt(hiddenSize), seed, name);
  else if (name.endsWith('.weight'))
    fillNormal(data, OUTPUT.test(name) ? range / Math.sqrt(2 * layers) : range, seed, name);
  return { shape, data };
}

const LAYER = /^layers\.(\d+)\./;
const isEncoder = (name: string): boolean => /^(?:embeddings|layers|final_norm)\./.test(name);
/** Classes share the prediction head, which is pretrained with masked tokens. */
const isPooler = (name: string): boolean => name.startsWith('head.');

export const parameters: ParameterScheme<ModernBertConfig> = {
  shapes: shapesOf,
  initial: (config, seed) =>
    new Map(Array.from(shapesOf(config), ([name, shape]) => [name, fresh(config, name, shape, seed)])),
  fresh,
  canonical: (name) => name.replace(/^(?:module\.|_orig_mod\.|model\.)+/, ''),
  canonicalTensorflow: () => null,
  saved: (name, transformersClass) =>
    transformersClass && transformersClass !== ENCODER_CLASS && isEncoder(name) ? `model.${name}` : name,
  copies: { 'decoder.weight': EMBEDDINGS.words },
  isEncoder,
  isPooler,
  isKnown: (name) => isEncoder(name) || isPooler(name) || /^(?:classifier|decoder)\./.test(name),
  decays: (name) => !name.endsWith('.bias') && !isNorm(name),
  depth({ layers }, name) {
    if (name.startsWith('embeddings.')) return 0;
    const layer = LAYER.exec(name);
    return layer ? Number(layer[1]) + 1 : layers + 1;
  },
};
