import { afterEach, describe, expect, it } from 'vitest';
import { spending } from '../../shared/services/budget.ts';
import { NO_PROFILE } from '../../shared/services/profile.ts';
import type { ChatService } from '../../shared/services/service.ts';
import { type Script, scriptedRuntime, type Watched } from './fixtures/runtime.ts';
import { openLocalService } from './service.ts';

const endpoint = { url: 'gguf:0', model: 'm.gguf', profile: NO_PROFILE };
const model = { file: 'm.gguf', contextSize: 4096, gpu: 'off', threads: undefined } as const;
const question = [{ role: 'user', content: '头痛？' }] as const;
const body = { temperature: 0, max_tokens: 50 };
const schema = { type: 'object', properties: {}, required: [], additionalProperties: false };
const shaped = { ...body, response_format: { type: 'json_schema', json_schema: { schema } } };

const open: ChatService[] = [];
afterEach(async () => {
  for (const service of open.splice(0)) await service.close();
});

const start = async (watched: Watched, more: object = {}): Promise<ChatService> => {
  const given = { endpoint, model, seed: 0, limits: {}, ...more };
  const service = await openLocalService(given, async () => watched.runtime);
  open.push(service);
  return service;
};
const outcomeOf = async (script: Script, asked: object = body) => {
  const service = await start(scriptedRuntime(script));
  const { outcome } = await service.ask(question, { ...asked });
  await open.pop()?.close();
  return outcome;
};

describe('a reply of a model in this process', () => {
  it('ends where the model ends, with its tokens and name', async () => {
    expect(await outcomeOf({ write: () => '好' })).toMatchObject({
      ...{ text: '好', finish: 'stop', completionTokens: 1, model: 'Scripted' },
      promptTokens: expect.any(Number),
    });
  });

  it('is cut off at max_tokens and where the context ends', async () => {
    const write = () => '一'.repeat(200);
    expect(await outcomeOf({ write })).toMatchObject({ text: '一'.repeat(50), finish: 'length' });
    const { promptTokens } = Object(await outcomeOf({ write }));
    const short = await outcomeOf({ write, contextSize: promptTokens + 7 });
    expect(short).toMatchObject({ text: '一'.repeat(7), finish: 'length' });
  });

  it('follows the grammar of the schema, and ends with its JSON, without white space', async () => {
    const grammars: unknown[] = [];
    const write: Script['write'] = (_, { grammar }) => {
      grammars.push(grammar);
      return `{"a":{"b":"}"}}${'\n'.repeat(100)}`;
    };
    expect(await outcomeOf({ write }, shaped)).toMatchObject({ text: '{"a":{"b":"}"}}', finish: 'stop' });
    await outcomeOf({ write }, { ...body, response_format: { type: 'json_object' } });
    await outcomeOf({ write });
    expect(grammars).toEqual([schema, { type: 'json' }, undefined]);
  });

  it('that is cut inside its JSON is kept unchanged', async () => {
    const outcome = await outcomeOf({ write: () => '{"label":"1"' }, { ...shaped, max_tokens: 5 });
    expect(outcome).toMatchObject({ text: '{"lab', finish: 'length' });
  });

  it('has its reasoning in a separate field', async () => {
    const outcome = await outcomeOf({ write: () => '<think>嗯</think>好' });
    expect(outcome).toMatchObject({ text: '好', reasoning: '嗯' });
  });

  it('is sampled afresh for every repeat and seed, and equally in every run', async () => {
    const seeds: number[] = [];
    const write: Script['write'] = (_, { seed }) => String(seeds.push(seed));
    for (const seed of [0, 0, 1]) {
      const service = await start(scriptedRuntime({ write }), {
        seed,
        model: { ...model, threads: seeds.length + 1 },
      });
      for (const repeat of [0, 1]) await service.ask(question, body, undefined, repeat);
    }
    expect(seeds.slice(0, 2)).toEqual(seeds.slice(2, 4));
    expect(new Set(seeds).size).toBe(4);
  });
});

describe('probabilities of first tokens', () => {
  it('are the likeliest ones, as many as asked for', async () => {
    const next = () => ({ B: 0.3, A: 0.6, C: 0.1 });
    const asked = { ...body, max_tokens: 1, logprobs: true, top_logprobs: 2 };
    expect(await outcomeOf({ next }, asked)).toMatchObject({
      first: [
        { token: 'A', logprob: Math.log(0.6) },
        { token: 'B', logprob: Math.log(0.3) },
      ],
    });
  });
});

describe('probabilities of answers', () => {
  /** Prefers b after a, and otherwise a. */
  const next = (prompt: string) => (prompt.endsWith('a') ? { a: 0.1, b: 0.9 } : { a: 0.75, b: 0.25 });
  const asked = (...continuations: string[]) => ({ ...body, max_tokens: 1, continuations });

  it('are those of all their tokens, each after those before it', async () => {
    const outcome = await outcomeOf({ next }, asked('ab', 'ba', 'bab'));
    const expected = [0.75 * 0.9, 0.25 * 0.75, 0.25 * 0.75 * 0.9];
    const continued = 'continued' in outcome ? (outcome.continued ?? []) : [];
    expect(continued.map(Math.exp)).toEqual(expected.map((p) => expect.closeTo(p, 12)));
  });

  it('do not depend on the other answers, except for their common prefix', async () => {
    const one = await outcomeOf({ next }, asked('ab', 'ba'));
    const other = await outcomeOf({ next }, asked('ba', 'ab'));
    expect(one).toMatchObject({ text: '', completionTokens: 0 });
    expect('continued' in one && one.continued).toEqual(
      'continued' in other && other.continued?.toReversed(),
    );
  });

  it('are not computed where an answer does not fit into the context', async () => {
    expect(await outcomeOf({ next, contextSize: 60 }, asked('a', 'b'.repeat(60)))).toMatchObject({
      failure: 'context-exceeded',
    });
  });
});

describe('a prompt', () => {
  it('that exceeds the context fails, and is not truncated', async () => {
    expect(await outcomeOf({ contextSize: 20 })).toMatchObject({ failure: 'context-exceeded', retry: false });
  });

  it('is computed afresh, whatever preceded it', async () => {
    const prompts: string[] = [];
    const service = await start(scriptedRuntime({ write: (prompt) => String(prompts.push(prompt)) }));
    for (let i = 0; i < 2; i++) await service.ask(question, body);
    expect(prompts[1]).toBe(prompts[0]);
  });
});

describe('a model', () => {
  it('is loaded once for all that use it, and leaves memory with the last of them', async () => {
    const watched = scriptedRuntime({});
    const [first, second] = [await start(watched), await start(watched)];
    open.length = 0;
    await first.close();
    expect(watched).toMatchObject({ loads: 1, disposals: 0 });
    await second.close();
    expect(watched.disposals).toBe(1);
  });

  it.each([
    [{ fails: 'getLlama' }, 'no-llama-cpp'],
    [{ fails: 'loadModel' }, 'bad-gguf'],
    [{ fails: 'createContext' }, 'no-room'],
    [{ template: '{% x' }, 'bad-chat-template'],
  ] as const)('that cannot be used (%o) is refused by name', async (script, code) => {
    await expect(start(scriptedRuntime(script))).rejects.toMatchObject({ code });
    // Nothing of it is kept in memory: the next one is loaded from scratch.
    await start(scriptedRuntime({}));
  });

  it('is called within limits, and stops between two tokens', async () => {
    const controller = new AbortController();
    const { calls } = spending();
    const write: Script['write'] = () => {
      controller.abort(new Error('stopped'));
      return '一二三';
    };
    const service = await start(scriptedRuntime({ write }), { limits: { maxCalls: calls + 1 } });
    await expect(service.ask(question, body, controller.signal)).rejects.toThrow('stopped');
    await expect(service.ask(question, body)).rejects.toMatchObject({ code: 'budget-reached' });
  });
});
