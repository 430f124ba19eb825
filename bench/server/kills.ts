/**
 * `node bench/server/kills.ts [--engine pglite|postgres] [--submissions 200] [--kills 40] [--server-kills 4] [--kill-seconds 1]
 * [--minutes 600] [--seed 1] [--out NAME]`: submits predictions while scoring processes and servers are killed with SIGKILL, and
 * checks the outcome of every submission. Kills are spread evenly over the submissions. On PostgreSQL (which must be installed)
 * two servers share the database, with two scoring processes each; on PGlite one server has two. Exits with 1 if a submission
 * is lost, stuck or scored twice, or if the log's hash chain is broken. `--out` stores the result in bench/results.
 */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type ServerProcess, startServer } from '../../src/cli/fixtures/server-process.ts';
import { openDataset } from '../../src/datasets/dataset.ts';
import { samplesDir } from '../../src/datasets/directory.ts';
import { createRandom } from '../../src/ground/random.ts';
import { postgresPrograms, startPostgres } from '../../src/jobs/fixtures/postgres.ts';
import { type Entry, followChain } from '../../src/server/audit-log.ts';
import { findTask } from '../../src/tasks/registry.ts';
import { writeResult } from '../result.ts';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'pglite' },
    submissions: { type: 'string', default: '200' },
    /** Of scoring processes. */
    kills: { type: 'string', default: '40' },
    'server-kills': { type: 'string', default: '4' },
    /** Between two kills, on average, at least. */
    'kill-seconds': { type: 'string', default: '1' },
    /** Nothing is submitted after this time; earlier submissions are followed to their end. */
    minutes: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
  },
});
const count = Number(values.submissions);
const [workerKills, serverKills] = [Number(values.kills), Number(values['server-kills'])];
const allKills = workerKills + serverKills;
const killSeconds = Number(values['kill-seconds']);
const random = createRandom(Number(values.seed), 'kills');

/** Submissions of a team in a day: the quota of tasks that are opened at the first start is 100. */
const PER_TEAM = 90;
/** Concurrent submissions. */
const SENDERS = 4;
/** Submissions may be ahead of the kills spread over them by at most this many kills. */
const AHEAD = 4;
/** A submission that has not ended this long after the last one was sent is stuck. */
const PATIENCE_MS = 600_000;
const PROGRESS_MS = 30_000;

const directory = await mkdtemp(join(tmpdir(), 'chineseblue-kills-'));
const dataDir = join(directory, 'data');
await cp(join(samplesDir(), 'cMedIC'), join(dataDir, 'cMedIC'), { recursive: true });
const programs = values.engine === 'postgres' ? postgresPrograms() : undefined;
if (values.engine === 'postgres' && !programs) throw new Error('PostgreSQL is not installed');
const postgres = programs === undefined ? undefined : await startPostgres(programs);
const keyFile = join(directory, 'gold.key');
await writeFile(keyFile, `${Buffer.alloc(32, 7).toString('base64')}\n`);

const start = (name: string): Promise<ServerProcess> =>
  startServer([
    ...['--dir', join(directory, name), '--data-dir', dataDir, '--key-file', keyFile, '--no-baselines'],
    ...['--workers', '2', ...(postgres ? ['--database', postgres.url] : [])],
  ]);
const names = postgres ? ['a', 'b'] : ['a'];
const servers: ServerProcess[] = [];
for (const name of names) servers.push(await start(name));
const admin = servers[0].token ?? '';

let calls = 0;
/** Asks any of the servers until one answers. */
async function call<T>(path: string, token: string, init: RequestInit = {}): Promise<T> {
  for (;;) {
    const { url } = servers[calls++ % servers.length];
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const answer = await fetch(url + path, { ...init, headers }).catch(() => undefined);
    // A connection may end within an answer.
    const text = await answer?.text().catch(() => undefined);
    if (answer?.ok && text !== undefined) return JSON.parse(text) as T;
    // A client resends a file that could not be checked because every process died.
    const again = text === undefined || answer!.status >= 500 || /worker-died|rate-limited/.test(text);
    if (!again) throw new Error(`${path}: ${text}`);
    await delay(250);
  }
}

/** The processes that a process has started. */
async function childrenOf(parent: number): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const line = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    if (Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[1]) === parent) found.push(Number(name));
  }
  return found;
}

/** False if the process has already exited. */
function endByForce(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** Progress of the bench. */
interface Progress {
  sent: number;
  readonly killed: { workers: number; servers: number };
}
const killsOf = ({ killed: { workers, servers } }: Progress): number => workers + servers;

/** Kills processes until there were enough kills, or until the signal. */
async function kill(progress: Progress, signal: AbortSignal): Promise<void> {
  const { killed } = progress;
  while (killsOf(progress) < allKills && !signal.aborted) {
    const pause = 1000 * killSeconds * (0.5 + random.next());
    await delay(pause, undefined, { signal }).catch(() => undefined);
    const done = killsOf(progress);
    if (progress.sent / count < done / allKills || signal.aborted) continue;
    const at = random.below(servers.length);
    if (killed.servers < Math.floor(((done + 1) * serverKills) / allKills)) {
      await servers[at].end('SIGKILL');
      killed.servers++;
      servers[at] = await start(names[at]);
      continue;
    }
    const victims = await childrenOf(servers[at].pid);
    if (victims.length === 0) continue;
    if (endByForce(victims[random.below(victims.length)])) killed.workers++;
  }
}

interface Sent {
  readonly id: string;
  readonly token: string;
}

/** Submits random answers, at most `AHEAD` kills ahead. */
async function submitAll(progress: Progress): Promise<Sent[]> {
  const tokens: string[] = [];
  for (let team = 0; team < Math.ceil(count / PER_TEAM); team++) {
    const body = JSON.stringify({ id: `team-${team}` });
    tokens.push((await call<{ token: string }>('/api/v1/teams', admin, { method: 'POST', body })).token);
  }
  const { split } = await openDataset({ task: findTask('cMedIC'), dir: dataDir });
  const { examples } = await split('test');
  const labels = [...new Set(examples.map(({ gold }) => (gold as { label: string }).label))];
  const until = Date.now() + Number(values.minutes) * 60_000;
  const sent: Sent[] = [];
  let next = 0;
  const send = async (): Promise<void> => {
    while (next < count && Date.now() < until) {
      if ((next / count) * allKills > killsOf(progress) + AHEAD) {
        await delay(50);
        continue;
      }
      const i = next++;
      const token = tokens[Math.floor(i / PER_TEAM)];
      const body = examples
        .map(({ id }) => JSON.stringify({ id, label: labels[random.below(labels.length)] }))
        .join('\n');
      const path = `/api/v1/challenges/cMedIC/test/submissions?system=s${i}`;
      const { id } = await call<{ id: string }>(path, token, { method: 'POST', body });
      sent.push({ id, token });
      progress.sent++;
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
  return sent;
}

/** Submissions by final state; `stuck` if it is not final. */
async function follow(sent: readonly Sent[]): Promise<Map<string, number>> {
  const states = new Map<string, number>();
  const until = Date.now() + PATIENCE_MS;
  for (const { id, token } of sent) {
    let state = 'stuck';
    do {
      const seen = await call<{ state: string; ended?: string }>(`/api/v1/submissions/${id}`, token);
      if (seen.ended !== undefined) state = seen.state;
      else await delay(300);
    } while (state === 'stuck' && Date.now() < until);
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  return states;
}

async function bench(): Promise<void> {
  const progress: Progress = { sent: 0, killed: { workers: 0, servers: 0 } };
  const { killed } = progress;
  const ending = new AbortController();
  const began = Date.now();
  const loads = [loadavg()[0]];
  const reporting = setInterval(() => {
    loads.push(loadavg()[0]);
    console.error(
      `${Math.round((Date.now() - began) / 1000)} s: ${progress.sent} sent, ${JSON.stringify(killed)}`,
    );
  }, PROGRESS_MS);
  const killing = kill(progress, ending.signal);
  const sent = await submitAll(progress);
  const states = await follow(sent);
  const seconds = Math.round((Date.now() - began) / 1000);
  ending.abort();
  await killing;
  clearInterval(reporting);

  const ends = new Map<string, number>();
  const { intact } = await followChain(async (after) => {
    const page = await call<Entry[]>(`/api/v1/audit-log?after=${after}`, admin);
    for (const { action, subject } of page)
      if (/^submission-(scored|failed)$/.test(action)) ends.set(subject, (ends.get(subject) ?? 0) + 1);
    return page;
  });
  const result = {
    ...{ engine: values.engine, servers: servers.length, workers: 2 * servers.length },
    ...{ submissions: sent.length, distinct: new Set(sent.map(({ id }) => id)).size, killed },
    states: Object.fromEntries(states),
    lost: sent.filter(({ id }) => !ends.has(id)).length,
    twice: sent.filter(({ id }) => (ends.get(id) ?? 0) > 1).length,
    stuck: states.get('stuck') ?? 0,
    ...{ logIntact: intact, seconds, load: [Math.min(...loads), Math.max(...loads)].map(Math.round) },
  };
  console.log(JSON.stringify(result));
  if (values.out !== undefined) await writeResult(values.out, result);
  const { lost, twice, stuck, distinct } = result;
  if (lost + twice + stuck > 0 || distinct < sent.length || !intact) process.exitCode = 1;
}

try {
  await bench();
} finally {
  for (const server of servers) await server.end('SIGTERM');
  postgres?.stop();
  await rm(directory, { recursive: true, force: true });
}
