/**
 * A run of 2 000 calls that is killed 30 times at random and restarted each time, compared with an uninterrupted one. At a
 * kill, the calls in flight are those that the server received and the journal does not have: without a response, or with one
 * not yet on disk. The server checks that no other call is repeated: no prompt whose answer was in the journal at a kill is
 * sent again. Scores must be identical.
 *
 * node bench/models/llm-kills.ts
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRandom } from '../../src/ground/random.ts';
import { writeResult } from '../result.ts';
import { circumstances } from './peer.ts';

const CALLS = 2_000;
const KILLS = 30;
const CONCURRENCY = 8;
const DELAY_MS = 100;
const SETTLE_MS = 200;
/** Each process is killed after at most this many questions. */
const MOST_PER_LIFE = 60;

/** The record of one process up to its end. */
interface Life {
  /** Questions that an earlier process had asked. */
  readonly repeated: number;
  /** Of these, whose answer was in the journal when this process began. */
  readonly repeatedOfKept: number;
  /** At its end: asked so far by any process, and not in the journal. */
  readonly inFlight: number;
  /** Of these, asked by this process and not answered yet. */
  readonly unanswered: number;
  /** Of these, answered to this process but not on disk yet. */
  readonly unsaved: number;
  /** How long ago the oldest of those was answered. */
  readonly longestWaitMs: number;
}

/** A question as recorded by the server. */
interface NotedQuestion {
  readonly message: string;
  readonly answered?: number;
}

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'chineseblue-kills-'));
const stub = spawn(process.execPath, [here('llm-stub.ts'), String(DELAY_MS)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const [port] = await once(createInterface({ input: stub.stdout! }), 'line');
  const server = `http://127.0.0.1:${port}`;
  const questions = async (): Promise<NotedQuestion[]> =>
    JSON.parse(await (await fetch(`${server}/questions`)).text());
  const corpus = join(folder, 'data', 'cMedIC');
  mkdirSync(corpus, { recursive: true });
  const lines = Array.from({ length: CALLS }, (_, i) => `${i % 3}\t第${i}个查询\n`).join('');
  for (const name of ['train', 'dev', 'test']) writeFileSync(join(corpus, `${name}.txt`), lines);

  const start = (runs: string, model: string) =>
    spawn(
      process.execPath,
      [
        ...[here('../../bin/chineseblue.js'), 'run', '--task', 'cMedIC', '--model', `llm:${model}`],
        ...['--endpoint', `${server}/v1`, '--param', `structured=schema,concurrency=${CONCURRENCY}`],
        ...['--data-dir', join(folder, 'data'), '--runs-dir', join(folder, runs), '--quiet'],
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
  const scoresOf = (runs: string): string => {
    const [run] = readdirSync(join(folder, runs));
    return readFileSync(join(folder, runs, run, 'scores.json'), 'utf8');
  };

  /** Questions whose calls are in complete lines of the journal, by their last message. */
  const inJournal = (): Set<string> => {
    const [run] = readdirSync(join(folder, 'killed'));
    const journal = readFileSync(join(folder, 'killed', run, 'calls.jsonl'), 'utf8');
    const calls = journal
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{"call"'));
    return new Set(calls.map((line) => JSON.parse(line).messages.at(-1)));
  };

  const random = createRandom(17);
  const lives: Life[] = [];
  /** Before the current process: questions asked, and those in the journal. */
  let asked = 0;
  let kept = new Set<string>();
  const endLife = async (ended: number): Promise<void> => {
    // Requests sent before the process died may not have been read yet.
    await sleep(SETTLE_MS);
    const all = await questions();
    const before = new Set(all.slice(0, asked).map(({ message }) => message));
    const own = all.slice(asked);
    const again = own.filter(({ message }) => before.has(message));
    const ofKept = again.filter(({ message }) => kept.has(message)).length;
    asked = all.length;
    kept = inJournal();
    const inFlight = [...new Set(all.map(({ message }) => message))].filter((one) => !kept.has(one)).length;
    const lost = own.filter(({ message }) => !kept.has(message));
    const waits = lost.flatMap(({ answered = ended }) => (answered < ended ? [ended - answered] : []));
    lives.push({
      ...{ repeated: again.length, repeatedOfKept: ofKept, inFlight },
      ...{ unanswered: lost.length - waits.length, unsaved: waits.length },
      longestWaitMs: Math.max(0, ...waits),
    });
  };
  for (let kill = 0; kill < KILLS; kill++) {
    const child = start('killed', 'stub');
    const exit = once(child, 'exit');
    const wanted = asked + 1 + random.below(MOST_PER_LIFE);
    while ((await questions()).length < wanted && child.exitCode === null) await sleep(10);
    await sleep(random.below(50));
    if (!child.kill('SIGKILL')) throw new Error('The process ended before it was killed');
    const ended = Date.now();
    await exit;
    await endLife(ended);
  }
  await once(start('killed', 'stub'), 'exit');
  await endLife(Date.now());
  await once(start('whole', 'stub'), 'exit');
  const result = {
    ...circumstances(),
    ...{ load: loadavg(), calls: CALLS, kills: KILLS, concurrency: CONCURRENCY, asked },
    whole: (await questions()).length - asked,
    same: scoresOf('killed') === scoresOf('whole'),
    lives,
    onlyInFlight: lives.every(
      ({ repeated, repeatedOfKept }, i) => repeatedOfKept === 0 && repeated <= (lives[i - 1]?.inFlight ?? 0),
    ),
  };
  await writeResult('llm-kills', result);
  console.log(JSON.stringify(result, null, 2));
  process.exitCode = result.same && result.onlyInFlight ? 0 : 1;
} finally {
  stub.kill();
  rmSync(folder, { recursive: true });
}
