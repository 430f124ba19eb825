import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { samplesDir } from '../datasets/directory.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { openRuns } from '../evaluation/opened.ts';
import { completePlan } from '../evaluation/plan.ts';
import { type Received, type ScriptedServer, startServer } from '../models/llm/fixtures/server.ts';
import { writeReport } from '../report/report.ts';
import { findTask } from '../tasks/registry.ts';

let folder: string;
let server: ScriptedServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-made-up-'));
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** The first label that a request allows. */
const labelIn = ({ body }: Received): string => /"enum":\["(.*?)"/.exec(JSON.stringify(body))?.[1] ?? '';

it.each<[string, (request: Received) => object]>([
  [
    'cMedQANER',
    (request) => ({ entities: [{ quote: '杜撰之物', type: labelIn(request), occurrence: null }] }),
  ],
  [
    'relation',
    (request) => ({ triples: [{ subject: '杜撰之物', predicate: labelIn(request), object: '无' }] }),
  ],
  ['CMDD', (request) => ({ symptoms: [{ name: '杜撰之物', status: labelIn(request) }] })],
])('a report of %s shows what a language model made up', async (id, answer) => {
  server = await startServer((request) => JSON.stringify(answer(request)));
  const dataDir = samplesDir();
  const parameters = { name: 'm', endpoint: server.url, structured: 'schema' };
  const plan = { task: findTask(id), model: 'llm', dataDir, root: folder, parameters, limit: 2 };
  const { directory, record } = await evaluate(completePlan(plan));
  expect(record.answers).toMatchObject({ asked: 2, answered: 2 });
  const page = join(folder, 'report.html');
  await writeReport(page, await openRuns([directory], { dataDir }), { dataDir });
  expect(readFileSync(page, 'utf8')).toMatch(/Examples of (quotes|names) [^<]*<.*?杜撰之物/s);
});
