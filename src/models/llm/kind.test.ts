import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GivenParameters } from '../../ground/parameters.ts';
import type { Answer } from '../../tasks/answer.ts';
import type { Example, Input } from '../../tasks/examples.ts';
import { taskOf } from '../../tasks/families/fixtures/sample.ts';
import type { Task } from '../../tasks/task.ts';
import type { Reply } from '../contract.ts';
import {
  completion,
  type Received,
  type Scripted,
  type ScriptedServer,
  startServer,
  status,
  streamed,
} from './fixtures/server.ts';
import { llm } from './kind.ts';

const NER = taskOf('ner', ['disease', 'symptom']);
const PAIRS = taskOf('similarity', ['0', '1'], { positive: '1' });
const RANKING = taskOf('ranking', ['0', '1', '2']);

let directory: string;
let server: ScriptedServer | undefined;
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'chineseblue-llm-')), 'runs', 'run');
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(join(directory, '..', '..'), { recursive: true, force: true });
});

interface Asked {
  readonly task?: Task;
  readonly inputs?: readonly Input[];
  readonly train?: readonly Example[];
  readonly parameters?: GivenParameters;
  readonly answered?: ReadonlySet<number>;
}

const PAIR = { textA: '感冒吃什么药', textB: '感冒了用什么药' };
/** Another name for every test: what a process knows of an endpoint does not carry over. */
let model = 0;

async function ask(script: (request: Received) => Scripted, asked: Asked = {}) {
  await server?.close();
  server = await startServer(script);
  return askAt(server.url, asked);
}

async function askAt(
  endpoint: string,
  { task = PAIRS, inputs = [PAIR], train = [], parameters, answered }: Asked,
) {
  const given = { name: `m${++model}`, endpoint, structured: 'text', retries: 0, ...parameters };
  const request = { task, train, dev: [], seed: 0, parameters: given, score: () => 0, directory };
  const fitted = await llm.fit(request);
  const replies: Reply[] = [];
  const onAnswer = (index: number, reply: Reply): void => {
    replies[index] = reply;
  };
  await fitted.answer(inputs, { answered, onAnswer });
  const answers = inputs.map(
    (input, i): Answer => (replies[i] ? llm.interpret(replies[i].raw, input, task) : { status: 'missing' }),
  );
  return { answers, replies };
}

const answerOf = async (script: (request: Received) => Scripted, asked?: Asked): Promise<Answer> =>
  (await ask(script, asked)).answers[0];

describe('an answer', () => {
  it.each<[string, Scripted]>([
    ['bare JSON', '{"label":"1"}'],
    ['a number for a label', '{"label":1}'],
    ['fenced JSON', '```json\n{"label":"1"}\n```'],
    ['JSON in prose', '根据题意，答案为 {"label":"1"}。'],
    ['a whole response', completion({ content: '{"label":"1"}' })],
    [
      'parts',
      completion({
        content: [
          { type: 'text', text: '{"label":' },
          { type: 'text', text: '"1"}' },
        ],
      }),
    ],
    [
      'several choices, of which the first counts',
      {
        ...completion({ content: '{"label":"1"}' }),
        choices: [{ message: { content: '{"label":"1"}' } }, { message: { content: '{"label":"0"}' } }],
      },
    ],
    [
      'white space after it',
      completion({ content: `{"label":"1"}${' '.repeat(500)}` }, { finish_reason: 'length' }),
    ],
    ['a thought before it', '<think>两句都问…{"label":"0"}</think>\n{"label":"1"}'],
    ['a separate thought', streamed('{"label":"1"}', { reasoning: '{"label":"0"}' })],
    ['no usage', { choices: [{ message: { content: '{"label":"1"}' } }] }],
  ])('is read from %s', async (_, scripted) => {
    expect(await answerOf(() => scripted)).toEqual({ status: 'answered', prediction: { label: '1' } });
  });

  it.each<[string, Scripted, object]>([
    ['nothing', '', { reason: 'empty' }],
    [
      'white space without end',
      completion({ content: ' \n'.repeat(300) }, { finish_reason: 'length' }),
      { reason: 'empty', truncated: true },
    ],
    ['words', '是的，二者同义', { reason: 'no-json' }],
    ['a trailing comma', '{"label":"1",}', { reason: 'not-json' }],
    ['a label in other words', '{"label":"同义"}', { reason: 'unknown-label label' }],
    ['another shape', '{"answer":"1"}', { reason: 'missing-field label' }],
    ['another type', '{"label":["1"]}', { reason: 'unknown-label label' }],
    ['two answers', '{"label":"1"}{"label":"0"}', { reason: 'several-objects' }],
    [
      'a cut answer',
      completion({ content: '{"label":' }, { finish_reason: 'length' }),
      { reason: 'not-json', truncated: true },
    ],
    [
      'a thought without end',
      completion({ content: '<think>首先' }, { finish_reason: 'length' }),
      { reason: 'empty', truncated: true },
    ],
  ])('is unreadable where there is %s', async (_, scripted, expected) => {
    expect(await answerOf(() => scripted)).toEqual({ status: 'unreadable', ...expected });
  });

  it.each<[string, Scripted, string]>([
    ['its own field', completion({ content: null, refusal: '不能回答' }), '不能回答'],
    ['a content filter', completion({ content: '' }, { finish_reason: 'content_filter' }), 'content-filter'],
  ])('is refused by %s', async (_, scripted, reason) => {
    expect(await answerOf(() => scripted)).toEqual({ status: 'refused', reason });
  });

  it.each<[string, Scripted, string]>([
    ['500', status(500), 'http-500'],
    ['a stream that is cut', streamed('{"label":"1"}', { cut: true }), 'cut'],
    ['a redirect to another host', status(307, {}, { location: 'http://192.0.2.1/v1' }), 'redirected'],
    [
      'a context that is too small',
      status(400, { error: { code: 'context_length_exceeded' } }),
      'context-exceeded',
    ],
    ['an error in a whole response', { error: { message: 'busy' } }, 'error-in-reply'],
    ['a page instead of JSON', (response) => void response.end('<html>'), 'not-json'],
    ['no choice', { choices: [] }, 'no-choice'],
  ])('is missing, as failed, after %s', async (_, scripted, reason) => {
    expect(await answerOf(() => scripted)).toMatchObject({ status: 'missing', reason, failed: true });
  });

  it('is missing where it does not begin in time', async () => {
    const parameters = { firstTokenTimeout: 0.05 };
    expect(await answerOf(() => () => {}, { parameters })).toMatchObject({
      reason: 'first-byte-timeout',
      failed: true,
    });
  });
});

describe('quotes of entities', () => {
  const input = { text: '头痛三天，ＣＴ检查，头痛加重' };
  it('become places, and what is made up is counted', async () => {
    const entities = [
      { quote: '头痛', type: 'symptom', occurrence: 2 },
      { quote: 'ct检查', type: 'disease', occurrence: null },
      { quote: '咳嗽', type: 'symptom', occurrence: null },
    ];
    const answer = await answerOf(() => JSON.stringify({ entities }), { task: NER, inputs: [input] });
    expect(answer).toEqual({
      status: 'answered',
      prediction: {
        entities: [
          { start: 10, end: 12, type: 'symptom' },
          { start: 5, end: 9, type: 'disease' },
        ],
        unaligned: [{ quote: '咳嗽', type: 'symptom' }],
      },
      quotes: { aligned: 1, folded: 1, unaligned: 1, ambiguous: 0, duplicate: 0, conflicting: 0 },
    });
  });
});

describe('calls', () => {
  it('are tried again after an overload, when the service asks to', async () => {
    const { answers, replies } = await ask(
      ({ number }) => (number === 0 ? status(429, {}, { 'retry-after': '0.05' }) : '{"label":"1"}'),
      { parameters: { retries: 1 } },
    );
    expect(answers[0].status).toBe('answered');
    expect(replies[0].usage).toMatchObject({ calls: 1, retries: 1, promptTokens: 10, completionTokens: 2 });
  });

  it('are not made again for what is kept, nor by another run beside this one', async () => {
    const script = (): Scripted => '{"label":"1"}';
    const asked = { parameters: { name: 'same' } };
    await ask(script, asked);
    const url = server?.url ?? '';
    expect(server?.received).toHaveLength(1);
    await askAt(url, asked);
    directory = join(directory, '..', 'other');
    const { answers } = await askAt(url, asked);
    expect(answers[0].status).toBe('answered');
    expect(server?.received).toHaveLength(1);
    await askAt(url, { parameters: { name: 'same', temperature: 0.5 } });
    expect(server?.received).toHaveLength(2);
  });

  it('that failed are not kept', async () => {
    await ask(({ number }) => (number === 0 ? status(500) : '{"label":"1"}'), {
      parameters: { name: 'again' },
    });
    const { answers } = await askAt(server?.url ?? '', { parameters: { name: 'again' } });
    expect(answers[0].status).toBe('answered');
    expect(await readFile(join(directory, 'calls.jsonl'), 'utf8')).not.toContain('500');
  });

  it('stop at a limit, and what was answered is kept', async () => {
    const inputs = Array.from({ length: 9 }, (_, i) => ({ textA: `甲${i}`, textB: '乙' }));
    const asked = { inputs, parameters: { name: 'limited', concurrency: 1 } };
    const { spending } = await import('../shared/services/budget.ts');
    const maxCalls = spending().calls + 4;
    const limited = { ...asked, parameters: { ...asked.parameters, maxCalls } };
    await expect(ask(() => '{"label":"1"}', limited)).rejects.toMatchObject({ code: 'budget-reached' });
    expect(server?.received).toHaveLength(4);
    const { answers } = await askAt(server?.url ?? '', asked);
    expect(answers.every((answer) => answer.status === 'answered')).toBe(true);
    expect(server?.received).toHaveLength(9);
  });

  it('carry the key of the environment, which is written nowhere', async () => {
    process.env.CHINESEBLUE_TEST_KEY = 'sk-secret-123';
    const { replies } = await ask(() => '{"label":"1"}', { parameters: { keyEnv: 'CHINESEBLUE_TEST_KEY' } });
    delete process.env.CHINESEBLUE_TEST_KEY;
    expect(server?.received[0].headers.authorization).toBe('Bearer sk-secret-123');
    expect(await readFile(join(directory, 'calls.jsonl'), 'utf8')).not.toContain('secret');
    expect(JSON.stringify(replies)).not.toContain('secret');
  });

  it.each<[number, string]>([
    [401, 'key-refused'],
    [404, 'no-such-model'],
  ])('end at once on %i', async (code, expected) => {
    await expect(ask(() => status(code))).rejects.toMatchObject({ code: expected });
  });

  it('end at once where nothing listens', async () => {
    await expect(askAt('http://127.0.0.1:1/v1', {})).rejects.toMatchObject({ code: 'no-connection' });
  });

  it('of confidential tasks go to local addresses only', async () => {
    const task = { ...PAIRS, confidential: true };
    await expect(askAt('http://192.0.2.1:9/v1', { task })).rejects.toMatchObject({ code: 'remote-endpoint' });
    expect(await answerOf(() => '{"label":"1"}', { task })).toMatchObject({ status: 'answered' });
  });
});

describe('the shape of answers', () => {
  const probed = (script: (request: Received) => Scripted) =>
    ask(script, { parameters: { structured: 'probe' } });
  const rungs = (): (string | undefined)[] =>
    server?.received.map(({ body }) => body.response_format?.type) ?? [];

  it('is a schema where the service keeps to it, and the first question is not asked twice', async () => {
    const { replies } = await probed(() => '{"label":"1"}');
    expect(replies[0].raw).toMatchObject({ rung: 'schema' });
    expect(rungs()).toEqual(['json_schema']);
  });

  it('is JSON mode where schemas are refused, and words where that is ignored', async () => {
    await probed(({ body }) =>
      body.response_format?.type === 'json_schema' ? status(400) : '{"label":"1"}',
    );
    expect(rungs()).toEqual(['json_schema', 'json_object']);
    const { replies } = await probed(({ body }) => (body.response_format ? '答案是匹配' : '{"label":"1"}'));
    expect(rungs()).toEqual(['json_schema', 'json_object', undefined]);
    expect(replies[0].raw).toMatchObject({ rung: 'text' });
  });
});

describe('worked examples', () => {
  const train = Array.from(
    { length: 6 },
    (_, i): Example => ({
      id: `t${i}`,
      input: { textA: `问题${i}的第一种说法`, textB: `问题${i}的另一种说法` },
      gold: { label: String(i % 2) },
    }),
  );

  it('come from train, in turns with their answers, and are recorded', async () => {
    const { replies } = await ask(() => '{"label":"1"}', { train, parameters: { shots: 2 } });
    const roles = server?.received[0].body.messages.map(({ role }) => role);
    expect(roles).toEqual(['system', 'user', 'assistant', 'user', 'assistant', 'user']);
    expect(server?.received[0].body.messages[2].content).toMatch(/^\{"label":"[01]"\}$/);
    expect((replies[0].raw as { shots: string[] }).shots).toHaveLength(2);
  });

  it.each(['fixed', 'nearest', 'per-class'])(
    'chosen by %s are never a near twin of the question',
    async (choice) => {
      const inputs = [{ textA: '问题3的第一种说法', textB: '问题3的另一种说法。' }];
      const { replies } = await ask(() => '{"label":"1"}', {
        train,
        inputs,
        parameters: { shots: 5, choice },
      });
      const { shots } = replies[0].raw as { shots: string[] };
      expect(shots).toHaveLength(5);
      expect(shots).not.toContain('t3');
    },
  );
});

describe('ranking', () => {
  const input = { query: '感冒', documents: [{ title: '甲' }, { title: '乙' }, { title: '丙' }] };
  it('grades documents one by one', async () => {
    const grades: Record<string, number> = { 甲: 0, 乙: 2, 丙: 1 };
    const answer = await answerOf(
      ({ body }) => JSON.stringify({ grade: grades[body.messages.at(-1)?.content.at(-1) ?? ''] }),
      { task: RANKING, inputs: [input] },
    );
    expect(answer).toMatchObject({ prediction: { scores: [0, 2, 1] } });
  });

  it('compares pairs in both orders, so that a preference for the first place cancels out', async () => {
    const parameters = { ranking: 'pairwise' };
    const answer = await answerOf(() => '{"better":"A"}', { task: RANKING, inputs: [input], parameters });
    expect(server?.received).toHaveLength(6);
    expect(answer).toMatchObject({ prediction: { scores: [2, 2, 2] } });
  });

  it('orders a whole list', async () => {
    const parameters = { ranking: 'listwise' };
    const asked = { task: RANKING, inputs: [input], parameters };
    expect(await answerOf(() => '{"order":[2,3,1]}', asked)).toMatchObject({
      prediction: { scores: [1, 3, 2] },
    });
    expect(await answerOf(() => '{"order":[2,3]}', asked)).toMatchObject({
      reason: 'not-a-permutation order',
    });
    expect(await answerOf(() => '{"order":[2,3,9]}', asked)).toMatchObject({
      reason: 'out-of-range order[2]',
    });
  });
});

describe('probabilities', () => {
  const letters = (tokens: Record<string, number>): Scripted =>
    completion(
      { content: 'A' },
      {
        logprobs: {
          content: [
            {
              token: 'A',
              top_logprobs: Object.entries(tokens).map(([token, p]) => ({ token, logprob: Math.log(p) })),
            },
          ],
        },
      },
    );

  it('score labels, averaged over rotations of the options', async () => {
    const answer = await answerOf(() => letters({ A: 0.8, B: 0.1, ' B': 0.1 }), {
      parameters: { mode: 'logprob' },
    });
    expect(server?.received).toHaveLength(2);
    expect(answer).toMatchObject({
      status: 'answered',
      prediction: { scores: { 0: expect.closeTo(Math.log(0.4), 10), 1: expect.closeTo(Math.log(0.4), 10) } },
    });
  });

  it('are refused where a service returns none, and where there are no options', async () => {
    const parameters = { mode: 'logprob' };
    await expect(ask(() => 'A', { parameters })).rejects.toMatchObject({ code: 'no-logprobs' });
    await expect(ask(() => 'A', { parameters, task: NER, inputs: [{ text: '头痛' }] })).rejects.toMatchObject(
      { code: 'no-options' },
    );
  });
});

describe('repeats', () => {
  it('are asked as often, and voted on where that is wanted', async () => {
    const script = ({ number }: Received): Scripted => `{"label":"${number === 0 ? 0 : 1}"}`;
    const parameters = { repeats: 3, temperature: 1, concurrency: 1 };
    expect(await answerOf(script, { parameters })).toMatchObject({ prediction: { label: '0' } });
    expect(await answerOf(script, { parameters: { ...parameters, vote: true } })).toMatchObject({
      prediction: { label: '1' },
    });
  });
});

describe('an estimate', () => {
  it('sends nothing', async () => {
    server = await startServer(() => '');
    const parameters = { name: 'm', endpoint: server.url };
    const fitted = await llm.fit({ task: PAIRS, train: [], dev: [], seed: 0, parameters, score: () => 0 });
    const estimate = await fitted.estimate?.([PAIR, PAIR]);
    expect(estimate).toMatchObject({ calls: 2, destination: server.url, mostCompletionTokens: 4096 });
    expect(estimate?.promptTokens).toBeGreaterThan(50);
    expect(server.received).toHaveLength(0);
  });
});
