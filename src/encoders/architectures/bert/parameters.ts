import type { ParameterScheme } from '../architecture.ts';
import { fillNormal } from '../initial.ts';
import type { BertConfig } from './config.ts';
import { initialTensors } from './initial.ts';
import { canonicalName, canonicalTensorflowName, EMBEDDINGS, layerName, savedName } from './names.ts';

/**
 * Names and shapes of the encoder's parameters, as Hugging Face names them without the prefix `bert.`. The two of the
 * pooler come last and may be missing from a file.
 */
function shapesOf(config: BertConfig): Map<string, readonly number[]> {
  const { hiddenSize: hidden, intermediateSize: inner } = config;
  const shapes = new Map<string, readonly number[]>();
  const linear = (name: string, from: number, to: number): void => {
    shapes.set(`${name}.weight`, [to, from]).set(`${name}.bias`, [to]);
  };
  const norm = (name: string): void => {
    shapes.set(`${name}.weight`, [hidden]).set(`${name}.bias`, [hidden]);
  };
  shapes.set(EMBEDDINGS.words, [config.vocabSize, hidden]);
  shapes.set(EMBEDDINGS.positions, [config.maxPositions, hidden]);
  shapes.set(EMBEDDINGS.types, [config.typeVocabSize, hidden]);
  norm(EMBEDDINGS.norm);
  for (let layer = 0; layer < config.layers; layer++) {
    const name = layerName(layer);
    for (const part of ['query', 'key', 'value']) linear(`${name}.attention.self.${part}`, hidden, hidden);
    linear(`${name}.attention.output.dense`, hidden, hidden);
    norm(`${name}.attention.output.LayerNorm`);
    linear(`${name}.intermediate.dense`, hidden, inner);
    linear(`${name}.output.dense`, inner, hidden);
    norm(`${name}.output.LayerNorm`);
  }
  linear('pooler.dense', hidden, hidden);
  return shapes;
}

const LAYER = /^encoder\.layer\.(\d+)\./;

export const parameters: ParameterScheme<BertConfig> = {
  shapes: shapesOf,
  initial: (config, seed) => initialTensors(config, shapesOf(config), seed),
  fresh({ initializerRange }, name, shape, seed) {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    if (name.endsWith('LayerNorm.weight')) data.fill(1);
    else if (name.endsWith('.weight')) fillNormal(data, initializerRange, seed, name);
    return { shape, data };
  },
  canonical: canonicalName,
  canonicalTensorflow: canonicalTensorflowName,
  saved: savedName,
  copies: {
    'cls.predictions.decoder.weight': EMBEDDINGS.words,
    'cls.predictions.decoder.bias': 'cls.predictions.bias',
  },
  isEncoder: (name) => /^(embeddings|encoder)\./.test(name),
  isPooler: (name) => name.startsWith('pooler.'),
  isKnown: (name) => /^(embeddings|encoder|pooler|classifier|cls)\./.test(name),
  decays: (name) => !name.endsWith('.bias') && !name.includes('LayerNorm'),
  depth({ layers }, name) {
    if (name.startsWith('embeddings.')) return 0;
    const layer = LAYER.exec(name);
    return layer ? Number(layer[1]) + 1 : layers + 1;
  },
};
