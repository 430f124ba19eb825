import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../datasets/dataset.ts';
import { samplesDir } from '../../datasets/directory.ts';
import { loadKept, trainAndKeep } from '../../evaluation/fitted.ts';
import { collectAnswers } from '../../models/answers.ts';
import { createPlayground } from '../../server/playground/app.ts';
import { findTask } from '../../tasks/registry.ts';
import { runMain } from '../fixtures/run-main.ts';
import { type StartedAnswerer, startAnswerer } from './answerer.ts';
import { chooseModels } from './models.ts';

const NOTHING = { models: new Map(), missing: new Map(), read: async () => undefined };

let directory: string;
let answerer: StartedAnswerer;
let app: ReturnType<typeof createPlayground>;
const faults: unknown[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chineseblue-playground-'));
  const dataDir = samplesDir();
  for (const [task, model] of [
    ['cMedIC', 'linear'],
    ['cMedQANER', 'lexicon'],
  ])
    await trainAndKeep({
      ...{ task: findTask(task), model, parameters: {}, seed: 0, dataDir },
      out: join(directory, `${model}.bin`),
    });
  const model = [`linear:${join(directory, 'linear.bin')}`, `lexicon:${join(directory, 'lexicon.bin')}`];
  const models = await chooseModels({ model, task: ['cMedIC', 'cMedQANER'], dataDir, parameters: {} });
  answerer = await startAnswerer(models);
  app = createPlayground({ answerer, browser: NOTHING, requests: 1e9, onError: (one) => faults.push(one) });
}, 240_000);
afterAll(async () => {
  await answerer.close();
  await rm(directory, { recursive: true, force: true });
});

const post = (path: string, body: unknown) =>
  app.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is checked by the expectations
const json = async (response: Response | Promise<Response>): Promise<any> => (await response).json();

describe('models that answer over HTTP', () => {
  it('describe themselves', async () => {
    expect(await json(app.request('/api/v1/models'))).toMatchObject([
      { name: 'linear', task: 'cMedIC', inputShape: 'text', ready: true },
      { name: 'lexicon', task: 'cMedQANER', family: 'ner' },
    ]);
    expect((await json(app.request('/api/openapi.json'))).openapi).toBe('3.1.0');
  });

  it('answer as they do in this process, whatever else is in the batch', async () => {
    const task = findTask('cMedIC');
    const { split } = await openDataset({ task, dir: samplesDir() });
    const inputs = (await split('test')).questions.slice(0, 40).map(({ input }) => input);
    const kept = await loadKept(`linear:${join(directory, 'linear.bin')}`, task);
    const expected = await collectAnswers({ ...kept, task, inputs });
    const asked = inputs.map((input) => json(post('/api/v1/models/linear/answer', { inputs: [input] })));
    const found = (await Promise.all(asked)).map(({ answers: [answer] }) => answer.prediction);
    expect(found).toEqual(
      JSON.parse(JSON.stringify(expected.map((answer) => 'prediction' in answer && answer.prediction))),
    );
    const metrics = await (await app.request('/metrics')).text();
    expect(metrics).toContain('chineseblue_inputs_total{model="linear"} 40\n');
    const batches = Number(/chineseblue_batch_inputs_count\{model="linear"\} (\d+)/.exec(metrics)?.[1]);
    expect(batches).toBeLessThan(10);
  });

  it('return the offsets of entities', async () => {
    const { answers } = await json(
      post('/api/v1/models/lexicon/answer', { inputs: [{ text: '糖尿病患者头痛' }] }),
    );
    const [{ status, view }] = answers;
    expect(status).toBe('answered');
    expect(view.blocks).toEqual([{ text: '糖尿病患者头痛' }]);
    for (const { span, surface } of view.elements)
      expect('糖尿病患者头痛'.slice(span.start, span.end)).toBe(surface);
  });

  it.each([
    ['linear', '{"inputs":[{"text":7}]}', 400, { field: 'text', line: 1 }],
    ['linear', '{"inputs":[{"text":"a"},{}]}', 400, { field: 'text', line: 2 }],
    ['linear', '{"inputs":[]}', 400, { field: 'inputs' }],
    ['linear', '{"inputs":[{"text":"a"}],"x":1}', 400, {}],
    ['linear', 'nonsense', 400, {}],
    ['linear', `{"inputs":[{"text":"${'a'.repeat(300_000)}"}]}`, 413, {}],
    ['none', '{"inputs":[{"text":"a"}]}', 404, { code: 'no-model' }],
  ])('refuse %s %.40s', async (model, body, status, error) => {
    const response = await post(`/api/v1/models/${model}/answer`, body);
    expect(response.status).toBe(status);
    const { error: found } = await json(response);
    expect(found).toMatchObject(error);
    expect(found.message.zh).toMatch(/[一-鿿]/);
  });

  it('reject requests when overloaded, and say when to retry', async () => {
    const inputs = Array.from({ length: 64 }, (_, i) => ({ text: `头痛${i}` }));
    const responses = await Promise.all(
      Array.from({ length: 20 }, () => post('/api/v1/models/linear/answer', { inputs })),
    );
    const refused = responses.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(5);
    expect(responses.filter(({ status }) => status === 200).length).toBeGreaterThan(2);
    for (const { headers } of refused) expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });
});

describe('a model whose process is killed', () => {
  it('responds with 503 and answers again once restarted', { timeout: 240_000 }, async () => {
    const ask = () => post('/api/v1/models/linear/answer', { inputs: [{ text: '头痛' }] });
    expect((await ask()).status).toBe(200);
    answerer.kill('linear');
    let response = await ask();
    while (response.status === 200) response = await ask();
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect((await app.request('/api/v1/health')).status).toBe(503);
    while ((await app.request('/api/v1/health')).status !== 200)
      await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await ask()).status).toBe(200);
    expect(await (await app.request('/metrics')).text()).toContain(
      'chineseblue_model_starts{model="linear"} 2\n',
    );
  });

  it('is restarted until its file exists again', { timeout: 240_000 }, async () => {
    const [file, away] = [join(directory, 'lexicon.bin'), join(directory, 'away.bin')];
    await rename(file, away);
    const before = answerer.starts('lexicon');
    answerer.kill('lexicon');
    while (answerer.starts('lexicon') < before + 2) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answerer.isReady('lexicon')).toBe(false);
    await rename(away, file);
    while (!answerer.isReady('lexicon')) await new Promise((resolve) => setTimeout(resolve, 100));
  });
});

describe('the command', () => {
  it.each([
    [['--model', 'linear'], 'bad-model'],
    [['--model', 'nothing:x', '--task', 'cMedIC'], 'unknown-model'],
    [['--model', 'linear:none.bin'], 'which-task'],
    [['--model', 'linear:none.bin', '--task', 'cMedIC'], 'file-missing'],
    [['--model', 'linear:a,linear:b', '--task', 'cMedIC,cMedQQ,cMedTC'], 'which-task'],
    [['--model', 'linear:a', '--database', 'postgres://x'], 'options-together'],
    [['--runs', 'runs', '--dir', 'elsewhere'], 'options-together'],
    [['--runs', 'runs', '--model', 'linear:a'], 'options-together'],
    [['--runs', 'runs', '--host', '0.0.0.0'], 'loopback-only'],
    [['--runs', 'runs', '--trusted-proxy', '10.0.0.5'], 'options-together'],
    [['--runs', 'runs', '--openid-client', 'x'], 'options-together'],
    [['--runs', 'runs', '--openid-secret-file', 'x'], 'options-together'],
    [['--model', 'linear:a', '--openid-client', 'x'], 'options-together'],
    [['--threads', '2'], 'option-alone'],
    [['--trusted-proxy', 'proxy.example'], 'bad-proxy'],
    [['--model', 'linear:a', '--task', 'cMedIC', '--trusted-proxy', '10.0.0.0/40'], 'bad-proxy'],
  ])('refuses %j', { timeout: 120_000 }, async (args, code) => {
    const { status, stderr } = await runMain('serve', ...args);
    expect([status > 0, stderr]).toEqual([true, expect.stringContaining(code)]);
  });

  it('nothing internal was thrown', () => expect(faults).toEqual([]));
});
