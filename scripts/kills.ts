/**
 * `npm run kills`: kills commands at random moments, runs them again, and compares what they made with what they make
 * when nothing happens to them.
 *
 * npm run kills -- [--seed 1] [--kills 100] [--command NAME] [--out bench/results/kills.json]
 *
 * Every file must be the same to the bit but for times in records, and nothing else may be left behind, temporary
 * directory and cache included. Exits with 1 where anything differs.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { writeJson } from '../src/ground/files.ts';
import { createRandom } from '../src/ground/random.ts';
import { type KilledCommand, makeCommands } from './kills/commands.ts';

/** A worker of a killed command may hold its lock until it has noticed. */
const PATIENCE_MS = 20_000;
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    kills: { type: 'string', default: '100' },
    command: { type: 'string' },
    out: { type: 'string' },
  },
});
const random = createRandom(Number(values.seed), 'kills');
const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-kills-'));

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly seconds: number;
}

/** Runs a command to its end, or kills it after a number of milliseconds. */
function run({ args }: KilledCommand, folder: string, killAfter?: number): Promise<Ended> {
  const [home, temporary] = [join(folder, 'home'), join(folder, 'tmp')];
  for (const directory of [home, temporary]) mkdirSync(directory, { recursive: true });
  const started = performance.now();
  const compiled = join(scratch, 'compiled');
  const env = {
    ...process.env,
    HOME: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    TMPDIR: temporary,
    NODE_COMPILE_CACHE: compiled,
  };
  const child = spawn(process.execPath, args(folder), { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
  return new Promise((resolve) => {
    child.on('exit', (code) => {
      clearTimeout(timer);
      resolve({ code, output, seconds: (performance.now() - started) / 1000 });
    });
  });
}

/** The fields of a record about when and where it was made, and the hashes over them. */
const TIMES: ReadonlySet<string> = new Set(['times', 'environment', 'sha256', 'fetchedAt', 'startedAt']);

const digest = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

/** Every file and directory below a folder, files with the hash of their content. */
function contentOf(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) found.set(`${name}/`, '');
    else if (basename(name) === 'run.json') {
      const text = JSON.stringify(JSON.parse(readFileSync(path, 'utf8')), (key, value) =>
        TIMES.has(key) ? undefined : value,
      );
      found.set(name, digest(text.replaceAll(folder, '')));
    } else found.set(name, digest(readFileSync(path)));
  }
  return found;
}

interface Tally {
  readonly command: string;
  readonly seconds: number;
  kills: number;
  /** Times that it had ended before it was to be killed. */
  late: number;
  reruns: number;
  failed: number;
  different: number;
  leftBehind: number;
  waited: number;
}

const complain = (tally: Tally, what: string): void => console.log(`${tally.command}: ${what}`);

/** Runs a command until it succeeds; another process may still hold a lock for a moment. */
async function finish(command: KilledCommand, folder: string, tally: Tally): Promise<boolean> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const { code, output } = await run(command, folder);
    tally.reruns++;
    // what was complete when it was killed is refused, as it should be, and compared
    if (code === 0 || /already-exists|folder-not-empty/.test(output)) return true;
    if (!/in-use|Another process|另一进程/.test(output) || Date.now() > until) {
      complain(tally, `the command fails when it is run again:\n${output.slice(-2000)}`);
      tally.failed++;
      return false;
    }
    tally.waited++;
    await sleep(200);
  }
}

function compare(tally: Tally, reference: ReadonlyMap<string, string>, folder: string): void {
  const found = contentOf(folder);
  const left = [...found.keys()].filter((name) => !reference.has(name));
  const different = [...reference].filter(([name, hash]) => found.get(name) !== hash).map(([name]) => name);
  if (left.length > 0) complain(tally, `left behind: ${left.join(', ')}`);
  if (different.length > 0) complain(tally, `different: ${different.join(', ')}`);
  tally.leftBehind += left.length;
  tally.different += different.length;
}

/** Kills one command `kills` times: one to three times in a row, then it is run to its end. */
async function torment(command: KilledCommand, kills: number): Promise<Tally> {
  const own = (name: string): string => join(scratch, `${command.name.replaceAll(' ', '-')}-${name}`);
  const whole = await run(command, own('whole'));
  if (whole.code !== 0) throw new Error(`${command.name} fails by itself: ${whole.output}`);
  // once more, now that its code is compiled
  rmSync(own('whole'), { recursive: true });
  const { seconds } = await run(command, own('whole'));
  let shortest = seconds;
  const reference = contentOf(own('whole'));
  const counts = { kills: 0, late: 0, reruns: 0, failed: 0, different: 0, leftBehind: 0, waited: 0 };
  const tally: Tally = { command: command.name, seconds, ...counts };
  for (let round = 0; tally.kills < kills; round++) {
    const folder = own(String(round));
    const inARow = Math.min(kills - tally.kills, 1 + random.below(3));
    for (let i = 0; i < inARow; i++) {
      const ended = await run(command, folder, 1000 * shortest * (0.1 + 0.9 * random.next()));
      if (ended.code === null) tally.kills++;
      else {
        tally.late++;
        shortest = Math.min(shortest, ended.seconds);
      }
    }
    if (await finish(command, folder, tally)) compare(tally, reference, folder);
    rmSync(folder, { recursive: true, force: true });
  }
  rmSync(own('whole'), { recursive: true });
  return tally;
}

const { commands, close } = await makeCommands(join(scratch, 'inputs'));
const chosen = commands.filter(({ name }) => values.command === undefined || name === values.command);
const tallies: Tally[] = [];
const started = Date.now();
for (const [i, command] of chosen.entries()) {
  const share =
    Math.floor(((i + 1) * Number(values.kills)) / chosen.length) -
    Math.floor((i * Number(values.kills)) / chosen.length);
  const tally = await torment(command, share);
  tallies.push(tally);
  console.log(JSON.stringify(tally));
}
close();
rmSync(scratch, { recursive: true, force: true });
if (values.out !== undefined) {
  const [processor, seconds] = [cpus()[0]?.model ?? '', Math.round((Date.now() - started) / 1000)];
  const date = new Date().toISOString().slice(0, 10);
  await writeJson(values.out, {
    date,
    processor,
    node: process.version,
    seed: Number(values.seed),
    seconds,
    commands: tallies,
  });
}
process.exitCode = tallies.some(({ failed, different, leftBehind }) => failed + different + leftBehind > 0)
  ? 1
  : 0;
