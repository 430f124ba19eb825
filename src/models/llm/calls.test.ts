import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { spending } from '../shared/services/budget.ts';
import type { Endpoint } from '../shared/services/endpoint.ts';
import { completion, type Scripted, status, streamed } from '../shared/services/fixtures/server.ts';
import { NO_PROFILE } from '../shared/services/profile.ts';
import { callKey, openCalls } from './calls.ts';
import { createInterviewer, PAIR, PAIRS, type Script } from './fixtures/interviewer.ts';

const { ask, askAgain, answerOf, received, directory, otherRun } = createInterviewer();

describe('calls', () => {
  it('are retried after an overload, when the service says', async () => {
    const { answers, replies } = await ask(
      ({ number }) => (number === 0 ? status(429, {}, { 'retry-after': '0.05' }) : '{"label":"1"}'),
      { parameters: { retries: 1 } },
    );
    expect(answers[0].status).toBe('answered');
    expect(replies[0].usage).toMatchObject({ calls: 1, retries: 1, promptTokens: 10, completionTokens: 2 });
  });

  it('that fail repeatedly are counted', async () => {
    const { answers, replies } = await ask(() => status(500), { parameters: { retries: 1 } });
    expect(answers[0]).toMatchObject({ status: 'missing', reason: 'http-500' });
    expect(replies[0].usage).toMatchObject({ calls: 0, retries: 1 });
  });

  it('are not repeated for kept replies, nor by a concurrent run', async () => {
    const script = (): Scripted => '{"label":"1"}';
    const asked = { parameters: { name: 'same' } };
    await ask(script, asked);
    expect(received()).toHaveLength(1);
    await askAgain(asked);
    otherRun();
    const { answers } = await askAgain(asked);
    expect(answers[0].status).toBe('answered');
    expect(received()).toHaveLength(1);
    await askAgain({ parameters: { name: 'same', temperature: 0.5 } });
    expect(received()).toHaveLength(2);
  });

  it('of other runs keep no file open, and are forgotten once those runs are deleted', async () => {
    const endpoint: Endpoint = { url: 'http://127.0.0.1:1/v1', model: 'm', profile: NO_PROFILE };
    const runs = await mkdtemp(join(tmpdir(), 'chineseblue-calls-'));
    try {
      const key = callKey(endpoint, [], {}, 0);
      const first = await openCalls(join(runs, 'first'), endpoint);
      await first.keep(key, [], {}, { text: '是', attempts: 1, ms: 1 });
      await first.close();
      const file = join(runs, 'first', 'calls.jsonl');
      const second = await openCalls(join(runs, 'second'), endpoint);
      if (process.platform === 'linux') {
        const open = (await readdir('/proc/self/fd')).map((name) => readlink(`/proc/self/fd/${name}`));
        const paths = (await Promise.allSettled(open)).map((link) => 'value' in link && link.value);
        expect(paths).toContain(join(runs, 'second', 'calls.jsonl'));
        expect(paths).not.toContain(file);
      }
      expect(await second.find(key)).toMatchObject({ text: '是' });
      await rm(file);
      expect(await second.find(key)).toBeUndefined();
      await second.close();
    } finally {
      await rm(runs, { recursive: true });
    }
  });

  it('with equal prompts are made once, even concurrently', async () => {
    const { answers } = await ask(() => '{"label":"1"}', { inputs: [PAIR, PAIR, { ...PAIR }] });
    expect(answers.map(({ status }) => status)).toEqual(['answered', 'answered', 'answered']);
    expect(received()).toHaveLength(1);
  });

  it('that failed are not kept', async () => {
    await ask(({ number }) => (number === 0 ? status(500) : '{"label":"1"}'), {
      parameters: { name: 'again' },
    });
    const { answers } = await askAgain({ parameters: { name: 'again' } });
    expect(answers[0].status).toBe('answered');
    expect(await readFile(join(directory(), 'calls.jsonl'), 'utf8')).not.toContain('500');
  });

  it.each<[string, Scripted, string]>([
    ['tags', '<think>两句都问…</think>{"label":"1"}', '两句都问…'],
    ['tags that the template began', '两句都问…</think>{"label":"1"}', '两句都问…'],
    [
      'parts',
      completion({
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: '两句都问…' }] },
          { type: 'text', text: '{"label":"1"}' },
        ],
      }),
      '两句都问…',
    ],
    ['a field', streamed('{"label":"1"}', { reasoning: '两句都问…' }), '两句都问…'],
    [
      'a field and tags',
      streamed('<think>同义</think>{"label":"1"}', { reasoning: '两句都问…' }),
      '两句都问…\n同义',
    ],
  ])('are kept with the reasoning in %s separate from the answer', async (_, scripted, reasoning) => {
    const { replies } = await ask(() => scripted);
    expect(replies[0].raw).toMatchObject({ repeats: [[{ text: '{"label":"1"}', reasoning }]] });
    const kept = (await readFile(join(directory(), 'calls.jsonl'), 'utf8')).trim().split('\n');
    expect(JSON.parse(kept.at(-1) ?? '').reply).toMatchObject({ text: '{"label":"1"}', reasoning });
  });

  it('stop at a limit, and replies are kept', async () => {
    const inputs = Array.from({ length: 9 }, (_, i) => ({ textA: `甲${i}`, textB: '乙' }));
    const asked = { inputs, parameters: { name: 'limited', concurrency: 1 } };
    const maxCalls = spending().calls + 4;
    const limited = { ...asked, parameters: { ...asked.parameters, maxCalls } };
    await expect(ask(() => '{"label":"1"}', limited)).rejects.toMatchObject({ code: 'budget-reached' });
    expect(received()).toHaveLength(4);
    const { answers } = await askAgain(asked);
    expect(answers.every((answer) => answer.status === 'answered')).toBe(true);
    expect(received()).toHaveLength(9);
  });

  it('send the key of the environment, which is not written anywhere', async () => {
    process.env.CHINESEBLUE_TEST_KEY = 'sk-secret-123';
    const { replies } = await ask(() => '{"label":"1"}', { parameters: { keyEnv: 'CHINESEBLUE_TEST_KEY' } });
    delete process.env.CHINESEBLUE_TEST_KEY;
    expect(received()[0].headers.authorization).toBe('Bearer sk-secret-123');
    expect(await readFile(join(directory(), 'calls.jsonl'), 'utf8')).not.toContain('secret');
    expect(JSON.stringify(replies)).not.toContain('secret');
  });

  it.each<[number, string]>([
    [401, 'key-refused'],
    [404, 'no-such-model'],
  ])('end at once on %i', async (code, expected) => {
    await expect(ask(() => status(code))).rejects.toMatchObject({ code: expected });
  });

  it('fail where a service refuses every request, with its message', async () => {
    const inputs = Array.from({ length: 40 }, (_, i) => ({ textA: `甲${i}`, textB: '乙' }));
    const refusal = status(400, { error: { message: 'Use max_completion_tokens instead.' } });
    await expect(ask(() => refusal, { inputs, parameters: { concurrency: 2 } })).rejects.toMatchObject({
      code: 'service-failing',
      message: expect.stringContaining('Use max_completion_tokens'),
    });
    expect(received().length).toBeLessThan(14);
    // A service that answers other requests is asked again.
    const { answers } = await ask(({ number }) => (number === 0 ? '{"label":"1"}' : refusal), {
      inputs,
      parameters: { concurrency: 1 },
    });
    expect(answers.filter(({ status: of }) => of === 'missing')).toHaveLength(39);
  });

  it('fail at once where nothing listens', async () => {
    await expect(askAgain({}, 'http://127.0.0.1:1/v1')).rejects.toMatchObject({ code: 'no-connection' });
  });

  it('of confidential tasks go to local addresses only', async () => {
    const task = { ...PAIRS, confidential: true };
    await expect(askAgain({ task }, 'http://192.0.2.1:9/v1')).rejects.toMatchObject({
      code: 'remote-endpoint',
    });
    expect(await answerOf(() => '{"label":"1"}', { task })).toMatchObject({ status: 'answered' });
  });
});

describe('the shape of answers', () => {
  const probed = (script: Script) => ask(script, { parameters: { structured: 'probe' } });
  const rungs = (): (string | undefined)[] => received().map(({ body }) => body.response_format?.type) ?? [];

  it('is a schema where the service enforces it, and the first question is not asked twice', async () => {
    const { replies } = await probed(() => '{"label":"1"}');
    expect(replies[0].raw).toMatchObject({ rung: 'schema' });
    expect(rungs()).toEqual(['json_schema']);
  });

  it('is JSON mode where schemas are refused, and instructions where that is ignored', async () => {
    await probed(({ body }) =>
      body.response_format?.type === 'json_schema' ? status(400) : '{"label":"1"}',
    );
    expect(rungs()).toEqual(['json_schema', 'json_object']);
    const { replies } = await probed(({ body }) => (body.response_format ? '答案是匹配' : '{"label":"1"}'));
    expect(rungs()).toEqual(['json_schema', 'json_object', undefined]);
    expect(replies[0].raw).toMatchObject({ rung: 'text' });
  });

  it('is probed with another question where a reply is inconclusive, or exceeds the context', async () => {
    const inputs = [PAIR, { textA: '头痛怎么办', textB: '头疼怎么办' }];
    const tooLong = status(400, { error: { code: 'context_length_exceeded' } });
    const cut = completion({ content: '{"lab' }, { finish_reason: 'length' });
    for (const first of [tooLong, cut]) {
      const { replies } = await ask(
        ({ body }) => (body.messages.at(-1)?.content.includes('感冒') ? first : '{"label":"1"}'),
        { inputs, parameters: { structured: 'probe' } },
      );
      expect(replies[1].raw).toMatchObject({ rung: 'schema' });
      expect(new Set(rungs())).toEqual(new Set(['json_schema']));
    }
  });

  it('is recognised from the beginning of a truncated reply', async () => {
    const cut = completion({ content: '{"label": "1' }, { finish_reason: 'length' });
    const { replies } = await probed(() => cut);
    expect(rungs()).toEqual(['json_schema']);
    expect(replies[0].raw).toMatchObject({ rung: 'schema' });
  });

  it('is kept with the calls', async () => {
    await ask(({ body }) => (body.response_format ? '答案是匹配' : '{"label":"1"}'), {
      parameters: { name: 'shape', structured: 'probe' },
    });
    const lines = (await readFile(join(directory(), 'calls.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.filter((line) => line === '{"rung":"text"}')).toHaveLength(1);
  });
});

describe('usage', () => {
  it('with invalid values counts as not reported, and loses no reply', async () => {
    const content = '{"label":"1"}';
    for (const usage of [{ prompt_tokens: -5, completion_tokens: 'two' }, 'many', []]) {
      const { answers, replies } = await ask(() => ({ ...completion({ content }), usage }));
      expect(answers[0].status).toBe('answered');
      expect(replies[0].usage?.promptTokens).toBeUndefined();
      expect(replies[0].usage?.estimatedPromptTokens).toBeGreaterThan(50);
    }
  });

  it('is estimated where a service reports none, and limits hold', async () => {
    const inputs = Array.from({ length: 5 }, (_, i) => ({ textA: `甲${i}`, textB: '乙' }));
    const { promptTokens, completionTokens } = spending();
    const maxTotalTokens = promptTokens + completionTokens + 200;
    const parameters = { concurrency: 1, maxTotalTokens };
    const silent = { choices: [{ message: { content: '{"label":"1"}' } }] };
    await expect(ask(() => silent, { inputs, parameters })).rejects.toMatchObject({ code: 'budget-reached' });
    expect(received().length).toBeLessThan(5);
    const { replies } = await ask(() => silent);
    expect(replies[0].usage?.promptTokens).toBeUndefined();
    expect(replies[0].usage?.estimatedPromptTokens).toBeGreaterThan(50);
  });
});

describe('prompts that a service may have cut', () => {
  const texts = (...lengths: number[]) =>
    lengths.map((length, i) => ({ textA: `${i}${'感冒发热'.repeat(length)}`, textB: '乙' }));
  /** Counts as a tokenizer would, up to a context. */
  const counting =
    (context: number): Script =>
    ({ body }) => {
      const characters = body.messages.reduce((sum, { content }) => sum + content.length, 0);
      const prompt_tokens = Math.min(context, Math.round(characters * 0.6));
      return { ...completion({ content: '{"label":"1"}' }), usage: { prompt_tokens, completion_tokens: 5 } };
    };

  it('are reported where it counted far fewer tokens than for others', async () => {
    const inputs = texts(1, 2, 1, 3, 2000, 1500);
    const { notes, answers } = await ask(counting(1000), { inputs });
    expect(answers.every(({ status }) => status === 'answered')).toBe(true);
    expect(notes.map(({ en }) => en)).toEqual([expect.stringMatching(/^For 2 of 6 questions, http/)]);
    expect(notes[0].zh).toContain('6 个问题中有 2 个');
  });

  it('are reported where all were cut, and not where none was', async () => {
    const { notes } = await ask(counting(500), { inputs: texts(2000, 1800) });
    expect(notes[0]?.en).toMatch(/^For 2 of 2 questions/);
    expect((await ask(counting(1e6), { inputs: texts(1, 2000, 30, 4) })).notes).toEqual([]);
  });
});

describe('the calls of a run', () => {
  it('of another model are not deleted', async () => {
    await ask(() => '{"label":"1"}', { parameters: { name: 'first' } });
    const before = await readFile(join(directory(), 'calls.jsonl'), 'utf8');
    await expect(askAgain({ parameters: { name: 'second' } })).rejects.toMatchObject({ code: 'other-calls' });
    expect(await readFile(join(directory(), 'calls.jsonl'), 'utf8')).toBe(before);
  });
});
