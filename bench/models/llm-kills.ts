/**
 * A run of 2 000 calls that is killed 30 times at random moments and issued again each time, beside one that is left alone: no
 * call that is on disk is repeated, as the server counts them, and the scores are the same. After each kill, the calls that the
 * server was asked and the journal does not have are those that were under way: asked and not yet answered, or answered and not
 * yet on disk. No later process may repeat more than them.
 *
 * node bench/models/llm-kills.ts
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
/** Each process is killed when it has asked this many questions at most. */
const MOST_PER_LIFE = 60;
const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'chineseblue-kills-'));
const stub = spawn(process.execPath, [here('llm-stub.ts'), String(DELAY_MS)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const [port] = await once(createInterface({ input: stub.stdout! }), 'line');
  const server = `http://127.0.0.1:${port}`;
  const count = async (): Promise<{ asked: number; again: number }> =>
    JSON.parse(await (await fetch(`${server}/count`)).text());
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

  /** Calls in whole lines of the journal. */
  const onDisk = (): number => {
    const [run] = readdirSync(join(folder, 'killed'));
    const journal = readFileSync(join(folder, 'killed', run, 'calls.jsonl'), 'utf8');
    return journal
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{"call"')).length;
  };

  const random = createRandom(17);
  const lives: { underWay: number; repeated: number }[] = [];
  let repeatedBefore = 0;
  let underWayBefore = 0;
  /** What the process that just ended repeated, and what it left under way. */
  const endLife = async (): Promise<void> => {
    // What the process sent before it died is still to be read.
    await sleep(SETTLE_MS);
    const { asked, again } = await count();
    lives.push({ underWay: underWayBefore, repeated: again - repeatedBefore });
    [repeatedBefore, underWayBefore] = [again, asked - again - onDisk()];
  };
  for (let kill = 0; kill < KILLS; kill++) {
    const before = (await count()).asked;
    const child = start('killed', 'stub');
    const wanted = before + 1 + random.below(MOST_PER_LIFE);
    while ((await count()).asked < wanted && child.exitCode === null) await sleep(2);
    await sleep(random.below(50));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await endLife();
  }
  await once(start('killed', 'stub'), 'exit');
  await endLife();
  const { asked, again } = await count();
  await once(start('whole', 'stub'), 'exit');
  const same = scoresOf('killed') === scoresOf('whole');
  const whole = (await count()).asked - asked;
  const result = {
    ...circumstances(),
    calls: CALLS,
    kills: KILLS,
    concurrency: CONCURRENCY,
    asked,
    again,
    whole,
    same,
    lives,
    onlyUnderWay: lives.every(({ underWay, repeated }) => repeated <= underWay),
  };
  await writeResult('llm-kills', result);
  console.log(JSON.stringify(result, null, 2));
  process.exitCode = same && result.onlyUnderWay ? 0 : 1;
} finally {
  stub.kill();
  rmSync(folder, { recursive: true });
}
