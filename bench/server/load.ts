/**
 * `node bench/server/load.ts [--rate 50] [--seconds 60] [--items 2000] [--board-rate 100] [--board-seconds 20]
 * [--rows 100000] [--workers 2]`: on PostgreSQL (which must be installed), submits prediction files at a fixed rate and records the
 * scoring backlog; then requests the leaderboard, from the API and as a page, at a fixed rate, with the existing rows and with
 * `--rows` more. Requests are sent on schedule, whether or not earlier ones have completed. Prints one JSON object.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { type ServerProcess, startServer } from '../../src/cli/fixtures/server-process.ts';
import { createRandom } from '../../src/ground/random.ts';
import { postgresPrograms, startPostgres } from '../../src/jobs/fixtures/postgres.ts';
import { cpuSeconds, familyOf, parentOf } from './processes.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '60' },
    items: { type: 'string', default: '2000' },
    'board-rate': { type: 'string', default: '100' },
    'board-seconds': { type: 'string', default: '20' },
    rows: { type: 'string', default: '100000' },
    workers: { type: 'string', default: '2' },
  },
});
const random = createRandom(1, 'load');
const LABELS = ['a', 'b', 'c', 'd', 'e'];
const TEAMS = 20;
/** The server limits requests per address, so this client uses several. */
const ADDRESSES = 50;
const SAMPLE_MS = 2000;
const DRAIN_MS = 60_000;
const BIN = fileURLToPath(new URL('../../bin/chineseblue.js', import.meta.url));
const agents = Array.from(
  { length: ADDRESSES },
  (_, i) => new Agent({ keepAlive: true, localAddress: `127.0.0.${i + 2}`, maxSockets: 20 }),
);
let turn = 0;

interface Answer {
  readonly status: number;
  readonly ms: number;
  readonly text: string;
}

function ask(url: string, token?: string, body?: string): Promise<Answer> {
  const began = performance.now();
  const agent = agents[turn++ % agents.length];
  const headers = { ...(token && { authorization: `Bearer ${token}` }), 'content-type': 'application/json' };
  return new Promise((resolve) => {
    const sent = request(url, { agent, headers, method: body === undefined ? 'GET' : 'POST' }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        resolve({ status: response.statusCode ?? 0, ms: performance.now() - began, text });
      });
    });
    // A lost connection counts as status 0.
    sent.on('error', ({ message }) => resolve({ status: 0, ms: performance.now() - began, text: message }));
    sent.end(body);
  });
}

/** Sends at a rate for a while, and waits for all answers. */
async function atRate(
  rate: number,
  seconds: number,
  send: (i: number) => Promise<Answer>,
): Promise<Answer[]> {
  const began = performance.now();
  const answers: Promise<Answer>[] = [];
  for (let i = 0; i < rate * seconds; i++) {
    const wait = began + (1000 * i) / rate - performance.now();
    if (wait > 0) await delay(wait);
    answers.push(send(i));
  }
  return Promise.all(answers);
}

function summary(answers: readonly Answer[]): Record<string, number | Record<string, number>> {
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(times[Math.min(times.length - 1, Math.floor(share * times.length))]);
  const statuses: Record<string, number> = {};
  for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
  return { count: answers.length, statuses, p50: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1) };
}

/** Processor time of the parts of a run, in seconds. */
async function usedCpu(server: number) {
  const { rows } = await pool.query('select pg_backend_pid() as pid');
  const database = await familyOf(await parentOf(rows[0].pid));
  const { parent, children } = await familyOf(server);
  const { user, system } = process.cpuUsage();
  return {
    clients: (user + system) / 1e6,
    server: await cpuSeconds([parent]),
    scoring: await cpuSeconds(children),
    postgres: await cpuSeconds([database.parent, ...database.children]),
  };
}

const programs = postgresPrograms();
if (!programs) throw new Error('PostgreSQL is not installed');
const directory = await mkdtemp(join(tmpdir(), 'chineseblue-load-'));
const postgres = await startPostgres(programs);
const pool = new pg.Pool({ connectionString: postgres.url, max: 2 });
const place = ['--dir', join(directory, 'site'), '--database', postgres.url];

async function createChallenge(): Promise<string[]> {
  const items = Number(values.items);
  const gold = Array.from({ length: items }, () => LABELS[random.below(LABELS.length)]);
  await mkdir(join(directory, 'data', 'load'), { recursive: true });
  const records = gold.map((label, i) => JSON.stringify({ text: `第${i}条病区消息，请判断类别`, label }));
  await writeFile(join(directory, 'data', 'load', 'test.jsonl'), records.join('\n'));
  const corpus = { folder: 'load', format: 'jsonl', files: { test: 'test.jsonl' } };
  const task = join(directory, 'task.json');
  await writeFile(
    task,
    JSON.stringify({ id: 'load', family: 'classification', title: 'Load', corpus, labels: LABELS }),
  );
  const quota = { day: 100_000, total: 1_000_000 };
  const challenge = {
    id: 'load',
    title: 'Load',
    task: 'load',
    goldReaders: 'x',
    phases: { test: { split: 'test', quota } },
  };
  const file = join(directory, 'challenge.json');
  await writeFile(file, JSON.stringify(challenge));
  const args = [
    'challenge',
    'create',
    file,
    ...place,
    '--data-dir',
    join(directory, 'data'),
    '--task-file',
    task,
  ];
  const child = spawn(process.execPath, [BIN, ...args], { stdio: 'inherit' });
  await new Promise<void>((resolve, reject) =>
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`create ended with ${code}`)))),
  );
  return gold;
}

/** Predictions with random errors, different each time. */
function answersOf(gold: readonly string[]): string {
  const share = 0.1 + 0.4 * random.next();
  const lines = gold.map((label, id) =>
    JSON.stringify({
      id: String(id),
      label: random.next() < share ? LABELS[random.below(LABELS.length)] : label,
    }),
  );
  return lines.join('\n');
}

const countOf = async (state: string): Promise<number> => {
  const { rows } = await pool.query('select count(*)::int as count from submission where state = $1', [
    state,
  ]);
  return rows[0].count;
};

try {
  await bench();
} finally {
  for (const agent of agents) agent.destroy();
  await pool.end();
  postgres.stop();
  await rm(directory, { recursive: true, force: true });
}

async function bench(): Promise<void> {
  const gold = await createChallenge();
  const server = await startServer([...place, '--workers', values.workers, '--no-baselines']);
  try {
    const tokens: string[] = [];
    for (let team = 0; team < TEAMS; team++) {
      const { text } = await ask(
        `${server.url}/api/v1/teams`,
        server.token,
        JSON.stringify({ id: `team-${team}` }),
      );
      tokens.push(JSON.parse(text).token);
    }
    const submitted = await measureSubmissions(server, tokens, gold);
    const boards = { now: await measureBoards(server.url) };
    await addRows(Number(values.rows));
    const grown = await measureBoards(server.url);
    console.log(
      JSON.stringify({
        options: values,
        submitted,
        boards,
        grown: { rows: await countOf('scored'), ...grown },
      }),
    );
  } finally {
    await server.end('SIGTERM');
  }
}

async function measureSubmissions(
  { url, pid }: ServerProcess,
  tokens: readonly string[],
  gold: readonly string[],
) {
  const [rate, seconds] = [Number(values.rate), Number(values.seconds)];
  // Prepared in advance, so as not to take CPU time from the server.
  const files = Array.from({ length: Math.min(rate * seconds, 500) }, () => answersOf(gold));
  const backlog: number[] = [];
  const watching = setInterval(async () => backlog.push(await countOf('queued')), SAMPLE_MS);
  const before = await usedCpu(pid);
  const began = performance.now();
  const answers = await atRate(rate, seconds, (i) =>
    ask(
      `${url}/api/v1/challenges/load/test/submissions?system=s${i}`,
      tokens[i % tokens.length],
      files[i % files.length],
    ),
  );
  const acceptedSeconds = (performance.now() - began) / 1000;
  const scoredThen = await countOf('scored');
  for (const end = Date.now() + DRAIN_MS; Date.now() < end && (await countOf('queued')) > 0; )
    await delay(200);
  clearInterval(watching);
  const after = await usedCpu(pid);
  const [scored, failed, queued] = [
    await countOf('scored'),
    await countOf('failed'),
    await countOf('queued'),
  ];
  const perScored = (name: keyof typeof after): number =>
    Math.round((10_000 * (after[name] - before[name])) / scored) / 10;
  return {
    cpuMsPerScored: {
      ...{ clients: perScored('clients'), server: perScored('server') },
      ...{ scoring: perScored('scoring'), postgres: perScored('postgres') },
    },
    ...{ ...summary(answers), acceptedSeconds: Math.round(acceptedSeconds), scoredWhenSent: scoredThen },
    ...{
      scored,
      failed,
      queued,
      scoredPerSecond: Math.round((10 * scoredThen) / acceptedSeconds) / 10,
      backlog,
    },
    refused: [...new Set(answers.filter(({ status }) => status >= 400).map(({ text }) => text))].slice(0, 3),
  };
}

async function measureBoards(url: string) {
  const [rate, seconds] = [Number(values['board-rate']), Number(values['board-seconds'])];
  const api = await atRate(rate, seconds, () => ask(`${url}/api/v1/challenges/load/test/board`));
  const page = await atRate(rate, seconds, () => ask(`${url}/challenges/load/test`));
  return { api: summary(api), page: summary(page) };
}

/** Adds results of the same teams without improvement, as a board has after a long time. */
async function addRows(rows: number): Promise<void> {
  await pool.query(
    `insert into submission (id, challenge, phase, team, system, card, received, state, sha256, sheet, value, released,
       improved, attempts, ended)
     select gen_random_uuid(), challenge, phase, team, system || '-' || copy, card, received, state,
       md5(random()::text), sheet, value, released, false, attempts, ended
     from (select * from submission where state = 'scored' limit 1000) as known,
       generate_series(1, $1) as copy`,
    [Math.ceil(rows / 1000)],
  );
  await pool.query('analyze submission');
}
