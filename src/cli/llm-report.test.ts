import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { samplesDir } from '../datasets/directory.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { openRuns } from '../evaluation/opened.ts';
import { completePlan } from '../evaluation/plan.ts';
import {
  type Received,
  type ScriptedServer,
  startServer,
} from '../models/shared/services/fixtures/server.ts';
import { writeReport } from '../report/report.ts';
import { findTask } from '../tasks/registry.ts';
import { runMain } from './fixtures/run-main.ts';

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
])('a report of %s shows what a language model invented', async (id, answer) => {
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

it('a run reports unreadable replies and invented quotes, on the terminal and in its score sheet', async () => {
  server = await startServer(({ number, ...request }) =>
    number === 0
      ? '不知道'
      : JSON.stringify({
          entities: [{ quote: '杜撰', type: labelIn({ number, ...request }), occurrence: null }],
        }),
  );
  const flags = [
    '--model',
    'llm:m',
    '--endpoint',
    server.url,
    '--runs-dir',
    folder,
    '--data-dir',
    samplesDir(),
  ];
  const run = (...more: string[]) =>
    runMain(
      'run',
      '--task',
      'cMedQANER',
      ...flags,
      '--limit',
      '3',
      '--param',
      'structured=schema,concurrency=1',
      ...more,
    );
  const { stdout, stderr } = await run('--lang', 'en');
  expect(stderr).toContain(`Texts of cMedQANER are sent to ${server.url}.`);
  expect(stdout).toContain(
    '3 examples, 2 answered, 1 unreadable (scored as wrong). no-json 1. Quotes: 0 in the text, 2 not in',
  );
  const [{ answers, quotes, usage, scores }] = JSON.parse((await run('--json')).stdout);
  expect(answers).toEqual({
    asked: 3,
    answered: 2,
    refused: 0,
    unreadable: 1,
    missing: 0,
    truncated: 0,
    failed: 0,
  });
  expect(quotes).toEqual({ aligned: 0, folded: 0, unaligned: 2, ambiguous: 0, duplicate: 0, conflicting: 0 });
  expect(usage).toMatchObject({ promptTokens: 30, completionTokens: 6 });
  expect(scores.quotes).toEqual(quotes);
});

it('prompt prints the messages and the schema of one example', async () => {
  server = await startServer(() => '');
  const { stdout } = await runMain(
    'prompt',
    '--task',
    'cMedIC',
    '--id',
    '1',
    '--shots',
    '1',
    '--data-dir',
    samplesDir(),
  );
  expect(stdout.match(/^## .*$/gm)).toEqual([
    '## system',
    '## user',
    '## assistant',
    '## user',
    '## JSON schema',
  ]);
  expect(stdout).toContain('"required":["label"]');
});
