import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handleBatches } from '../evaluation/batches.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { completePlan, type Plan } from '../evaluation/plan.ts';
import { type BatchLine, type BatchServer, startBatchServer } from '../models/llm/fixtures/batch-server.ts';
import { spending } from '../models/shared/services/budget.ts';
import { findTask } from '../tasks/registry.ts';

const COUNT = 12;
let folder: string;
let server: BatchServer;
let plan: Plan;
/** Examples whose requests fail. */
let failing: readonly number[] = [];

const numberOf = ({ body }: BatchLine): number =>
  Number(/查询(\d+)/.exec(body.messages.at(-1)?.content ?? '')?.[1]);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-batch-'));
  const corpus = join(folder, 'data', 'cMedIC');
  await mkdir(corpus, { recursive: true });
  const lines = Array.from({ length: COUNT }, (_, i) => `${i % 3}\t查询${i}\n`).join('');
  for (const name of ['train', 'dev', 'test']) await writeFile(join(corpus, `${name}.txt`), lines);
  failing = [];
  server = await startBatchServer((line) =>
    failing.includes(numberOf(line)) ? undefined : `{"label":"${numberOf(line) % 3}"}`,
  );
  plan = completePlan({
    task: findTask('cMedIC'),
    model: 'llm',
    dataDir: join(folder, 'data'),
    root: join(folder, 'runs'),
    parameters: { name: 'm', endpoint: server.url, structured: 'json', retries: 0 },
  });
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const act = async (action: 'submit' | 'status' | 'collect') =>
  (await handleBatches([plan], action))[0].batches;

describe('batches', () => {
  it('are submitted once, collected into the journal, and scored without a call', async () => {
    expect(await act('submit')).toMatchObject([{ status: 'in_progress', requests: COUNT, collected: false }]);
    expect(server.uploads[0][0]).toMatchObject({
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model: 'm', temperature: 0, response_format: { type: 'json_object' } },
    });
    await act('submit');
    expect(server.uploads).toHaveLength(1);
    expect(await act('collect')).toMatchObject([{ collected: false }]);
    server.finish();
    expect(await act('status')).toMatchObject([{ status: 'completed', completed: COUNT, collected: false }]);
    expect(await act('collect')).toMatchObject([{ collected: true }]);
    // The server has no /chat/completions: every answer comes from the journal.
    const { record, scores } = await evaluate(plan);
    expect(record.answers).toMatchObject({ answered: COUNT, missing: 0 });
    expect(scores.subsets.all.scores[0].value).toBe(1);
  });

  it('submit again only what failed', async () => {
    failing = [2, 5];
    await act('submit');
    server.finish();
    await act('collect');
    failing = [];
    expect(await act('submit')).toMatchObject([{ requests: COUNT }, { requests: 2 }]);
    expect(server.uploads[1].map(numberOf)).toEqual([2, 5]);
    await act('collect');
    expect((await evaluate(plan)).record.answers.answered).toBe(COUNT);
  });

  const withParameters = (more: object): Plan => ({ ...plan, parameters: { ...plan.parameters, ...more } });

  it('are polled and collected again where the service is busy or a connection breaks', async () => {
    const patient = withParameters({ retries: 2 });
    await act('submit');
    server.finish();
    server.disturb('/v1/batches/', [503]);
    await expect(act('status')).rejects.toMatchObject({
      code: 'service-failing',
      message: expect.stringContaining('busy'),
    });
    server.disturb('/v1/batches/', [503, 429]);
    expect((await handleBatches([patient], 'status'))[0].batches).toMatchObject([{ status: 'completed' }]);
    server.disturb('/v1/files/out_', ['cut']);
    expect((await handleBatches([patient], 'collect'))[0].batches).toMatchObject([{ collected: true }]);
    expect((await evaluate(plan)).record.answers.answered).toBe(COUNT);
  });

  it('are not created twice where the service may have accepted them', async () => {
    server.disturb('/v1/batches', [500]);
    await expect(handleBatches([withParameters({ retries: 2 })], 'submit')).rejects.toMatchObject({
      code: 'service-failing',
    });
    expect(server.uploads).toHaveLength(1);
  });

  it('contain no more requests than a limit allows, and continue with a higher one', async () => {
    const limited = withParameters({ maxCalls: spending().calls + 5 });
    await expect(handleBatches([limited], 'submit')).rejects.toMatchObject({ code: 'budget-reached' });
    expect(server.uploads.map(({ length }) => length)).toEqual([5]);
    await act('submit');
    expect(server.uploads.map(({ length }) => length)).toEqual([5, COUNT - 5]);
    await expect(handleBatches([withParameters({ maxCost: 1 })], 'submit')).rejects.toMatchObject({
      code: 'no-price',
    });
  });

  it('are refused where a service has none, and for kinds that call no service', async () => {
    const elsewhere = {
      ...plan,
      parameters: { ...plan.parameters, endpoint: server.url.replace('/v1', '/v2') },
    };
    await expect(handleBatches([elsewhere], 'submit')).rejects.toMatchObject({ code: 'no-batches' });
    const majority = { ...plan, model: 'majority', parameters: {} };
    await expect(handleBatches([majority], 'submit')).rejects.toMatchObject({ code: 'no-batches' });
  });
});
