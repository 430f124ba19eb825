import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareRuns } from '../compare/compare.ts';
import { conversationsOf } from '../evaluation/conversations.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { openRuns } from '../evaluation/opened.ts';
import { estimatePlans } from '../evaluation/outlook.ts';
import { completePlan } from '../evaluation/plan.ts';
import type { Text } from '../ground/language.ts';
import { createRandom } from '../ground/random.ts';
import { spending } from '../models/shared/services/budget.ts';
import {
  type Received,
  type Scripted,
  type ScriptedServer,
  startServer,
  status,
} from '../models/shared/services/fixtures/server.ts';
import { writeReport } from '../report/report.ts';
import { findTask } from '../tasks/registry.ts';
import { runMain } from './fixtures/run-main.ts';

const COUNT = 60;
const task = findTask('cMedIC');

let folder: string;
let server: ScriptedServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-llm-'));
  const corpus = join(folder, 'data', 'cMedIC');
  await mkdir(corpus, { recursive: true });
  const lines = Array.from({ length: COUNT }, (_, i) => `${i % 3}\t查询${i}\n`).join('');
  for (const name of ['train', 'dev', 'test']) await writeFile(join(corpus, `${name}.txt`), lines);
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** Right for every query. */
const gold = ({ body }: Received): Scripted =>
  `{"label":"${Number(/查询(\d+)/.exec(body.messages.at(-1)?.content ?? '')?.[1]) % 3}"}`;

const plan = (parameters: object = {}, more: object = {}) =>
  completePlan({
    task,
    model: 'llm',
    dataDir: join(folder, 'data'),
    root: join(folder, 'runs'),
    parameters: {
      name: `e${server.url}`,
      endpoint: server.url,
      structured: 'text',
      retries: 0,
      ...parameters,
    },
    ...more,
  });

describe('a run of a language model', () => {
  it('records counts, usage and prompt, and is kept', async () => {
    server = await startServer(gold);
    const run = await evaluate(plan());
    expect(run.record.answers).toEqual({
      ...{ asked: COUNT, answered: COUNT, refused: 0, unreadable: 0, missing: 0, truncated: 0, failed: 0 },
    });
    expect(run.record.usage).toMatchObject({
      ...{ calls: COUNT, promptTokens: 10 * COUNT, retries: 0, structured: ['text'] },
    });
    expect(run.record.model.parameters.prompt).toMatch(/^prompt\/classification\/label@1#[0-9a-f]{12}$/);
    expect(run.scores.subsets.all.scores[0].value).toBe(1);
    await evaluate(plan());
    expect(server.received).toHaveLength(COUNT);
  });

  it('retries failed calls only on request, and nothing else', async () => {
    server = await startServer((request) => (request.number % 10 === 0 ? status(500) : gold(request)));
    const first = await evaluate(plan());
    expect(first.record.answers).toMatchObject({ answered: 54, missing: 6, failed: 6 });
    const [run] = await openRuns([first.directory], { dataDir: plan().dataDir });
    const said = (await conversationsOf(run))?.flatMap((one) => one?.answers ?? []);
    const failed = { text: 'http-500: {"error":{"message":"no"}}' };
    expect(said?.filter(({ text }) => text === failed.text)).toEqual(Array(6).fill(failed));
    const { stdout } = await runMain(
      ...[
        'run',
        '--task',
        'cMedIC',
        '--model',
        `llm:e${server.url}`,
        '--endpoint',
        server.url,
        '--retries',
        '0',
      ],
      ...['--param', 'structured=text', '--data-dir', plan().dataDir, '--runs-dir', plan().root],
    );
    expect(server.received).toHaveLength(COUNT);
    expect(stdout).toMatch(/missing \(.*\nThe same command with --retry-errors repeats/);
    const again = await evaluate(plan({}, { retryErrors: true }));
    expect(again.record.answers.answered).toBeGreaterThan(58);
    expect(server.received).toHaveLength(COUNT + 6);
    expect(again.directory).toBe(first.directory);
  });

  it('keeps usage across an interruption, and the reasons for unreadable replies', async () => {
    const prices = join(folder, 'prices.json');
    server = await startServer((request) => (request.number % 5 === 0 ? '不知道' : gold(request)));
    await writeFile(prices, JSON.stringify({ [`e${server.url}`]: { prompt: 1, completion: 2 } }));
    await expect(
      evaluate(plan({ prices, concurrency: 1, maxCalls: spending().calls + 20 })),
    ).rejects.toThrow();
    const shares: number[] = [];
    const { record } = await evaluate(plan({ prices }), { onProgress: (share) => shares.push(share) });
    // The remaining time is estimated from the calls of this process.
    expect(shares[0]).toBeCloseTo(20 / COUNT, 12);
    expect(shares.at(-1)).toBe(1);
    expect(record.usage).toMatchObject({ calls: COUNT, served: ['served-model'] });
    expect(record.usage?.cost).toBeCloseTo((COUNT * (10 + 2 * 2)) / 1e6, 12);
    expect(record.reasons).toEqual({ 'no-json': COUNT / 5 });
  });

  it('on a sample is marked as such, and compared on that sample', async () => {
    server = await startServer(gold);
    const part = await evaluate(plan({}, { limit: 20 }));
    expect(part.record.model.name).toMatch(/ \(20\/60\)$/);
    expect(part.scores.subsets.all.examples).toBe(20);
    const { dataDir, root } = plan();
    const whole = await evaluate({ task, model: 'majority', dataDir, root });
    const runs = await openRuns([whole.directory, part.directory], { dataDir });
    const comparison = compareRuns(runs, { resamples: 200 });
    expect(comparison.examples).toBe(20);
    expect(comparison.systems[0]).toMatchObject({ model: 'llm', score: 1 });
  });

  it('is shown with prompt, raw reply and parsed answer; compared with cost and time', async () => {
    const prices = join(folder, 'prices.json');
    server = await startServer((request) =>
      request.number === 0 ? '<think>想一想</think>不知道' : gold(request),
    );
    await writeFile(
      prices,
      JSON.stringify({ [`e${server.url}`]: { prompt: 1, completion: 2, currency: 'CNY' } }),
    );
    const asked = await evaluate(plan({ prices, concurrency: 1 }));
    const { dataDir, root } = plan();
    const whole = await evaluate({ task, model: 'majority', dataDir, root });
    const runs = await openRuns([asked.directory, whole.directory], { dataDir });
    expect(await conversationsOf(runs[1])).toBeUndefined();
    const said = await conversationsOf(runs[0]);
    expect(said?.[0]).toMatchObject({
      answers: [{ text: '不知道', thought: '想一想' }],
      answer: { status: 'unreadable', reason: 'no-json' },
    });
    expect(said?.every((one) => one?.asked.length === 2)).toBe(true);
    expect(said?.[7]?.asked[1].content).toContain('查询7');
    const page = join(folder, 'report.html');
    await writeReport(page, runs, { dataDir });
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('98.3 % [91.1, 99.7] (59/60)');
    expect(html).toContain('no-json 1');
    const [first] = compareRuns(runs, { resamples: 200 }).systems;
    expect(first.cost).toEqual({ amount: expect.closeTo((14 * 1000) / 1e6, 12), currency: 'CNY' });
    expect(first.seconds).toBeGreaterThan(0);
  });

  it('shows progress, cost and remaining time', async () => {
    const prices = join(folder, 'prices.json');
    server = await startServer((request) => (request.number % 5 === 0 ? '不知道' : gold(request)));
    await writeFile(
      prices,
      JSON.stringify({ [`e${server.url}`]: { prompt: 100, completion: 0, currency: 'CNY' } }),
    );
    const notes: { share: number; note?: Text }[] = [];
    await evaluate(plan({ prices, concurrency: 1 }), {
      onProgress: (share, note) => notes.push({ share, note }),
    });
    const { share, note } = notes.at(-1) ?? {};
    expect(share).toBe(1);
    // Nothing is fitted: the time that is left follows from the share of answers.
    expect(notes[29].share).toBeCloseTo(0.5, 12);
    expect(note?.en).toMatch(
      /^answered 48, unreadable 12, refused 0, failed 0; [\d.]+\/s, \d+ tokens\/s, 0\.0600 CNY$/,
    );
    expect(note?.zh).toMatch(/^已答 48，无法解析 12，.*0\.0600 CNY$/);
  });

  it('scores every repeat separately', async () => {
    let asked = 0;
    server = await startServer((request) => (asked++ % 2 === 0 ? '{"label":"0"}' : gold(request)));
    const { record } = await evaluate(plan({ repeats: 2, temperature: 1, concurrency: 1 }));
    expect(record.repeats?.scores).toEqual([expect.closeTo(1 / 3, 10), 1]);
    expect(record.repeats?.agreement).toBeCloseTo(1 / 3, 10);
    expect(record.repeats?.deviation).toBeCloseTo(Math.SQRT2 / 3, 10);
    // Right on a third of the items in one repeat, on all in the other.
    const variance = (2 / 9 / (COUNT - 1) + 0) / 2;
    expect(record.repeats?.itemDeviation).toBeCloseTo(Math.sqrt(variance), 10);
  });

  it('is estimated without a call', async () => {
    server = await startServer(gold);
    const prices = join(folder, 'prices.json');
    const name = `e${server.url}`;
    await writeFile(prices, JSON.stringify({ [name]: { prompt: 1, completion: 2, currency: 'CNY' } }));
    const [outlook] = await estimatePlans([plan({ prices, maxTokens: 100 }, { limit: 10 })]);
    expect(outlook).toMatchObject({ calls: 10, currency: 'CNY', mostCompletionTokens: 1000 });
    expect((outlook.cost?.most ?? 0) - (outlook.cost?.least ?? 0)).toBeCloseTo(0.002, 9);
    expect(server.received).toHaveLength(0);
  });
});

const CLI = fileURLToPath(new URL('../../bin/chineseblue.js', import.meta.url));

/** The command in a separate process. */
function startCommand(): ChildProcess {
  const { dataDir, root } = plan();
  const args = ['run', '--task', 'cMedIC', '--model', 'llm:killed', '--endpoint', server.url];
  const more = [
    '--param',
    'structured=text,concurrency=4',
    '--data-dir',
    dataDir,
    '--runs-dir',
    root,
    '--quiet',
  ];
  return spawn(process.execPath, [CLI, ...args, ...more], { stdio: 'ignore' });
}

/** Calls in whole lines of the journal of the only run. */
function callsOnDisk(): number {
  const [run] = readdirSync(plan().root);
  const lines = readFileSync(join(plan().root, run, 'calls.jsonl'), 'utf8').split('\n');
  return lines.slice(0, -1).filter((line) => line.startsWith('{"call"')).length;
}

const exitOf = async (child: ChildProcess): Promise<unknown> => (await once(child, 'exit'))[0];

describe('a run that is killed', () => {
  it('repeats only the calls in flight', async () => {
    server = await startServer((request) => (response) => {
      void sleep(40).then(() => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ choices: [{ message: { content: gold(request) } }] }));
      });
    });
    const random = createRandom(7);
    let underWay = 0;
    let before = 0;
    let different = 0;
    /** Only calls are repeated that were sent but not on disk when the previous process ended. */
    const endLife = (): void => {
      const [asked, known] = [server.received.length - before, different];
      different = new Set(server.received.map(({ body }) => body.messages.at(-1)?.content)).size;
      expect(asked - (different - known)).toBeLessThanOrEqual(underWay);
      before = server.received.length;
      underWay = different - callsOnDisk();
    };
    // A process takes a while to start: it is killed once it has sent a question.
    for (let kill = 0; kill < 3; kill++) {
      const child = startCommand();
      while (server.received.length <= before + 3) await sleep(5);
      await sleep(random.below(60));
      child.kill('SIGKILL');
      await exitOf(child);
      // What it sent before it died is still to be read.
      await sleep(100);
      endLife();
    }
    expect(await exitOf(startCommand())).toBe(0);
    endLife();
    expect(underWay).toBe(0);
    const [run] = readdirSync(plan().root);
    const scores = JSON.parse(readFileSync(join(plan().root, run, 'scores.json'), 'utf8'));
    expect(scores.subsets.all.scores[0].value).toBe(1);
    expect(existsSync(join(plan().root, run, 'calls.jsonl'))).toBe(true);
  });
});
