import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Comparison } from '../compare/comparison.ts';
import { openDataset } from '../datasets/dataset.ts';
import { samplesDir } from '../datasets/directory.ts';
import { initFolder } from '../encoders/folder/init.ts';
import { openRuns } from '../evaluation/opened.ts';
import {
  type Received,
  type ScriptedServer,
  startServer,
} from '../models/shared/services/fixtures/server.ts';
import { devScore } from '../scoring/dev-score.ts';
import type { Example } from '../tasks/examples.ts';
import { missingEntities } from '../tasks/families/ner/answers.ts';
import { nerAsking } from '../tasks/families/ner/asking.ts';
import { findTask } from '../tasks/registry.ts';
import { runMain } from './fixtures/run-main.ts';

const LIMIT = 20;
const PATIENCE_MS = 240_000;
const task = findTask('cMedQANER');
const dataDir = samplesDir();

let folder: string;
let server: ScriptedServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-side-by-side-'));
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true });
});

/** Finds everything, but invents one more quote in every second example; one reply is unreadable. */
const script =
  (examples: readonly Example<'ner'>[]) =>
  ({ body, number }: Received): string => {
    const question = body.messages.at(-1)?.content ?? '';
    const found = examples.find(({ input }) => question.includes(input.text));
    if (!found || number === 3) return '不知道';
    const [{ entities }] = nerAsking.worked(found.gold, found.input, task) as { entities: object[] }[];
    const madeUp = { quote: '杜撰之物', type: task.labels[0].id, occurrence: null };
    return JSON.stringify({ entities: number % 2 ? [...entities, madeUp] : entities });
  };

it(
  'an encoder, a CRF and a language model are compared on their common items, with cost and time',
  async () => {
    const { evaluated } = await (await openDataset({ task, dir: dataDir })).division('test');
    const examples = evaluated.examples as readonly Example<'ner'>[];
    server = await startServer(script(examples));
    const encoder = join(folder, 'encoder');
    await initFolder({ ...{ vocab: 'cbert-tiny', seed: 1, out: encoder }, layers: 1, hidden: 32, heads: 2 });
    const prices = join(folder, 'prices.json');
    await writeFile(prices, JSON.stringify({ m: { prompt: 100, completion: 400, currency: 'CNY' } }));

    const where = ['--data-dir', dataDir, '--runs-dir', join(folder, 'runs')];
    const run = async (models: string, ...more: string[]): Promise<string[]> => {
      const { status, stdout } = await runMain(
        ...['run', '--task', task.id, '--model', models, ...where, ...more, '--json'],
      );
      expect(status).toBe(0);
      return JSON.parse(stdout).map(({ directory }: { directory: string }) => directory);
    };
    // The fitted kinds answer all of test, the service a part: a comparison on 20 does not need all 45 questions.
    const fitted = [
      'iterations=10',
      'epochs=4',
      'copies=0',
      'threads=1',
      'learning-rate=5e-3',
      'max-length=64',
    ];
    const [crf, bert] = await run(`crf,bert:${encoder}`, '--param', fitted.join(','));
    const service = ['--endpoint', server.url, '--prices', prices, '--limit', String(LIMIT)];
    const [llm] = await run('llm:m', ...service, '--param', 'structured=schema,concurrency=1');
    expect(server.received).toHaveLength(LIMIT);

    const compare = (...more: string[]) =>
      runMain('compare', bert, crf, llm, ...where, '--resamples', '1000', ...more);
    const comparison: Comparison = JSON.parse((await compare('--json')).stdout);
    expect(comparison.examples).toBe(LIMIT);
    const systems = Object.fromEntries(comparison.systems.map((system) => [system.model, system]));
    const names = ['bert', 'crf', 'llm'].map((model) => systems[model].name);
    expect(names).toEqual(['bert:encoder', 'crf', 'llm:m']);

    // The score of each on these items, recomputed from its file of predictions.
    const [asked] = await openRuns([llm], { dataDir });
    const items = asked.examples as readonly Example<'ner'>[];
    for (const [model, directory] of Object.entries({ crf, bert, llm })) {
      const lines = (await readFile(join(directory, 'predictions.jsonl'), 'utf8')).trimEnd().split('\n');
      const said = new Map(lines.map((line) => JSON.parse(line)).map((row) => [row.id, row]));
      const predictions = items.map((item) => said.get(item.id) ?? missingEntities(item, task));
      const score = devScore(task)(items, predictions);
      expect(systems[model].score).toBeCloseTo(score, 10);
    }
    expect(systems.llm.coverage).toMatchObject({ asked: LIMIT, answered: LIMIT - 1 });

    expect(comparison.pairs).toHaveLength(3);
    const scoreOf = (name: string): number =>
      comparison.systems.find((system) => system.name === name)?.score ?? Number.NaN;
    for (const { a, b, difference, adjusted, better } of comparison.pairs) {
      expect(difference.estimate).toBeCloseTo(scoreOf(a) - scoreOf(b), 10);
      expect(difference.low).toBeLessThan(difference.estimate);
      expect(difference.high).toBeGreaterThan(difference.estimate);
      expect(better).toBe(adjusted < 0.05 ? (difference.estimate > 0 ? a : b) : null);
    }
    // The encoder starts from random weights.
    const [llmName, bertName] = [systems.llm.name, systems.bert.name];
    const widest = comparison.pairs.find(({ a, b }) => [a, b].includes(llmName) && [a, b].includes(bertName));
    expect(widest?.better).toBe(llmName);

    // 10 tokens in and 2 out per call, as the server reports; local models have no recorded cost.
    const amount = (1_000 * (10 * 100 + 2 * 400)) / 1e6;
    expect(systems.llm.cost).toEqual({ amount: expect.closeTo(amount, 10), currency: 'CNY' });
    expect([systems.crf.cost, systems.bert.cost]).toEqual([undefined, undefined]);
    for (const { seconds } of comparison.systems) expect(seconds).toBeGreaterThan(0);

    const { stdout } = await compare('--format', 'markdown', '--lang', 'en');
    const [head, , ...rows] = stdout.split('\n').filter((line) => line.startsWith('|'));
    expect(head).toMatch(/system \| score \| interval .*\| s \/ 1 000 \| cost \/ 1 000 \|$/);
    expect(rows.find((row) => row.includes(`| ${llmName} |`))).toMatch(/\| 1 \| [\d.]+ \| 1\.80 CNY \|$/);
    expect(rows.find((row) => row.includes(`| ${systems.crf.name} |`))).toMatch(/\| 0 \| [\d.e-]+ \| {2}\|$/);

    const page = join(folder, 'report.html');
    expect((await runMain('report', bert, crf, llm, ...where, '--out', page)).status).toBe(0);
    const html = (await readFile(page, 'utf8')).replaceAll(/\s+/g, ' ');
    expect(html).toMatch(/95\.0 % \[[\d.]+, [\d.]+\] \(19\/20\)/);
    expect(html).toMatch(/Examples of quotes [^<]*<.*?杜撰之物/);
    // Cost next to the score, only for the language model.
    const [, table] = /Cost per 1 000.*?<tbody>(.*?)<\/tbody>/.exec(html) ?? [];
    expect(table?.split('</tr>').map((row) => /[\d.]+ CNY/.exec(row)?.[0])).toEqual([
      ...[undefined, undefined, '1.80 CNY', undefined],
    ]);
  },
  PATIENCE_MS,
);
