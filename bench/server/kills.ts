/**
 * `node bench/server/kills.ts [--engine pglite|postgres] [--submissions 200] [--kill-seconds 3]
 * [--minutes 600] [--seed 1]`: submits answers while scoring
 * processes and servers are ended by SIGKILL, and looks at what became of every one of them. On PostgreSQL (which must be
 * installed) two servers share the database, with two scoring processes each; on PGlite one server has two.
 */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type ServerProcess, startServer } from '../../src/cli/fixtures/server-process.ts';
import { openDataset } from '../../src/datasets/dataset.ts';
import { samplesDir } from '../../src/datasets/directory.ts';
import { createRandom } from '../../src/ground/random.ts';
import { postgresPrograms, startPostgres } from '../../src/jobs/fixtures/postgres.ts';
import { followChain } from '../../src/server/audit-log.ts';
import { findTask } from '../../src/tasks/registry.ts';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'pglite' },
    submissions: { type: 'string', default: '200' },
    'kill-seconds': { type: 'string', default: '3' },
    /** No more are submitted after so long; what was is followed to its end. */
    minutes: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
  },
});
const count = Number(values.submissions);
const random = createRandom(Number(values.seed), 'kills');
/** Submissions of a team in a day: the quota of tasks that are opened at the first start is 100. */
const PER_TEAM = 90;
/** A scoring process is killed about every so many seconds, a server after so many of those. */
const killSeconds = Number(values['kill-seconds']);
const SERVER_EVERY = 10;

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

const call = async (path: string, token: string, init: RequestInit = {}): Promise<unknown> => {
  for (let at = 0; ; at++) {
    const { url } = servers[at % servers.length];
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const answer = await fetch(url + path, { ...init, headers }).catch(() => undefined);
    if (answer?.ok) return answer.json();
    const text = await answer?.text();
    // A client whose file could not be checked as every process died sends it again.
    const again = text === undefined || answer!.status >= 500 || /worker-died|rate-limited/.test(text);
    if (!again) throw new Error(`${path}: ${text}`);
    await delay(500);
  }
};

interface Entry {
  readonly action: string;
  readonly subject: string;
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

try {
  await bench();
} finally {
  for (const server of servers) await server.end('SIGTERM');
  postgres?.stop();
  await rm(directory, { recursive: true, force: true });
}

async function bench(): Promise<void> {
  const teams = Math.ceil(count / PER_TEAM);
  const tokens: string[] = [];
  for (let team = 0; team < teams; team++) {
    const body = JSON.stringify({ id: `team-${team}` });
    tokens.push(((await call('/api/v1/teams', admin, { method: 'POST', body })) as { token: string }).token);
  }
  const { split } = await openDataset({ task: findTask('cMedIC'), dir: dataDir });
  const { examples } = await split('test');
  const labels = [...new Set(examples.map(({ gold }) => (gold as { label: string }).label))];
  const answersOf = (): string =>
    examples.map(({ id }) => JSON.stringify({ id, label: labels[random.below(labels.length)] })).join('\n');

  const killed = { workers: 0, servers: 0 };
  const ending = new AbortController();
  const killing = (async () => {
    for (let round = 1; !ending.signal.aborted; round++) {
      await delay(1000 * killSeconds * (0.5 + random.next()), undefined, { signal: ending.signal }).catch(
        () => 0,
      );
      if (ending.signal.aborted) return;
      const at = random.below(servers.length);
      if (round % SERVER_EVERY === 0) {
        await servers[at].end('SIGKILL');
        killed.servers++;
        servers[at] = await start(names[at]);
        continue;
      }
      const victims = await childrenOf(servers[at].pid);
      if (victims.length === 0) continue;
      process.kill(victims[random.below(victims.length)], 'SIGKILL');
      killed.workers++;
    }
  })();

  const began = Date.now();
  const ids: { readonly id: string; readonly token: string }[] = [];
  const until = began + Number(values.minutes) * 60_000;
  for (let i = 0; i < count && Date.now() < until; i++) {
    const token = tokens[Math.floor(i / PER_TEAM)];
    const path = `/api/v1/challenges/cMedIC/test/submissions?system=s${i}`;
    const taken = (await call(path, token, { method: 'POST', body: answersOf() })) as { id: string };
    ids.push({ id: taken.id, token });
  }
  const states = new Map<string, number>();
  for (const { id, token } of ids) {
    for (;;) {
      const seen = (await call(`/api/v1/submissions/${id}`, token)) as { state: string; ended?: string };
      if (seen.ended === undefined) {
        await delay(300);
        continue;
      }
      states.set(seen.state, (states.get(seen.state) ?? 0) + 1);
      break;
    }
  }
  const seconds = (Date.now() - began) / 1000;
  ending.abort();
  await killing;

  const ends = new Map<string, number>();
  const verdict = await followChain(async (after) => {
    const page = await call(`/api/v1/audit-log?after=${after}`, admin);
    for (const { action, subject } of page as Entry[])
      if (/^submission-(scored|failed)$/.test(action)) ends.set(subject, (ends.get(subject) ?? 0) + 1);
    return page as never;
  });
  const lost = ids.filter(({ id }) => !ends.has(id)).length;
  const twice = ids.filter(({ id }) => (ends.get(id) ?? 0) > 1).length;
  console.log(
    JSON.stringify({
      ...{ engine: values.engine, submissions: ids.length, distinct: new Set(ids.map(({ id }) => id)).size },
      ...{
        killed,
        states: Object.fromEntries(states),
        lost,
        twice,
        log: verdict.intact,
        seconds: Math.round(seconds),
      },
    }),
  );
}
