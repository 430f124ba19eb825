/**
 * cMedQQ pairs per second with our tokenizer and with the Rust one called from Node, one thread each; then checks that ids
 * and offsets are equal on every line of every corpus.
 *
 * node bench/bert/tokenizer.ts [--no-check]   (the corpora in ../shared)
 */
process.env.RAYON_NUM_THREADS = '1';
process.env.TOKENIZERS_PARALLELISM = 'false';

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import {
  addIds,
  corpora,
  createDigest,
  linesOf,
  SHARED,
  VOCAB,
} from '../../src/encoders/tokenizers/fixtures/corpora.ts';
import { charactersBefore, referenceOf } from '../../src/encoders/tokenizers/fixtures/reference.ts';
import { loadTokenizer } from '../../src/encoders/tokenizers/load.ts';
import { median } from '../median.ts';
import { writeResult } from '../result.ts';

const REPEATS = 7;
const MAX_LENGTH = 128;
const BATCH = 512;

const ours = await loadTokenizer(VOCAB);
if (!ours.options) throw new Error('not WordPiece');
const reference = referenceOf(ours);
const peer = `@anush008/tokenizers ${createRequire(import.meta.url)('@anush008/tokenizers/package.json').version}`;

const pairs = readFileSync(new URL('chineseblue/data/cMedQQ/train.txt', SHARED), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t').slice(1, 3) as [string, string]);
const texts = pairs.flat();

reference.setTruncation(MAX_LENGTH);
const contenders: Record<string, () => Promise<number>> = {
  'ours: pairs, ids + types + offsets': async () => {
    for (const [a, b] of pairs) ours.encodePair(a, b, MAX_LENGTH);
    return pairs.length;
  },
  'Rust encode: pairs, ids': async () => {
    for (const [a, b] of pairs) (await reference.encode(a, b)).getIds();
    return pairs.length;
  },
  'Rust encode: pairs, ids + types + offsets': async () => {
    for (const [a, b] of pairs) {
      const encoding = await reference.encode(a, b);
      encoding.getIds();
      encoding.getTypeIds();
      encoding.getOffsets();
    }
    return pairs.length;
  },
  'ours: single texts': async () => {
    for (const text of texts) ours.encode(text, MAX_LENGTH);
    return texts.length;
  },
  'Rust encodeBatch: single texts, ids': async () => {
    for (let i = 0; i < texts.length; i += BATCH) {
      for (const encoding of await reference.encodeBatch(texts.slice(i, i + BATCH))) encoding.getIds();
    }
    return texts.length;
  },
};

const rates: Record<string, number[]> = {};
for (let repeat = 0; repeat < REPEATS; repeat++) {
  for (const [name, work] of Object.entries(contenders)) {
    const start = performance.now();
    const count = await work();
    rates[name] ??= [];
    rates[name].push((count / (performance.now() - start)) * 1000);
  }
}
const medians = Object.fromEntries(
  Object.entries(rates).map(([name, values]) => [name, Math.round(median(values))]),
);
const rows = Object.entries(medians).map(([name, perSecond]) => {
  const own = medians[name.includes('pairs') ? 'ours: pairs, ids + types + offsets' : 'ours: single texts'];
  return { name, 'a second': perSecond, 'ours is faster by': (own / perSecond).toFixed(1) };
});
console.table(rows);
console.log(`${pairs.length} pairs of cMedQQ, at most ${MAX_LENGTH} tokens; ${peer}; medians of ${REPEATS}`);

const checks: { corpus: string; lines: number; differ: number; sha256: string }[] = [];
if (!process.argv.includes('--no-check')) {
  reference.disableTruncation();
  for (const corpus of corpora()) {
    const lines = linesOf(corpus);
    const digest = createDigest();
    let differ = 0;
    for (let i = 0; i < lines.length; i += BATCH) {
      const batch = lines.slice(i, i + BATCH);
      for (const [k, encoding] of (await reference.encodeBatch(batch)).entries()) {
        const ids = encoding.getIds();
        addIds(digest, ids);
        const own = ours.encode(batch[k]);
        const before = charactersBefore(batch[k]);
        const offsets = encoding.getOffsets();
        const same =
          ids.length === own.ids.length &&
          ids.every(
            (id, n) =>
              id === own.ids[n] &&
              offsets[n][0] === before[own.starts[n]] &&
              offsets[n][1] === before[own.ends[n]],
          );
        if (!same) differ++;
      }
    }
    checks.push({ corpus, lines: lines.length, differ, sha256: digest.digest('hex') });
  }
  console.table(checks);
}

await writeResult('bert-tokenizer', {
  ...{ cpu: cpus()[0].model, cores: cpus().length, node: process.version, peer },
  ...{ pairs: pairs.length, maxLength: MAX_LENGTH, repeats: REPEATS, perSecond: medians, checks },
});
process.exitCode = checks.some(({ differ }) => differ > 0) ? 1 : 0;
