import { describe, expect, it } from 'vitest';
import { findTask } from '../../tasks/registry.ts';
import type { FittedModel, Reply } from '../contract.ts';
import { fitRequest } from '../fixtures/fitted.ts';
import { partTexts, withParts } from './parts.ts';

const task = findTask('dialogue-acts');
const turns = (...texts: string[]) => ({ turns: texts.map((text) => ({ speaker: '患者', text })) });
const seen: string[] = [];

/** Tells questions from the rest; a service that has no answer to one text. */
const classifier: FittedModel<'classification'> = {
  async answer(inputs, { onAnswer }) {
    for (const [index, { text }] of inputs.entries()) {
      seen.push(text);
      const raw = text.includes('坏')
        ? { failure: 'status 500' }
        : { label: text.endsWith('吗') ? 'ask' : 'tell' };
      onAnswer(index, { raw, usage: { promptTokens: index + 1, calls: 1, served: 'm' } });
    }
  },
};
const { fit, load } = withParts({
  fit: { classification: async () => classifier },
  load: async () => classifier,
});

async function repliesOf(
  model: FittedModel,
  inputs: readonly ReturnType<typeof turns>[],
  answered?: Set<number>,
) {
  const replies = new Map<number, Reply>();
  await model.answer(inputs, { answered, onAnswer: (index, reply) => replies.set(index, reply) });
  return replies;
}

describe('families whose parts are classified', () => {
  it('have one reply for each input, with the usage of its parts', async () => {
    const example = { id: '0', input: turns('疼吗'), gold: { acts: ['ask'] } };
    const fitted = await fit['dialogue-acts']!(fitRequest<'dialogue-acts'>(task, [example]));
    const inputs = [turns('疼吗', '不疼'), turns(), turns('好', '坏', '吗')];
    const replies = await repliesOf(fitted, inputs);
    expect(replies.get(0)).toEqual({
      raw: { acts: ['ask', 'tell'] },
      usage: { promptTokens: 3, calls: 2, served: 'm' },
    });
    expect(replies.get(1)).toEqual({ raw: { acts: [] } });
    expect(replies.get(2)).toEqual({
      raw: { failure: 'status 500' },
      usage: { promptTokens: 12, calls: 3, served: 'm' },
    });
    expect([...(await repliesOf(fitted, inputs, new Set([0, 2]))).keys()]).toEqual([1]);
  });

  it('are read back for their family, others unchanged', async () => {
    const replies = await repliesOf(await load('file', task, {}), [turns('疼吗')]);
    expect(replies.get(0)?.raw).toEqual({ acts: ['ask'] });
    expect(await load('file', findTask('cMedIC'), {})).toBe(classifier);
  });

  it('are classified by the same texts that estimates count', async () => {
    const input = { ...turns('疼吗', '不疼'), mentions: [{ turn: 1, start: 1, end: 2 }] };
    expect(partTexts(findTask('mention-status'), input)).toEqual(['患者：不【疼】']);
    expect(partTexts(task, turns('疼吗', '不疼'))).toEqual(['患者：疼吗', '患者：不疼']);
    expect(partTexts(findTask('cMedIC'), { text: '疼' })).toEqual(['疼']);
    expect(seen).toContain('患者：疼吗');
  });
});
