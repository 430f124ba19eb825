import { describe, expect, it } from 'vitest';
import { parseConfig } from '../registry.ts';
import { heads } from './heads.ts';
import { parameters } from './parameters.ts';

const config = parseConfig(
  JSON.stringify({
    vocab_size: 9,
    hidden_size: 8,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    intermediate_size: 16,
  }),
);
const bert = {
  ...config,
  modelType: 'bert',
  intermediateSize: 16,
  activation: 'gelu',
  layerNormEps: 1e-12,
} as const;

describe('roles of parameters', () => {
  it.each([
    ['embeddings.word_embeddings.weight', 0, true],
    ['embeddings.LayerNorm.weight', 0, false],
    ['encoder.layer.0.attention.self.query.weight', 1, true],
    ['encoder.layer.1.output.dense.bias', 2, false],
    ['pooler.dense.weight', 3, true],
    ['classifier.weight', 3, true],
  ])('%s: depth %i, weight decay %s', (name, depth, decays) => {
    expect(parameters.depth(bert, name)).toBe(depth);
    expect(parameters.decays(name)).toBe(decays);
    expect(parameters.isEncoder(name)).toBe(depth < 3);
    expect(parameters.isPooler(name)).toBe(name.startsWith('pooler'));
  });

  it('saves with a prefix where the class has a head', () => {
    const name = 'encoder.layer.0.output.dense.weight';
    expect(parameters.saved(name, 'BertModel')).toBe(name);
    expect(parameters.saved(name, undefined)).toBe(name);
    expect(parameters.saved(name, 'BertForMaskedLM')).toBe(`bert.${name}`);
    expect(parameters.saved('cls.predictions.bias', 'BertForMaskedLM')).toBe('cls.predictions.bias');
    expect(parameters.canonical(`module.bert.${name}`)).toBe(name);
  });

  it('draws a head as BERT does: norms 1, weights normal, biases 0', () => {
    const shapes = heads.masked.parameters(bert);
    const drawn = (name: string) => [...parameters.fresh(bert, name, shapes.get(name)!, 1).data];
    expect(new Set(drawn('cls.predictions.transform.LayerNorm.weight'))).toEqual(new Set([1]));
    expect(new Set(drawn('cls.predictions.bias'))).toEqual(new Set([0]));
    expect(new Set(drawn('cls.predictions.transform.dense.weight')).size).toBe(64);
  });

  it('chooses the class that matches the tensors', () => {
    const tensor = { shape: [1], data: new Float32Array(1) };
    const classOf = (...names: string[]) => heads.classOf(new Map(names.map((name) => [name, tensor])));
    expect(classOf()).toBe('BertModel');
    expect(classOf('classifier.weight')).toBe('BertForSequenceClassification');
    expect(classOf('cls.predictions.bias')).toBe('BertForMaskedLM');
    expect(classOf('cls.predictions.bias', 'cls.seq_relationship.weight')).toBe('BertForPreTraining');
  });
});
