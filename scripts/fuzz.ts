/**
 * `npm run fuzz`: mutates every file that the product reads and watches what reading it comes to.
 *
 * npm run fuzz -- [--seed 1] [--mutations 20000] [--minutes 30] [--reader NAME,… [--case N]] [--out bench/results/fuzz.json]
 *
 * `--mutations` are those of all readers together, also where only some are named. `--out` replaces the rows of the readers
 * that ran and keeps the others. Every reader runs in a separate process, which is ended where a case takes over 10 s or the
 * process over 2 GB. A fault is printed with the command that repeats it. Exits with 1 where there was one.
 */
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeJson } from '../src/ground/files.ts';
import type { Outcome, Verdict } from './fuzz/oracle.ts';
import { readers } from './fuzz/readers.ts';

/** Processor time of a case: on a machine with much else to do, the clock says nothing about the reader. */
const HANG_MS = 10_000;
/** Preparing a reader may train a model. */
const PREPARE_MS = 120_000;
/** By the clock, for what waits for something that does not come. */
const STUCK = 30;
const MOST_MIB = 2048;
const POLL_MS = 200;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    mutations: { type: 'string', default: '20000' },
    minutes: { type: 'string', default: '60' },
    reader: { type: 'string' },
    case: { type: 'string' },
    out: { type: 'string' },
  },
});
const seed = Number(values.seed);
const asked = values.reader?.split(',');
const chosen = readers.filter(({ name }) => asked?.includes(name) ?? true);
if (chosen.length < (asked?.length ?? 1))
  throw new Error(`No such reader; there are: ${readers.map(({ name }) => name).join(', ')}`);
const deadline = Date.now() + 60_000 * Number(values.minutes);
const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-fuzz-'));

type Fault = Outcome | 'hang' | 'died' | 'memory';

interface Tally {
  readonly reader: string;
  readonly outcomes: Partial<Record<Fault, number>>;
  cases: number;
  peakMiB: number;
}

/** A tally as results keep it. */
interface Row extends Tally {
  readonly date: string;
  readonly processor: string;
  readonly node: string;
  readonly seed: number;
}

interface Message {
  readonly kind: 'begins' | 'ends';
  readonly number: number;
  readonly verdict?: Verdict;
  readonly peak?: number;
}

const FINE: ReadonlySet<string> = new Set(['same', 'other', 'refused']);

/** Memory of a process in MiB where the system reports it. */
function residentMiB(pid: number): number {
  try {
    const pages = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1];
    return (Number(pages) * 4096) / 2 ** 20;
  } catch {
    return 0;
  }
}

/** Processor time that a process has had in ms; 0 where the system does not tell it. */
function processorMs(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return 0;
  }
}

function count(
  tally: Tally,
  outcome: Fault,
  number: number,
  { subject, what, detail = '' }: Partial<Verdict>,
): void {
  tally.outcomes[outcome] = (tally.outcomes[outcome] ?? 0) + 1;
  tally.cases++;
  if (FINE.has(outcome)) return;
  console.log(`\n${outcome.toUpperCase()} ${tally.reader}: ${subject ?? '?'} (${what ?? '?'})`);
  if (detail) console.log(detail.slice(0, 1500));
  console.log(`  npm run fuzz -- --seed ${seed} --reader "${tally.reader}" --case ${number}`);
}

/** Runs cases from one number on in a child; returns the number to go on with, which is `until` at the end. */
function runFrom(tally: Tally, from: number, until: number): Promise<number> {
  const folder = join(scratch, `${tally.reader.replaceAll(' ', '-')}-${from}`);
  const child = fork(
    new URL('./fuzz/child.ts', import.meta.url),
    [tally.reader, String(seed), String(from), String(until), folder],
    { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
  );
  let current = from;
  let began = { at: Date.now(), had: 0 };
  let isRunning = false;
  let begun = false;
  let ended: Fault | undefined;
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr = `${stderr}${chunk}`.slice(-2000);
  });
  const stop = (why?: Fault): void => {
    ended ??= why;
    child.kill('SIGKILL');
  };
  const isHanging = (): boolean => {
    const most = isRunning ? HANG_MS : PREPARE_MS;
    const had = processorMs(child.pid!) - began.had;
    return had > most || Date.now() - began.at > STUCK * most;
  };
  const watch = setInterval(() => {
    if (residentMiB(child.pid!) > MOST_MIB) stop('memory');
    else if (isHanging()) stop('hang');
    else if (Date.now() > deadline) child.kill('SIGKILL');
  }, POLL_MS);
  child.on('message', ({ kind, number, verdict, peak = 0 }: Message) => {
    began = { at: Date.now(), had: processorMs(child.pid!) };
    begun = isRunning = true;
    current = number;
    if (kind !== 'ends' || !verdict) return;
    tally.peakMiB = Math.max(tally.peakMiB, peak);
    count(tally, peak > MOST_MIB ? 'memory' : verdict.outcome, number, verdict);
    current = number + 1;
    isRunning = false;
  });
  return new Promise((resolve) => {
    child.on('exit', (code) => {
      clearInterval(watch);
      rmSync(folder, { recursive: true, force: true });
      if (Date.now() > deadline) resolve(until);
      else if (current >= until && code === 0) resolve(until);
      else if (!begun) throw new Error(`${tally.reader} cannot be prepared: ${stderr}`);
      else {
        count(tally, ended ?? 'died', current, { detail: stderr });
        resolve(current + 1);
      }
    });
  });
}

const [first, last] =
  values.case === undefined
    ? [0, Math.ceil(Number(values.mutations) / readers.length)]
    : [Number(values.case), Number(values.case) + 1];
const tallies: Tally[] = [];
for (const { name } of chosen) {
  const tally: Tally = { reader: name, outcomes: {}, cases: 0, peakMiB: 0 };
  tallies.push(tally);
  for (let from = first; from < last && Date.now() < deadline; ) from = await runFrom(tally, from, last);
  console.log(
    `${name}: ${tally.cases} mutations, ${JSON.stringify(tally.outcomes)}, at most ${tally.peakMiB} MiB`,
  );
}
rmSync(scratch, { recursive: true, force: true });

const isFault = ([outcome]: [string, number]): boolean => !FINE.has(outcome);
const faults = tallies.flatMap(({ outcomes }) => Object.entries(outcomes).filter(isFault));
if (values.out !== undefined) {
  const date = new Date().toISOString().slice(0, 10);
  const how = { date, processor: cpus()[0]?.model ?? '', node: process.version, seed };
  const kept: Row[] = existsSync(values.out) ? JSON.parse(readFileSync(values.out, 'utf8')).readers : [];
  const rows = readers.flatMap(({ name }): Row[] => {
    const tally = tallies.find(({ reader }) => reader === name);
    return tally ? [{ ...tally, ...how }] : kept.filter(({ reader }) => reader === name);
  });
  await writeJson(values.out, { readers: rows });
}
process.exitCode = faults.length > 0 ? 1 : 0;
