import { describe, expect, it } from 'vitest';
import { architectureOf, parseConfig } from '../registry.ts';

const SMALL = {
  model_type: 'electra',
  vocab_size: 30,
  embedding_size: 6,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 16,
};
const parse = (change: object = {}) => parseConfig(JSON.stringify({ ...SMALL, ...change }), 'config.json');
const shapesOf = (change: object = {}) => {
  const config = parse(change);
  return architectureOf(config).parameters.shapes(config);
};

describe('config.json of an ELECTRA', () => {
  it('gives the embeddings a separate width, 128 by default', () => {
    expect(shapesOf().get('embeddings.position_embeddings.weight')).toEqual([512, 6]);
    expect(shapesOf().get('embeddings_project.weight')).toEqual([8, 6]);
    expect(shapesOf({ embedding_size: undefined }).get('embeddings.LayerNorm.bias')).toEqual([128]);
    expect(shapesOf({ embedding_size: 8 }).has('embeddings_project.weight')).toBe(false);
  });

  it.each([
    [{ embedding_size: 0 }, 'embedding_size'],
    [{ embedding_size: null }, 'embedding_size'],
    [{ hidden_act: 'swish' }, 'hidden_act'],
    [{ position_embedding_type: 'relative_key' }, 'position_embedding_type'],
    [{ is_decoder: true }, 'is_decoder'],
  ])('refuses %j and names the field', (change, field) => {
    expect(() => parse(change)).toThrow(
      expect.objectContaining({
        place: { file: 'config.json', field },
        message: expect.stringContaining('Invalid ELECTRA configuration'),
      }),
    );
  });
});

describe('parameters of an ELECTRA', () => {
  const config = parse();
  const { heads, parameters } = architectureOf(config);

  it.each([
    ['embeddings.word_embeddings.weight', 0],
    ['embeddings_project.weight', 0],
    ['encoder.layer.1.output.dense.bias', 2],
    ['classifier.dense.weight', 3],
    ['generator_lm_head.bias', 3],
  ])('%s: depth %i', (name, depth) => {
    expect(parameters.depth(config, name)).toBe(depth);
    expect(parameters.isEncoder(name)).toBe(depth < 3);
  });

  it('start as those of BERT where the embeddings are as wide as the layers', () => {
    const of = (modelType: string) => {
      const wide = parse({ model_type: modelType, embedding_size: 8, initializer_range: 0.3 });
      return architectureOf(wide).parameters.initial(wide, 3);
    };
    const [own, bert] = [of('electra'), of('bert')];
    for (const [name, tensor] of own) expect(tensor).toEqual(bert.get(name));
    const narrow = parameters.initial(config, 3);
    expect([...narrow.keys()]).toEqual([...parameters.shapes(config).keys()]);
  });

  it('decide the class of a file', () => {
    const tensor = { shape: [1], data: new Float32Array(1) };
    const classOf = (...names: string[]) => heads.classOf(new Map(names.map((name) => [name, tensor])));
    expect(classOf()).toBe('ElectraModel');
    expect(classOf('discriminator_predictions.dense.weight')).toBe('ElectraForPreTraining');
    expect(classOf('generator_lm_head.bias')).toBe('ElectraForMaskedLM');
    expect(classOf('classifier.out_proj.weight')).toBe('ElectraForSequenceClassification');
    expect(classOf('classifier.weight')).toBe('ElectraForTokenClassification');
  });
});
