import { describe, expect, it } from 'vitest';
import { architectureOf, parseConfig } from '../registry.ts';

const SMALL = {
  model_type: 'roformer',
  vocab_size: 30,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 16,
};
const parse = (change: object = {}) => parseConfig(JSON.stringify({ ...SMALL, ...change }), 'config.json');

describe('config.json of a RoFormer', () => {
  it('has 1536 positions and embeddings as wide as the layers by default', () => {
    const config = parse({ classifier_dropout: 0.3 });
    const { shapes, constants } = architectureOf(config).parameters;
    expect(config).toMatchObject({ maxPositions: 1536, embeddingSize: 8, rotaryValue: false });
    expect(config.classifierDropout).toBeUndefined();
    expect(shapes(config).has('embeddings_project.weight')).toBe(false);
    expect(shapes(config).has('embeddings.position_embeddings.weight')).toBe(false);
    expect(shapes(parse({ embedding_size: 4 })).get('embeddings_project.weight')).toEqual([8, 4]);
    expect(constants!(config).get('encoder.embed_positions.weight')!.shape).toEqual([1536, 4]);
  });

  it.each([
    [{ rotary_value: 'no' }, 'rotary_value'],
    [{ norm_type: 'rms_norm' }, 'norm_type'],
    [{ use_bias: false }, 'use_bias'],
    [{ hidden_size: 6 }, 'num_attention_heads'],
    [{ hidden_act: 'swish' }, 'hidden_act'],
    [{ is_decoder: true }, 'is_decoder'],
  ])('refuses %j and names the field', (change, field) => {
    expect(() => parse(change)).toThrow(
      expect.objectContaining({
        place: { file: 'config.json', field },
        message: expect.stringContaining('Invalid RoFormer configuration'),
      }),
    );
  });
});

describe('tensors of a RoFormer', () => {
  const config = parse();
  const { heads, parameters } = architectureOf(config);

  it('has its table of positions as transformers has it: sines, then cosines', () => {
    const { data } = parameters.constants!(config).get('encoder.embed_positions.weight')!;
    const row = [...data.subarray(5 * 4, 6 * 4)];
    const expected = [Math.sin(5), Math.sin(0.05), Math.cos(5), Math.cos(0.05)];
    for (const [i, value] of expected.entries()) expect(row[i]).toBeCloseTo(value, 6);
    expect(parameters.canonical('roformer.encoder.embed_positions.weight')).toBe(null);
  });

  it('decide the class of a file', () => {
    const tensor = { shape: [1], data: new Float32Array(1) };
    const classOf = (...names: string[]) => heads.classOf(new Map(names.map((name) => [name, tensor])));
    expect(classOf()).toBe('RoFormerModel');
    expect(classOf('cls.predictions.bias')).toBe('RoFormerForMaskedLM');
    expect(classOf('classifier.out_proj.weight')).toBe('RoFormerForSequenceClassification');
    expect(classOf('classifier.weight')).toBe('RoFormerForTokenClassification');
  });
});
