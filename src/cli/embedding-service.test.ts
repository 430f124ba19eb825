import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evaluate } from '../evaluation/evaluate.ts';
import { destinationsOf, estimatePlans } from '../evaluation/outlook.ts';
import { completePlan } from '../evaluation/plan.ts';
import {
  type Received,
  type ScriptedServer,
  startServer,
} from '../models/shared/services/fixtures/server.ts';
import { findTask } from '../tasks/registry.ts';

const COUNT = 30;
const task = findTask('cMedIC');
const environment = process.env.XDG_CACHE_HOME;

let folder: string;
let server: ScriptedServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-embedding-'));
  process.env.XDG_CACHE_HOME = join(folder, 'cache');
  const corpus = join(folder, 'data', 'cMedIC');
  await mkdir(corpus, { recursive: true });
  for (const name of ['train', 'dev', 'test']) {
    const lines = Array.from({ length: COUNT }, (_, i) => `${i % 3}\t${name}查询${i}\n`).join('');
    await writeFile(join(corpus, `${name}.txt`), lines);
  }
});
afterEach(async () => {
  if (environment === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = environment;
  await server.close();
  await rm(folder, { recursive: true });
});

/** One of three directions, by the number of the query. */
const vectors = ({ body }: Received): Record<string, unknown> => {
  const { input } = { input: [] as string[], ...body };
  const data = input.map((text, index) => {
    const direction = Number(/\d+$/.exec(text)?.[0]) % 3;
    return { index, embedding: [0, 1, 2].map((i) => Number(i === direction)) };
  });
  return { model: 'served', data, usage: { prompt_tokens: 5 * input.length } };
};

const plan = (more: object = {}) =>
  completePlan({
    ...{ task, model: 'embedding', dataDir: join(folder, 'data'), root: join(folder, 'runs') },
    parameters: { init: 'bge', endpoint: server.url, textsPerCall: 10, threads: 1 },
    ...more,
  });

describe('a run with vectors of a service', () => {
  it('reports beforehand where texts are sent and the estimated usage, and afterwards the actual usage', async () => {
    server = await startServer(vectors);
    expect(await destinationsOf([plan()])).toMatchObject([{ url: server.url, tasks: [{ id: 'cMedIC' }] }]);
    expect(await estimatePlans([plan()])).toMatchObject([{ calls: 9, destination: server.url }]);
    expect(server.received).toHaveLength(0);
    const { record, scores } = await evaluate(plan());
    expect(record.usage).toMatchObject({ calls: 9, promptTokens: 5 * 3 * COUNT, served: ['served'] });
    expect(record.answers).toMatchObject({ asked: COUNT, answered: COUNT, missing: 0 });
    expect(record.model.parameters).toMatchObject({ init: 'bge', endpoint: server.url });
    expect(scores.subsets.all.scores[0].value).toBe(1);
  });

  it('counts examples that a service does not accept as missing and failed', async () => {
    server = await startServer((request) =>
      JSON.stringify(request.body).includes('test查询7"')
        ? (response) => response.writeHead(413).end('{}')
        : vectors(request),
    );
    const { record } = await evaluate(plan());
    expect(record.answers).toMatchObject({ asked: COUNT, answered: COUNT - 1, missing: 1, failed: 1 });
    expect(record.reasons).toEqual({ 'http-413': 1 });
  });
});
