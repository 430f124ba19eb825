/**
 * Reading, checking, matching and scoring 1 000 000 classification predictions vs. Python's json and scikit-learn. Each of
 * our runs is a fresh process; its peak memory includes the million examples with gold.
 *
 * node bench/metrics/million-labels.ts [--python PATH]   (Python of bench/peers/setup.sh)
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPredictions } from '../../src/scoring/predictions.ts';
import { findConvention } from '../../src/tasks/conventions.ts';
import type { Answered, Example } from '../../src/tasks/examples.ts';
import { findTask } from '../../src/tasks/registry.ts';
import { median } from '../median.ts';
import { startPeer } from '../peer-python.ts';
import { writeResult } from '../result.ts';
import { type PeerAnswer, startClock } from './peer.ts';

const COUNT = 1_000_000;
const CLASSES = 3;
const REPEATS = 5;
const NEEDED_SECONDS = 1;
const NEEDED_BYTES = 500e6;
const WRONG_EVERY = 5;

const goldOf = (i: number): string => String((i * 7919) % CLASSES);

interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly reading: number;
  readonly score: number;
  readonly peakBytes: number;
}

async function measure(file: string): Promise<Measured> {
  const task = findTask('cMedIC');
  const input = { text: '孕酮20.33' };
  const golds = Array.from({ length: CLASSES }, (_, i) => ({ label: String(i) }));
  const examples: Example<'classification'>[] = Array.from({ length: COUNT }, (_, i) => ({
    id: String(i),
    input,
    gold: golds[(i * 7919) % CLASSES],
  }));
  const clock = startClock();
  const { predictions, problems } = await readPredictions(file, task, examples);
  const reading = clock().seconds;
  if (problems.length > 0) throw new Error(problems[0].message.en);
  const metric = findConvention(task.primary).metric(task);
  if ('whole' in metric) throw new Error('the primary metric adds up');
  const counts = new Float64Array(metric.width);
  for (let i = 0; i < examples.length; i++) {
    metric.count([{ input, gold: examples[i].gold, prediction: predictions[i]! } as Answered], counts, 0);
  }
  const score = metric.value(counts);
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  return { ...clock(), reading, score, peakBytes };
}

const child = process.argv.indexOf('--measure');
if (child > 0) {
  console.log(JSON.stringify(await measure(process.argv[child + 1])));
} else {
  const folder = mkdtempSync(join(tmpdir(), 'chineseblue-bench-'));
  try {
    const file = join(folder, 'predictions.jsonl');
    const lines = Array.from({ length: COUNT }, (_, i) => {
      const label = i % WRONG_EVERY === 0 ? goldOf(i + 1) : goldOf(i);
      return `{"id": "${i}", "label": "${label}"}\n`;
    });
    writeFileSync(file, lines.join(''));
    const peer = await startPeer('metrics_peer.py').catch(() => undefined);
    const runs: { ours: Measured; peer?: PeerAnswer }[] = [];
    for (let i = 0; i < REPEATS; i++) {
      const out = execFileSync(process.execPath, [import.meta.filename, '--measure', file], {
        encoding: 'utf8',
      });
      const ours: Measured = JSON.parse(out);
      const theirs = await peer?.ask<PeerAnswer>({ what: 'labels', file, count: COUNT, classes: CLASSES });
      if (theirs && Math.abs(theirs.score - ours.score) > 1e-12) {
        throw new Error(`scores differ: ${ours.score} and ${theirs.score}`);
      }
      runs.push({ ours, peer: theirs });
    }
    peer?.stop();
    const table: Record<string, { seconds: number; cpuSeconds: number; megabytes: number }> = {
      'chineseblue: read, check, match, score': {
        seconds: median(runs.map((run) => run.ours.seconds)),
        cpuSeconds: median(runs.map((run) => run.ours.cpuSeconds)),
        megabytes: Math.round(Math.max(...runs.map((run) => run.ours.peakBytes)) / 1e6),
      },
    };
    if (peer) {
      table['Python json + scikit-learn f1_score'] = {
        seconds: median(runs.map((run) => run.peer!.seconds)),
        cpuSeconds: median(runs.map((run) => run.peer!.cpuSeconds)),
        megabytes: Math.round(Math.max(...runs.map((run) => run.peer!.peakBytes)) / 1e6),
      };
    }
    console.log(
      `${COUNT} predictions, ${(statSync(file).size / 1e6).toFixed(0)} MB, ${REPEATS} interleaved runs`,
    );
    console.table(table);
    console.log(`needed: ${NEEDED_SECONDS} s, ${NEEDED_BYTES / 1e6} MB`);
    if (!peer) console.log('no peer: run bench/peers/setup.sh, or pass --python');
    await writeResult('metrics-million-labels', {
      hardware: `${cpus().length} × ${cpus()[0].model}`,
      node: process.version,
      predictions: COUNT,
      peers: peer?.versions,
      table,
      runs,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
