/**
 * Strict entity F1 of 100 000 tagged sentences, beside seqeval: decoding both sides and scoring, tags in memory.
 *
 * node bench/metrics/entities.ts [--python PATH]   (Python of bench/peers/setup.sh)
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeJson } from '../../src/ground/files.ts';
import { createRandom } from '../../src/ground/random.ts';
import { decodeBio, type TagSpan } from '../../src/metrics/bio.ts';
import { setMetric } from '../../src/metrics/sets.ts';
import { median, peerPython, startPeer } from './peer.ts';

const SENTENCES = 100_000;
const REPEATS = 5;
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

function ours(): { seconds: number; decoding: number; score: number } {
  const start = performance.now();
  const items = gold.map(
    (tags, i): Item => ({
      gold: decodeBio(tags, 'seqeval'),
      guess: decodeBio(guess[i], 'seqeval'),
    }),
  );
  const decoded = performance.now();
  const counts = new Float64Array(metric.width);
  metric.count(items, counts, 0);
  const score = metric.value(counts);
  return { seconds: (performance.now() - start) / 1000, decoding: (decoded - start) / 1000, score };
}

const folder = mkdtempSync(join(tmpdir(), 'chineseblue-bench-'));
try {
  const file = join(folder, 'tags.txt');
  writeFileSync(file, [...gold, ...guess].map((tags) => `${tags.join(' ')}\n`).join(''));
  const peer = await startPeer(peerPython(process.argv));
  const runs: { ours: ReturnType<typeof ours>; seqeval?: number }[] = [];
  for (let i = 0; i < REPEATS; i++) {
    const mine = ours();
    const theirs = await peer?.ask({ what: 'seqeval', file });
    if (theirs && Math.abs(theirs.score - mine.score) > 1e-12) {
      throw new Error(`scores differ: ${mine.score} and ${theirs.score}`);
    }
    runs.push({ ours: mine, seqeval: theirs?.seconds });
  }
  peer?.stop();
  const seconds = median(runs.map((run) => run.ours.seconds));
  const seqeval = peer && median(runs.map((run) => run.seqeval!));
  const table: Record<string, { seconds: number; note: string }> = {
    'chineseblue: decode and score': { seconds, note: 'median of warm and cold runs' },
    'chineseblue: first run': { seconds: runs[0].ours.seconds, note: 'cold' },
    'chineseblue: score decoded entities': {
      seconds: median(runs.map((run) => run.ours.seconds - run.ours.decoding)),
      note: '',
    },
  };
  if (seqeval)
    table['seqeval f1_score'] = { seconds: seqeval, note: `seqeval ${peer.versions.seqeval}, default mode` };
  console.log(
    `${SENTENCES} sentences, strict micro F1 ${runs[0].ours.score.toFixed(6)}, ${REPEATS} interleaved runs`,
  );
  console.table(table);
  if (seqeval) console.log(`${(seqeval / seconds).toFixed(0)} times as fast (needed: ${NEEDED_RATIO})`);
  else console.log('no peer: run bench/peers/setup.sh, or pass --python');
  await writeJson(new URL('../results/metrics-entities.json', import.meta.url).pathname, {
    date: new Date().toISOString(),
    hardware: `${cpus().length} × ${cpus()[0].model}`,
    node: process.version,
    sentences: SENTENCES,
    score: runs[0].ours.score,
    peers: peer?.versions,
    table,
    ratio: seqeval && seqeval / seconds,
    runs,
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
