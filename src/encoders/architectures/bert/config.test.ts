import { describe, expect, it } from 'vitest';
import { UserError } from '../../../ground/errors.ts';
import { architectureOf, configJson, parseConfig } from '../registry.ts';

const SMALL = {
  vocab_size: 30,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 16,
};
const parse = (change: object = {}) => parseConfig(JSON.stringify({ ...SMALL, ...change }), 'config.json');

describe('parseConfig', () => {
  it("fills in what Google's bert_config.json leaves out", () => {
    expect(parse({ directionality: 'bidi', pooler_type: 'first_token_transform' })).toMatchObject({
      maxPositions: 512,
      typeVocabSize: 2,
      activation: 'gelu',
      layerNormEps: 1e-12,
      padTokenId: 0,
      labels: undefined,
    });
  });

  it('orders labels by id', () => {
    const id2label = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [11 - i, `类${11 - i}`]));
    expect(parse({ id2label }).labels).toEqual(Array.from({ length: 12 }, (_, i) => `类${i}`));
  });

  it.each([
    [{ hidden_act: 'swish' }, 'hidden_act'],
    [{ vocab_size: '30' }, 'vocab_size'],
    [{ num_hidden_layers: 0 }, 'num_hidden_layers'],
    [{ num_attention_heads: 3 }, 'num_attention_heads'],
    [{ hidden_size: 2 ** 40 }, 'hidden_size'],
    [{ position_embedding_type: 'relative_key' }, 'position_embedding_type'],
    [{ is_decoder: true }, 'is_decoder'],
    [{ model_type: 'albert' }, 'model_type'],
    [{ pad_token_id: 30 }, 'pad_token_id'],
    [{ id2label: { 0: 'a', 2: 'b' } }, 'id2label'],
    [{ hidden_dropout_prob: 1 }, 'hidden_dropout_prob'],
  ])('refuses %j and names the field', (change, field) => {
    let error: unknown;
    try {
      parse(change);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).place).toEqual({ file: 'config.json', field });
  });

  it('refuses what is not JSON', () => {
    expect(() => parseConfig('{', 'config.json')).toThrow(/not JSON/);
  });

  it('reads what it writes', () => {
    const config = {
      ...parse({ hidden_act: 'gelu_new', classifier_dropout: 0.3, pad_token_id: 4 }),
      labels: ['否', '是'],
      transformersClass: 'BertForSequenceClassification',
      problemType: 'multi_label_classification',
    };
    expect(parseConfig(JSON.stringify(configJson(config)))).toEqual(config);
  });
});

const parameterShapes = (config: ReturnType<typeof parse>) =>
  architectureOf(config).parameters.shapes(config);

describe('shapes', () => {
  it("counts BERT-base's 102 267 648 parameters", () => {
    const base = { vocab_size: 21128, hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12 };
    const shapes = parameterShapes(parse({ ...base, intermediate_size: 3072 }));
    const count = [...shapes.values()].reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
    expect([shapes.size, count]).toEqual([199, 102_267_648]);
  });

  it('gives linear weights as [out, in]', () => {
    const shapes = parameterShapes(parse());
    expect(shapes.get('encoder.layer.1.intermediate.dense.weight')).toEqual([16, 8]);
    expect(shapes.get('encoder.layer.1.output.dense.weight')).toEqual([8, 16]);
    expect([...shapes.keys()].slice(-2)).toEqual(['pooler.dense.weight', 'pooler.dense.bias']);
  });
});
