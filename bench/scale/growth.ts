/**
 * How time and memory grow with workers, jobs, training rows and scored items; writes bench/results/scale-growth.json.
 *
 *   npx node bench/scale/growth.ts                                    everything (an hour on two cores)
 *   npx node bench/scale/growth.ts --only workers --sizes 1,2         on an idle machine, about 3 minutes
 *   npx node bench/scale/growth.ts --only workers --sizes 1,2 --pin   each worker pinned to a core, like single-core machines
 *   npx node bench/scale/growth.ts --only jobs|rows|items [--sizes 1000,10000]
 *
 * workers: `--evaluations` (24) of fasttext on cMedQQ (--data-dir), on PostgreSQL, with 1, 2 and 4 workers.
 * jobs: cost of taking and finishing one job, and of querying sweep progress, with 1e3 to 1e6 waiting jobs.
 * rows: `run` of linear on 1e3 to 1e6 training rows. items: `score` of 1e4 to 1e7 predictions.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { completePlan } from '../../src/evaluation/plan.ts';
import { openSweepQueue } from '../../src/evaluation/sweep-queue.ts';
import { createRandom } from '../../src/ground/random.ts';
import { postgresPrograms, startPostgres } from '../../src/jobs/fixtures/postgres.ts';
import { findTask } from '../../src/tasks/registry.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    sizes: { type: 'string' },
    evaluations: { type: 'string', default: '24' },
    pin: { type: 'boolean', default: false },
    'data-dir': { type: 'string', default: '../shared/chineseblue/data' },
  },
});
const EVALUATIONS = Number(values.evaluations);
/** Jobs taken and finished per measurement. */
const CYCLES = 100;
const LABELS = 20;
const TEST_ROWS = 1000;
const bin = new URL('../../bin/chineseblue.js', import.meta.url).pathname;
const results = new URL('../results/scale-growth.json', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'growth-'));
const at = (...names: string[]): string => join(folder, ...names);

const node = (...words: string[]): ChildProcess =>
  spawn(process.execPath, [bin, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
/** A process pinned to one core. An unpinned worker uses a second one for garbage collection and compilation. */
const bound = (core: number, ...words: string[]): ChildProcess =>
  spawn('taskset', ['-c', String(core), process.execPath, bin, ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', resolve));
const postgres = () => {
  const programs = postgresPrograms();
  if (!programs) throw new Error('PostgreSQL is not installed');
  return startPostgres(programs);
};

/** Seconds of a sweep. */
async function workers(count: number) {
  const server = await postgres();
  const queue = ['--queue', server.url];
  const worker = ['worker', ...queue, '--runs-dir', at('scratch'), '--quiet'];
  const crew = Array.from({ length: count }, (_, i) =>
    values.pin ? bound(i % cpus().length, ...worker) : node(...worker),
  );
  const seeds = Array.from({ length: EVALUATIONS }, (_, i) => i).join();
  const model = [
    '--task',
    'cMedQQ',
    '--model',
    'fasttext',
    '--seed',
    seeds,
    '--data-dir',
    values['data-dir'],
  ];
  try {
    // all workers are up
    await delay(5000);
    const began = performance.now();
    const code = await ended(node('run', ...model, ...queue, '--runs-dir', at(`runs-${count}`), '--quiet'));
    const seconds = (performance.now() - began) / 1000;
    return { evaluations: EVALUATIONS, pinned: values.pin, code, seconds };
  } finally {
    for (const worker of crew) worker.kill('SIGTERM');
    await Promise.all(crew.map((worker) => worker.exitCode ?? ended(worker)));
    server.stop();
  }
}

/** Milliseconds per job, in a sweep of `count` jobs. */
async function jobs(count: number) {
  const server = await postgres();
  const sweeps = await openSweepQueue(server.url);
  const { database, queue } = sweeps;
  const sweep = randomUUID();
  const plan = completePlan({ task: findTask('cMedIC'), model: 'majority' });
  const enqueue = (n: number): Promise<void> =>
    database.kysely.transaction().execute((transaction) =>
      queue.enqueueAll(
        Array.from({ length: n }, (_, i) => ({
          id: randomUUID(),
          data: { sweep, plan, run: `run-${i}`, runsIn: 'database' as const },
        })),
        transaction,
      ),
    );
  const each = async (n: number, work: () => Promise<unknown>): Promise<number> => {
    const began = performance.now();
    for (let i = 0; i < n; i++) await work();
    return (performance.now() - began) / n;
  };
  try {
    const first = Math.min(count, 10_000);
    const began = performance.now();
    await enqueue(first);
    const enqueueMs = (performance.now() - began) / first;
    // the rest as copies of the first: enqueueing them one by one would take as long as stated above
    await sql`insert into jobs.job (id, name, data, priority, retry_limit, retry_delay, retry_backoff,
        retry_delay_max, expire_seconds, deletion_seconds, policy, dead_letter, heartbeat_seconds, keep_until)
      select gen_random_uuid(), name, data, priority, retry_limit, retry_delay, retry_backoff,
        retry_delay_max, expire_seconds, deletion_seconds, policy, dead_letter, heartbeat_seconds, keep_until
      from (select * from jobs.job where name = 'sweep' limit 1) one, generate_series(1, ${count - first})`.execute(
      database.kysely,
    );
    const [{ waiting, bytes }] = (
      await sql<{ waiting: number; bytes: number }>`select
        (select count(*)::int from jobs.job where name = 'sweep') as waiting,
        pg_database_size(current_database())::float8 as bytes`.execute(database.kysely)
    ).rows;
    const takeAndEndMs = await each(CYCLES, async () => {
      const lease = await queue.lease();
      await queue.complete(lease!, async (transaction) => {
        await transaction
          .insertInto('sweep_outcome')
          .values({ job: lease!.id, sweep, error: null })
          .execute();
      });
    });
    await sql`insert into sweep_outcome select gen_random_uuid(), ${sweep}::uuid, null
      from generate_series(1, ${count})`.execute(database.kysely);
    const askMs = await each(5, async () => {
      await database.kysely
        .selectFrom('sweep_outcome')
        .select(['job', 'error'])
        .where('sweep', '=', sweep)
        .execute();
      await queue.unfinished();
    });
    return { waiting, enqueueMs, takeAndEndMs, askMs, databaseMiB: bytes / 2 ** 20 };
  } finally {
    await sweeps.close();
    server.stop();
  }
}

/** Runs a command and reads its resource use from /proc. */
async function measured(...words: string[]) {
  const child = node(...words);
  const over = ended(child);
  const began = performance.now();
  let [cpuSeconds, peakMiB] = [0, 0];
  const timer = setInterval(() => {
    try {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      // user and system time, in ticks of 10 ms
      cpuSeconds = (Number(fields[11]) + Number(fields[12])) / 100;
      const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
      peakMiB = peak ? Number(peak[1]) / 1024 : peakMiB;
    } catch {
      // it has ended
    }
  }, 20);
  const code = await over;
  clearInterval(timer);
  return { code, cpuSeconds, peakMiB, seconds: (performance.now() - began) / 1000 };
}

/** Texts of about 20 characters whose words depend on their label. */
function* labelled(count: number, seed: number): Generator<string> {
  const random = createRandom(seed);
  const character = (of: number): string => String.fromCharCode(0x4e00 + of);
  for (let i = 0; i < count; i++) {
    const label = random.below(LABELS);
    const word = (): string =>
      random.below(3) === 0
        ? character(label * 50 + random.below(50))
        : character(1000 + Math.floor(random.next() ** 2 * 3000));
    yield `${JSON.stringify({ text: Array.from({ length: 20 }, word).join(''), label: `l${label}` })}\n`;
  }
}

const write = (file: string, lines: Iterable<string>): Promise<void> =>
  pipeline(Readable.from(lines), createWriteStream(file));

async function corpus(files: Readonly<Record<string, number>>): Promise<string[]> {
  rmSync(at('data'), { recursive: true, force: true });
  mkdirSync(at('data', 'growth'), { recursive: true });
  let seed = 1;
  for (const [split, count] of Object.entries(files))
    await write(at('data', 'growth', `${split}.jsonl`), labelled(count, seed++));
  const names = Object.fromEntries(Object.keys(files).map((split) => [split, `${split}.jsonl`]));
  const task = {
    ...{ id: 'growth', family: 'classification', title: 'Growth' },
    corpus: { folder: 'growth', format: 'jsonl', files: names },
  };
  writeFileSync(at('task.json'), JSON.stringify(task));
  return ['--task', 'growth', '--task-file', at('task.json'), '--data-dir', at('data'), '--quiet'];
}

async function rows(count: number) {
  const task = await corpus({ train: count, dev: TEST_ROWS, test: TEST_ROWS });
  return measured(
    'run',
    ...task,
    '--model',
    'linear',
    '--jobs',
    '1',
    '--runs-dir',
    at('rows', String(count)),
  );
}

async function items(count: number) {
  const task = await corpus({ test: count });
  const random = createRandom(3);
  function* predictions(): Generator<string> {
    for (let i = 0; i < count; i++) yield `{"id":"${i}","label":"l${random.below(LABELS)}"}\n`;
  }
  await write(at('predictions.jsonl'), predictions());
  const taken = await measured('score', ...task, '--predictions', at('predictions.jsonl'));
  rmSync(at('predictions.jsonl'));
  return taken;
}

const SECTIONS = {
  workers: { sizes: [1, 2, 4], measure: workers },
  jobs: { sizes: [1e3, 1e4, 1e5, 1e6], measure: jobs },
  rows: { sizes: [1e3, 1e4, 1e5, 1e6], measure: rows },
  items: { sizes: [1e4, 1e5, 1e6, 1e7], measure: items },
};

try {
  const chosen = Object.entries(SECTIONS).filter(
    ([name]) => values.only === undefined || values.only === name,
  );
  for (const [name, { sizes, measure }] of chosen) {
    for (const size of values.sizes?.split(',').map(Number) ?? sizes) {
      const found = {
        date: new Date().toISOString(),
        cpu: cpus()[0].model,
        ...(await measure(size)),
        load: loadavg()[1],
      };
      console.log(name, size, found);
      const all = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : {};
      const key = name === 'workers' && values.pin ? `${size} pinned` : size;
      all[name] = { ...all[name], [key]: found };
      writeFileSync(results, `${JSON.stringify(all, null, 2)}\n`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
