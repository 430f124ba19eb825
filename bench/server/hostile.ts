/**
 * `node bench/server/hostile.ts [--requests 10000] [--engine pglite|postgres] [--minutes 600] [--seed 1] [--out NAME]`: sends hostile
 * requests to a loopback server whose gold has a canary in every record: fuzzed bodies and headers, zip and JSON bombs, path
 * traversal, SQL and HTML in every field, guessed tokens, raw bytes and slow requests on sockets, and 200 concurrent uploads.
 * Prints status counts, peak memory of the server's processes, and whether the canary occurs in any byte that the server
 * emitted, in the database, the logs or a backup. Exits with 1 on any 5xx status other than 503, or if the canary is found.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createRandom } from '../../src/ground/random.ts';
import { postgresPrograms, startPostgres } from '../../src/jobs/fixtures/postgres.ts';
import { writeCorpus } from '../../src/server/fixtures/canary.ts';
import { writeResult } from '../result.ts';
import { createWatch, searchStored } from './canary-search.ts';
import { RAW } from './hostile-material.ts';
import { createAttack, GUESSES, SLOW, type Target, UPLOADS } from './hostile-requests.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    engine: { type: 'string', default: 'pglite' },
    /** No requests are sent after this time. */
    minutes: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    /** Stores the result in bench/results. */
    out: { type: 'string' },
  },
});
const count = Number(values.requests);

/** Concurrent requests. */
const AT_ONCE = 20;
const MEMORY_MS = 500;
const PROGRESS_MS = 30_000;
const BIN = fileURLToPath(new URL('../../bin/chineseblue.js', import.meta.url));

const directory = await mkdtemp(join(tmpdir(), 'chineseblue-hostile-'));
const siteDirectory = join(directory, 'site');
const programs = values.engine === 'postgres' ? postgresPrograms() : undefined;
if (values.engine === 'postgres' && !programs) throw new Error('PostgreSQL is not installed');
const postgres = programs === undefined ? undefined : await startPostgres(programs);
const place = ['--dir', siteDirectory, ...(postgres ? ['--database', postgres.url] : [])];
const watch = createWatch();

/** Runs a command to its end. */
function command(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  return new Promise((resolve, reject) =>
    child.once('close', (code) =>
      code === 0 ? resolve(said) : reject(new Error(`${args[0]} ended with ${code}`)),
    ),
  );
}

/** Memory of a server, in MiB. */
interface Memory {
  readonly server: number;
  /** With its scoring processes. */
  readonly all: number;
  /** The same, counting pages shared by processes once. */
  readonly proportional: number;
}

/** Tracks peak memory. */
function watchMemory(pid: number): { readonly largest: () => Memory; stop(): void } {
  let most: Memory = { server: 0, all: 0, proportional: 0 };
  const timer = setInterval(async () => {
    const now = await memoryOf(pid);
    const larger = (of: keyof Memory): number => Math.max(most[of], now[of]);
    most = { server: larger('server'), all: larger('all'), proportional: larger('proportional') };
  }, MEMORY_MS);
  return { largest: () => most, stop: () => clearInterval(timer) };
}

async function memoryOf(parent: number): Promise<Memory> {
  const found = { server: 0, all: 0, proportional: 0 };
  const figure = (text: string, name: string): number =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) / 1024);
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const status = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '');
    const isServer = Number(name) === parent;
    if (!isServer && Number(/PPid:\s+(\d+)/.exec(status)?.[1]) !== parent) continue;
    const resident = figure(status, 'VmRSS');
    if (isServer) found.server = resident;
    found.all += resident;
    const maps = await readFile(`/proc/${name}/smaps_rollup`, 'utf8').catch(() => '');
    found.proportional += figure(maps, 'Pss');
  }
  return found;
}

async function start(): Promise<{ child: ChildProcess; url: string; token: string }> {
  const args = ['serve', ...place, '--port', '0', '--json', '--no-baselines', '--workers', '2'];
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  child.stderr.on('data', watch.look);
  let said = '';
  const { url, token } = await new Promise<{ url: string; token: string }>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk;
      if (/\n}\n$/.test(said)) resolve(JSON.parse(said));
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { child, url, token };
}

async function issueTokens(url: string, admin: string): Promise<Target['tokens']> {
  const call = async (path: string, body: unknown): Promise<{ token: string }> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${admin}` };
    const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await response.json()) as { token: string };
  };
  const tokens: Record<string, string> = { admin };
  for (const id of ['red', 'blue']) tokens[id] = (await call('/api/v1/teams', { id })).token;
  for (const role of ['host', 'worker'])
    tokens[role] = (await call('/api/v1/tokens', { role, subject: 'ward' })).token;
  return tokens;
}

const started: ChildProcess[] = [];
try {
  await bench();
} finally {
  for (const child of started) child.kill('SIGKILL');
  postgres?.stop();
  await rm(directory, { recursive: true, force: true });
}

/** Creates the challenge whose gold has the canary. */
async function createWard(): Promise<void> {
  const task = await writeCorpus(directory);
  const quota = { day: 100_000, total: 1_000_000 };
  const challenge = {
    ...{ id: 'ward', title: 'Ward', task: 'ward', goldReaders: 'The ward.' },
    phases: {
      practice: { split: 'dev', quota },
      test: { split: 'test', quota },
      final: { split: 'test', quota },
    },
  };
  const file = join(directory, 'ward.json');
  await writeFile(file, JSON.stringify(challenge));
  const data = ['--data-dir', join(directory, 'data'), '--task-file', task];
  await command('challenge', 'create', file, ...place, ...data);
}

async function bench(): Promise<void> {
  await createWard();
  const { child, url, token } = await start();
  const tokens = await issueTokens(url, token);
  const attack = createAttack({ url, tokens, random: createRandom(Number(values.seed), 'hostile'), watch });
  const memory = watchMemory(child.pid!);
  const before = await memoryOf(child.pid!);
  const began = Date.now();
  const until = began + Number(values.minutes) * 60_000;
  let sent = 0;
  const loads = [loadavg()[0]];
  const reporting = setInterval(() => {
    loads.push(loadavg()[0]);
    console.error(
      `${Math.round((Date.now() - began) / 1000)} s: ${sent} requests, ${JSON.stringify(memory.largest())}`,
    );
  }, PROGRESS_MS);
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (sent < count && Date.now() < until) {
        sent++;
        await attack.request();
      }
    }),
  );
  await attack.raw();
  const slow = attack.slow();
  await attack.uploads();
  const during = await fetch(`${url}/api/v1/health`);
  await slow;
  await attack.guesses();
  const seconds = Math.round((Date.now() - began) / 1000);
  // Score accepted submissions, so that their results are searched too.
  for (let i = 0; i < 600 && (await waits(url, token)); i++) await delay(500);
  const page = await fetch(`${url}/challenges/ward/practice`);
  watch.look(Buffer.from(await page.arrayBuffer()));
  clearInterval(reporting);
  memory.stop();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  const backup = join(directory, 'backup.gz');
  await command('challenge', 'export', backup, ...place);
  const database = postgres ? { url: postgres.url } : { directory: join(siteDirectory, 'database') };
  const stored = await searchStored(siteDirectory, database, backup);
  const { bytes, withCanary } = watch.seen();
  const { faults, statuses } = attack;
  const passed = faults.length === 0 && withCanary === 0 && stored.length === 0 && during.ok;
  const result = {
    ...{ engine: values.engine, requests: sent, raw: RAW.length, slow: SLOW, uploads: UPLOADS },
    ...{ guesses: GUESSES, seconds, load: [Math.min(...loads), Math.max(...loads)].map(Math.round) },
    statuses: Object.fromEntries([...statuses].sort(([a], [b]) => a - b)),
    ...{ faults: faults.slice(0, 20), answersDuringAttack: during.ok },
    canary: { emittedBytes: bytes, emitted: withCanary, stored },
    memoryMiB: { before, largest: memory.largest() },
    passed,
  };
  console.log(JSON.stringify(result));
  if (values.out !== undefined) await writeResult(values.out, result);
  if (!passed) process.exitCode = 1;
}

/** Whether a submission waits to be scored, by the log: what was queued and has not ended. */
async function waits(url: string, token: string): Promise<boolean> {
  let open = 0;
  for (let after = 0; ; ) {
    const response = await fetch(`${url}/api/v1/audit-log?after=${after}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (!response.ok) return true;
    const page = (await response.json()) as { seq: number; action: string }[];
    for (const { action } of page) {
      if (action === 'submission-queued') open++;
      if (action === 'submission-scored' || action === 'submission-failed') open--;
    }
    if (page.length < 1000) return open > 0;
    after = page.at(-1)?.seq ?? after;
  }
}
