import { describe, expect, it } from 'vitest';
import { architectureOf, configJson, parseConfig } from '../registry.ts';

const SMALL = { model_type: 'distilbert', vocab_size: 30, dim: 8, n_layers: 2, n_heads: 2, hidden_dim: 16 };
const parse = (change: object = {}) => parseConfig(JSON.stringify({ ...SMALL, ...change }), 'config.json');

describe('config.json of a DistilBERT', () => {
  it('has different field names, and is written with them', () => {
    const config = parse({ dropout: 0.3, activation: 'relu' });
    expect(config).toMatchObject({
      hiddenSize: 8,
      layers: 2,
      heads: 2,
      hiddenDropout: 0.3,
      activation: 'relu',
    });
    expect(config.classifierDropout).toBe(0.2);
    expect(parse({ seq_classif_dropout: 0 }).classifierDropout).toBe(0);
    const json = configJson(config);
    expect(json).toMatchObject({ ...SMALL, dropout: 0.3, activation: 'relu', seq_classif_dropout: 0.2 });
    for (const name of ['hidden_size', 'hidden_act', 'intermediate_size'])
      expect(json).not.toHaveProperty(name);
  });

  it('has no token types', () => {
    const { graph, parameters } = architectureOf(parse());
    expect(graph.types).toBeUndefined();
    expect([...parameters.shapes(parse()).keys()].filter((name) => /type/.test(name))).toEqual([]);
  });

  it.each([
    [{ dim: 0 }, 'dim'],
    [{ n_heads: 3 }, 'n_heads'],
    [{ activation: 'swish' }, 'activation'],
    [{ sinusoidal_pos_embds: true }, 'sinusoidal_pos_embds'],
    [{ seq_classif_dropout: 1 }, 'seq_classif_dropout'],
  ])('refuses %j and names the field', (change, field) => {
    expect(() => parse(change)).toThrow(
      expect.objectContaining({
        place: { file: 'config.json', field },
        message: expect.stringContaining('Invalid DistilBERT configuration'),
      }),
    );
  });
});
