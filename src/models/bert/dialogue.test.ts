import { describe, expect, it } from 'vitest';
import { parseParameters } from '../../ground/parameters.ts';
import { findTask } from '../../tasks/registry.ts';
import { createBase } from './base.ts';
import { dialoguePlanner } from './dialogue.ts';
import { dialogueText } from './dialogue-text.ts';
import { bert } from './kind.ts';
import { PARAMETERS } from './parameters.ts';
import { resolveParameters } from './resolve.ts';

const task = findTask('CMDD');
const turns = [
  { speaker: '医生', text: '有没有发热' },
  { speaker: '患者', text: '没有，只有头痛' },
  { speaker: '医生', text: '可能咳嗽' },
];
const entities = [
  { turn: 0, start: 3, end: 5, name: '发热', status: 'false' as const },
  { turn: 1, start: 5, end: 7, name: '头痛', status: 'true' as const },
  { turn: 2, start: 2, end: 4, name: '咳嗽', status: 'uncertain' as const },
];
const symptoms = entities.map(({ name, status }) => ({ name, status }));
const example = { id: '0', input: { turns }, gold: { symptoms, entities } };

async function planOf(maxLength: number) {
  const given = { layers: 1, hidden: 64, maxLength, overlap: 8, head: 'softmax' };
  const parameters = await resolveParameters(parseParameters(PARAMETERS, given, { name: bert.summary }), {
    task,
  });
  const base = await createBase(
    parameters,
    () => turns.flatMap(({ speaker, text }) => [`${speaker}：`, text]),
    1,
  );
  const learnt = await dialoguePlanner.learn([example], parameters, task);
  return { tokenizer: base.tokenizer, plan: await dialoguePlanner.plan(learnt, { ...base, parameters }) };
}

/** Decodes tags of each window, one per token, as a head that is certain of them. */
const decoded = async (maxLength: number, change: (tags: Int32Array) => void = () => {}) => {
  const { plan } = await planOf(maxLength);
  const { labels } = plan;
  return plan.use(({ items, ask }) => {
    const answers = items([example]).map(({ rows: [{ target }] }) => {
      const tags = (target as Int32Array).slice();
      change(tags);
      const scores = new Float32Array(tags.length * labels.length);
      tags.forEach((tag, token) => {
        scores[token * labels.length + tag] = 20;
      });
      return scores;
    });
    return ask(example.input).decode(answers as never, () => new Float32Array(0));
  });
};

describe('symptoms of a dialogue', () => {
  it('are decoded from their encoding, in one window and in several', async () => {
    expect(await decoded(64)).toEqual({ symptoms, entities });
    const { plan } = await planOf(20);
    expect(plan.use(({ ask }) => ask(example.input).sequences.length)).toBeGreaterThan(1);
    expect(await decoded(20)).toEqual({ symptoms, entities });
  });

  it('are read with the turns before and after them', async () => {
    const { plan, tokenizer } = await planOf(64);
    const [{ ids }, ...more] = plan.use(({ ask }) => ask(example.input).sequences);
    expect(more).toEqual([]);
    const read = Array.from(ids, (id) => tokenizer.textOf(id)).join('');
    expect(read).toBe('[CLS]医生：有没有发热患者：没有，只有头痛医生：可能咳嗽[SEP]');
  });

  it('lie within one turn, and not in the name of its speaker', async () => {
    const { plan } = await planOf(64);
    const [b, i] = [plan.labels.indexOf('B-true'), plan.labels.indexOf('I-true')];
    const { text, starts } = dialogueText(turns);
    const token = text.slice(0, starts[1]).replaceAll('\n', '').length;
    // tokens are characters: the speaker and the text of turn 1
    const across = await decoded(64, (tags) => {
      tags[token - 3] = b;
      tags.fill(i, token - 2, token + 2);
    });
    expect(across).toEqual({ symptoms, entities });
  });

  it('have the status that the offsets chosen on dev favour', async () => {
    const { plan } = await planOf(64);
    const [yes, no] = [plan.labels.indexOf('B-true'), plan.labels.indexOf('B-false')];
    const statuses = plan.use(({ items, decodings = [] }) => {
      const [{ rows }] = items([example]);
      const tags = rows[0].target as Int32Array;
      const scores = new Float32Array(tags.length * plan.labels.length);
      tags.forEach((tag, token) => {
        scores[token * plan.labels.length + tag] = 20;
        // slightly in favour of true
        if (tag === no) scores[token * plan.labels.length + yes] = 20.4;
        // and its second token continues any of them
        if (tags[token - 1] === no)
          scores.fill(20, token * plan.labels.length + 4, (token + 1) * plan.labels.length);
      });
      return decodings.flatMap(({ learnt, ask }) => {
        const { threshold, offsets } = (learnt as { choice: { threshold: number; offsets: number[] } })
          .choice;
        if (threshold !== 0.3 || offsets.at(-1) !== 0) return [];
        const { symptoms } = ask(example.input).decode([scores] as never, () => new Float32Array(0));
        return [symptoms.find(({ name }) => name === '发热')?.status];
      });
    });
    expect(statuses).toEqual(['true', 'false', 'false', 'false']);
  });
});
