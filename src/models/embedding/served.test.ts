import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GivenParameters } from '../../ground/parameters.ts';
import type { Example, Input } from '../../tasks/examples.ts';
import { findTask } from '../../tasks/registry.ts';
import type { Task } from '../../tasks/task.ts';
import type { FittedModel, Reply } from '../contract.ts';
import { spending } from '../shared/services/budget.ts';
import { embedding } from './kind.ts';

interface Received {
  readonly body: { readonly model: string; readonly input: readonly string[]; readonly dimensions?: number };
  readonly headers: Readonly<Record<string, unknown>>;
}
type Script = (request: Received, response: ServerResponse) => unknown;

const root = mkdtempSync(join(tmpdir(), 'chineseblue-served-'));
const environment = process.env.XDG_CACHE_HOME;
let server: Server;
let endpoint: string;
let received: Received[] = [];
let script: Script;

/** About the head, a cough, and how long: enough to tell the texts below apart. */
const vectorOf = (text: string): number[] => [
  Number(text.includes('头')),
  Number(text.includes('咳')),
  text.length / 100,
];
const reply = ({ body }: Received): object => ({
  model: 'served-model',
  // Out of order: the index identifies each.
  data: body.input.map((text, index) => ({ index, embedding: vectorOf(text) })).reverse(),
  usage: { prompt_tokens: body.input.length, total_tokens: body.input.length },
});
const status =
  (code: number, body: object = {}, headers: Record<string, string> = {}): Script =>
  (_, response) => {
    response.writeHead(code, headers);
    return body;
  };

beforeAll(async () => {
  process.env.XDG_CACHE_HOME = join(root, 'cache');
  server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += piece;
    expect(request.url).toBe('/v1/embeddings');
    const call = { body: JSON.parse(text), headers: request.headers };
    received.push(call);
    const answer = script(call, response);
    if (answer !== undefined) response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => {
  if (environment === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = environment;
  server.closeAllConnections();
  server.close();
  rmSync(root, { recursive: true });
});
beforeEach(() => {
  received = [];
  script = reply;
});

const CLASSES: Task = { ...findTask('cMedIC'), labels: [] };
const TEXTS = ['头痛三天', '头晕', '咳嗽', '咳痰两周', '头胀', '久咳'];
const train = TEXTS.map(
  (text, i): Example => ({
    id: `t${i}`,
    input: { text },
    gold: { label: String(Number(text.includes('咳'))) },
  }),
);
let names = 0;
/** A separate model name for every test, because vectors are cached by it. */
const fresh = (): string => `model-${names++}`;

const fitOn = (
  task: Task,
  examples: readonly Example[],
  parameters: object,
  dev = examples,
): Promise<FittedModel> =>
  embedding.fit({
    ...{ task, train: examples, dev, seed: 0, score: () => 0 },
    parameters: { init: fresh(), endpoint, threads: 1, retries: 0, ...parameters },
  });
async function answer(fitted: FittedModel, inputs: readonly Input[], task: Task) {
  const replies: Reply[] = [];
  await fitted.answer(inputs, { onAnswer: (i, one) => (replies[i] = one) });
  return { replies, answers: replies.map(({ raw }, i) => embedding.interpret(raw, inputs[i], task)) };
}
const texts = (...list: string[]): Input[] => list.map((text) => ({ text }));

describe('embedding with an endpoint', () => {
  it('classifies by the vectors of a service, sending each text once, and counts usage', async () => {
    const fitted = await fitOn(CLASSES, train, { textsPerCall: 4 });
    expect(received.map(({ body }) => body.input.length)).toEqual([4, 2]);
    const inputs = texts('头疼', '咳血', '头痛三天');
    const { answers, replies } = await answer(fitted, inputs, CLASSES);
    expect(answers).toMatchObject(['0', '1', '0'].map((label) => ({ prediction: { label } })));
    expect(received.at(-1)?.body.input).toEqual(['头疼', '咳血']);
    expect(replies[0].usage).toMatchObject({
      ...{ calls: 3, retries: 0, promptTokens: 8, completionTokens: 0, served: 'served-model' },
    });
    expect(replies[1].usage).toBeUndefined();
  });

  it('finds similar pairs by a threshold, and ranks with prompts for either side', async () => {
    const pairs = findTask('cMedQQ');
    const examples = [
      ['头痛', '头疼', '1'],
      ['头痛', '咳嗽', '0'],
      ['咳嗽', '咳痰', '1'],
    ].map(([textA, textB, label], i): Example => ({ id: `${i}`, input: { textA, textB }, gold: { label } }));
    const similar = await fitOn(pairs, examples, {});
    const asked = [{ textA: '头晕', textB: '头胀' }];
    expect((await answer(similar, asked, pairs)).answers).toMatchObject([{ prediction: { label: '1' } }]);

    const ranking = findTask('cMedIR');
    const parameters = { prompt: '文：', queryPrompt: '问：' };
    const ranked = await fitOn(ranking, [], parameters, []).catch((error) => error.code);
    expect(ranked).toBe('empty-train');
    const query = { query: '头痛', documents: [{ title: '咳嗽' }, { title: '头晕' }] };
    const judged: Example[] = [{ id: 'q', input: query, gold: { relevance: [0, 1] } }];
    const { answers } = await answer(await fitOn(ranking, judged, parameters), [query], ranking);
    const [found] = answers;
    const scores = found.status === 'answered' && 'scores' in found.prediction ? found.prediction.scores : [];
    expect(Number(Object.values(scores ?? [])[1])).toBeGreaterThan(Number(Object.values(scores ?? [])[0]));
    expect(received.slice(-2).map(({ body }) => body.input)).toEqual([
      ['问：头痛'],
      ['文：咳嗽', '文：头晕'],
    ]);
  });

  it('finds several labels of a text, one, or none', async () => {
    const task: Task = { ...findTask('multilabel'), labels: [] };
    const examples = [...TEXTS, '头痛咳嗽', '久咳头晕', '复查', '体检'].map(
      (text, i): Example => ({
        id: `m${i}`,
        input: { text },
        gold: { labels: [...'头咳'].filter((one) => text.includes(one)) },
      }),
    );
    const fitted = await fitOn(task, examples, {});
    const { answers } = await answer(fitted, texts('头胀咳痰', '头疼', '复诊'), task);
    expect(answers).toMatchObject([['咳', '头'], ['头'], []].map((labels) => ({ prediction: { labels } })));
  });

  it('requests no vector twice, even in another run, except with other dimensions', async () => {
    const init = fresh();
    await fitOn(CLASSES, train, { init });
    await fitOn(CLASSES, train, { init });
    expect(received).toHaveLength(1);
    await fitOn(CLASSES, train, { init, dimensions: 3 });
    expect(received.map(({ body }) => body.dimensions)).toEqual([undefined, 3]);
  });

  it('keeps the vectors received when it stops at a limit', async () => {
    const init = fresh();
    const limited = { init, textsPerCall: 1, concurrency: 1, maxCalls: spending().calls + 4 };
    await expect(fitOn(CLASSES, train, limited)).rejects.toMatchObject({ code: 'budget-reached' });
    expect(received).toHaveLength(4);
    await fitOn(CLASSES, train, { init, textsPerCall: 1 });
    expect(received).toHaveLength(6);
  });

  it('leaves an example unanswered where the service never accepts one of its texts', async () => {
    script = (request, response) =>
      request.body.input.some((text) => text.includes('很长'))
        ? status(400, { error: { code: 'context_length_exceeded' } })(request, response)
        : reply(request);
    const fitted = await fitOn(CLASSES, train, {});
    const { answers } = await answer(fitted, texts('头疼', '很长很长的文本', '咳血'), CLASSES);
    expect(answers).toMatchObject([
      { prediction: { label: '0' } },
      { status: 'missing', reason: 'context-exceeded', failed: true },
      { prediction: { label: '1' } },
    ]);
    const learnt: Example = { id: 'long', input: { text: '很长' }, gold: { label: '1' } };
    await expect(fitOn(CLASSES, [...train, learnt], {})).rejects.toMatchObject({
      code: 'no-vector',
      place: { id: 'long' },
    });
  });

  it.each<[string, Script, string]>([
    ['500', status(500), 'http-500'],
    [
      'too few vectors',
      (request) => reply({ ...request, body: { ...request.body, input: ['头'] } }),
      'wrong-count',
    ],
    [
      'vectors of several sizes',
      () => ({ data: [{ embedding: [1, 2] }, { embedding: [1] }] }),
      'wrong-dimensions',
    ],
    ['no numbers', () => ({ data: [{ embedding: [1, null] }, { embedding: [1, 2] }] }), 'no-vectors'],
    [
      'the same index twice',
      () => ({ data: [0, 0].map((index) => ({ index, embedding: [1] })) }),
      'wrong-count',
    ],
    ['an error in a whole response', () => ({ error: { message: 'busy' } }), 'error-in-reply'],
    ['a page', () => '<html>', 'not-json'],
    ['a redirect to another host', status(307, {}, { location: 'http://192.0.2.1/v1' }), 'redirected'],
  ])('answers as missing, failed, after %s', async (_, scripted, reason) => {
    const fitted = await fitOn(CLASSES, train, { textsPerCall: 8 });
    script = scripted;
    const { answers } = await answer(fitted, texts('头疼', '咳血'), CLASSES);
    expect(answers).toEqual([1, 2].map(() => ({ status: 'missing', reason, failed: true })));
  });

  it('tries again after an overload', async () => {
    script = (request, response) =>
      received.length === 1 ? status(429, {}, { 'retry-after': '0.05' })(request, response) : reply(request);
    const fitted = await fitOn(CLASSES, train, { retries: 1 });
    const { replies } = await answer(fitted, texts('头疼'), CLASSES);
    expect(replies[0].usage).toMatchObject({ calls: 2, retries: 1 });
  });

  it('refuses vectors of another size than before, a wrong key, and an unknown model', async () => {
    const fitted = await fitOn(CLASSES, train, {});
    script = () => ({ data: [{ embedding: [1] }] });
    await expect(answer(fitted, texts('头疼'), CLASSES)).rejects.toMatchObject({ code: 'other-dimensions' });
    for (const [code, expected] of [
      [401, 'key-refused'],
      [404, 'no-such-model'],
    ] as const) {
      script = status(code);
      await expect(fitOn(CLASSES, train, {})).rejects.toMatchObject({ code: expected });
    }
  });

  it('sends the texts of confidential tasks to local addresses only, and the key of the environment', async () => {
    const task = { ...CLASSES, confidential: true };
    process.env.CHINESEBLUE_TEST_KEY = 'sk-secret-123';
    await fitOn(task, train, { keyEnv: 'CHINESEBLUE_TEST_KEY' });
    delete process.env.CHINESEBLUE_TEST_KEY;
    expect(received[0].headers.authorization).toBe('Bearer sk-secret-123');
    await expect(fitOn(task, train, { endpoint: 'http://192.0.2.1:9/v1' })).rejects.toMatchObject({
      code: 'remote-endpoint',
    });
  });

  it('takes model, endpoint, price and extra fields from a profile', async () => {
    const profiles = join(root, 'profiles.json');
    const price = { prompt: 1e6, completion: 0, currency: 'CNY' };
    const house = { endpoint, model: 'bge', extraBody: { input_type: 'query' }, price };
    writeFileSync(profiles, JSON.stringify({ house }));
    const given = { init: 'x@house', profiles, endpoint: undefined };
    const parameters = JSON.parse(JSON.stringify(given));
    expect(embedding.isRemote(parameters)).toBe(true);
    expect(await embedding.destination(parameters)).toBe(endpoint);
    const request = { task: CLASSES, train, dev: [], seed: 0, score: () => 0, parameters };
    const estimate = await embedding.estimate(request, texts('头疼'));
    expect(estimate).toMatchObject({
      calls: 1,
      destination: endpoint,
      mostCompletionTokens: 0,
      currency: 'CNY',
    });
    expect(received).toHaveLength(0);
    const { replies } = await answer(await embedding.fit(request), texts('头疼'), CLASSES);
    expect(received[0].body).toMatchObject({ model: 'bge', input_type: 'query' });
    expect(replies[0].usage).toMatchObject({ cost: 7, currency: 'CNY' });
  });

  it('is kept without the service, which may have moved when it is opened again', async () => {
    const init = fresh();
    const file = join(root, 'kept.model');
    await (await fitOn(CLASSES, train, { init })).save?.(file);
    expect(readFileSync(file, 'latin1')).toContain(init);
    const moved = endpoint.replace('127.0.0.1', 'localhost');
    const opened = await embedding.load(file, CLASSES, { endpoint: moved });
    expect((await answer(opened, texts('咳血'), CLASSES)).answers).toMatchObject([
      { prediction: { label: '1' } },
    ]);
    await expect(embedding.load(file, CLASSES, { init: 'another' })).rejects.toMatchObject({
      code: 'other-encoder',
    });
  });

  it('is a folder if one has the name, and refuses parameters that only apply to folders', async () => {
    expect(embedding.isRemote({ init: root, endpoint })).toBe(false);
    expect(embedding.isRemote({ init: 'bge-m3' })).toBe(false);
    const context = { task: CLASSES };
    const ofFolders: GivenParameters[] = [{ pooling: 'cls' }, { maxLength: 8 }, { device: 'cuda' }];
    for (const given of ofFolders)
      await expect(embedding.resolve({ init: 'm', endpoint, ...given }, context)).rejects.toMatchObject({
        code: 'bad-parameter',
      });
  });
});
