import { describe, expect, it } from 'vitest';
import { architectureOf, parseConfig } from '../registry.ts';

const SMALL = {
  model_type: 'ernie',
  vocab_size: 30,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 16,
};
const parse = (change: object = {}) => parseConfig(JSON.stringify({ ...SMALL, ...change }), 'config.json');

describe('config.json of an ERNIE', () => {
  it('has embeddings of tasks only where use_task_id says so', () => {
    const tasks = (change: object): unknown => {
      const config = parse(change);
      const { shapes } = architectureOf(config).parameters;
      return shapes(config).get('embeddings.task_type_embeddings.weight');
    };
    expect(tasks({})).toBeUndefined();
    expect(tasks({ task_type_vocab_size: 16 })).toBeUndefined();
    expect(tasks({ use_task_id: true })).toEqual([3, 8]);
    expect(tasks({ use_task_id: true, task_type_vocab_size: 16 })).toEqual([16, 8]);
  });

  it.each([
    [{ use_task_id: 1 }, 'use_task_id'],
    [{ use_task_id: true, task_type_vocab_size: 0 }, 'task_type_vocab_size'],
    [{ hidden_act: 'swish' }, 'hidden_act'],
    [{ position_embedding_type: 'relative_key' }, 'position_embedding_type'],
    [{ is_decoder: true }, 'is_decoder'],
    [{ pad_token_id: 30 }, 'pad_token_id'],
  ])('refuses %j and names the field', (change, field) => {
    expect(() => parse(change)).toThrow(
      expect.objectContaining({
        place: { file: 'config.json', field },
        message: expect.stringContaining('Invalid ERNIE configuration'),
      }),
    );
  });
});
