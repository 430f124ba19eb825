/**
 * Strict entity F1 on 100 000 tagged sentences vs. seqeval: decoding both sides and scoring, with tags in memory.
 *
 * node bench/metrics/entities.ts [--python PATH]   (Python of bench/peers/setup.sh)
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../../src/ground/random.ts';
import { decodeBio, type TagSpan } from '../../src/metrics/bio.ts';
import { setMetric } from '../../src/metrics/sets.ts';
import { entityScores } from '../../src/scoring/arrays/index.ts';
import { median } from '../median.ts';
import { startPeer } from '../peer-python.ts';
import { writeResult } from '../result.ts';
import { type PeerAnswer, startClock } from './peer.ts';

const SENTENCES = 100_000;
const ROUNDS = 5;
/** Ours is short, so it is timed several times per round. */
const OURS_A_ROUND = 3;
const SEED = 1;
const TYPES = ['body', 'disease', 'drug', 'symptom', 'time'];
const ENTITY_CHANCE = 0.08;
const MISTAKE_CHANCE = 0.05;
const NEEDED_RATIO = 50;

const random = createRandom(SEED);
const pick = <T>(items: readonly T[]): T => items[random.below(items.length)];

/** 15 to 60 characters, entities of 1 to 6. */
function sentence(): string[] {
  const length = 15 + random.below(46);
  const tags: string[] = [];
  while (tags.length < length) {
    if (random.next() >= ENTITY_CHANCE) tags.push('O');
    else {
      const type = pick(TYPES);
      tags.push(`B-${type}`, ...new Array<string>(random.below(6)).fill(`I-${type}`));
    }
  }
  return tags.slice(0, length);
}

const ALL = ['O', ...TYPES.flatMap((type) => [`B-${type}`, `I-${type}`])];
const gold = Array.from({ length: SENTENCES }, sentence);
const guess = gold.map((tags) => tags.map((tag) => (random.next() < MISTAKE_CHANCE ? pick(ALL) : tag)));

interface Item {
  readonly gold: readonly TagSpan[];
  readonly guess: readonly TagSpan[];
}
const metric = setMetric<Item, TagSpan>({
  gold: (item) => item.gold,
  predicted: (item) => item.guess,
  same: (a, b) => a.start === b.start && a.end === b.end && a.type === b.type,
  classOf: ({ type }) => type,
  classes: TYPES,
  average: 'micro',
});

interface Timed {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** From tags, as a program calls it: every figure of `entityScores`, including the F1. */
function fromTags(): Timed & { score: number } {
  const clock = startClock();
  const { f1: score } = entityScores(gold, guess, { tags: 'seqeval' });
  return { ...clock(), score };
}

const decoded = gold.map(
  (tags, i): Item => ({
    gold: decodeBio(tags, 'seqeval'),
    guess: decodeBio(guess[i], 'seqeval'),
  }),
);

/** From entities, as corpora and predictions contain them. */
function fromEntities(): Timed & { score: number } {
  const clock = startClock();
  const counts = new Float64Array(metric.width);
  metric.count(decoded, counts, 0);
  const score = metric.value(counts);
  return { ...clock(), score };
}

const folder = mkdtempSync(join(tmpdir(), 'chineseblue-bench-'));
try {
  const file = join(folder, 'tags.txt');
  writeFileSync(file, [...gold, ...guess].map((tags) => `${tags.join(' ')}\n`).join(''));
  const peer = await startPeer('metrics_peer.py').catch(() => undefined);
  const runs: { tags: Timed[]; entities: Timed[]; seqeval: Timed[] } = {
    tags: [],
    entities: [],
    seqeval: [],
  };
  let score = Number.NaN;
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < OURS_A_ROUND; i++) {
      const tags = fromTags();
      const entities = fromEntities();
      score = tags.score;
      if (entities.score !== score) throw new Error(`scores differ: ${score} and ${entities.score}`);
      runs.tags.push(tags);
      runs.entities.push(entities);
    }
    const answer = await peer?.ask<PeerAnswer>({ what: 'seqeval', file });
    if (!answer) continue;
    if (Math.abs(answer.score - score) > 1e-12)
      throw new Error(`scores differ: ${score} and ${answer.score}`);
    runs.seqeval.push(answer);
  }
  peer?.stop();
  const row = (list: readonly Timed[]): Timed => ({
    seconds: median(list.map(({ seconds }) => seconds)),
    cpuSeconds: median(list.map(({ cpuSeconds }) => cpuSeconds)),
  });
  const table: Record<string, Timed> = {
    'chineseblue: decode tags and score': row(runs.tags),
    'chineseblue: the same, first run': {
      seconds: runs.tags[0].seconds,
      cpuSeconds: runs.tags[0].cpuSeconds,
    },
    'chineseblue: score entities': row(runs.entities),
  };
  if (peer) table[`seqeval ${peer.versions.seqeval}: f1_score, default mode`] = row(runs.seqeval);
  console.log(
    `${SENTENCES} sentences, strict micro F1 ${score.toFixed(6)}, medians of ${ROUNDS} interleaved rounds`,
  );
  console.table(table);
  const [tags, , entities, seqeval] = Object.values(table);
  const times = (mine: Timed): number => seqeval.seconds / mine.seconds;
  if (!seqeval) console.log('no peer: run bench/peers/setup.sh, or pass --python');
  else {
    console.log(
      `times as fast: ${times(tags).toFixed(0)} from tags, ${times(entities).toFixed(0)} from entities (needed: ${NEEDED_RATIO})`,
    );
  }
  await writeResult('metrics-entities', {
    hardware: `${cpus().length} × ${cpus()[0].model}`,
    node: process.version,
    sentences: SENTENCES,
    score,
    peers: peer?.versions,
    table,
    ratio: seqeval && {
      fromTags: times(tags),
      ofCpuFromTags: seqeval.cpuSeconds / tags.cpuSeconds,
      fromEntities: times(entities),
    },
    runs,
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
