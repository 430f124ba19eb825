/**
 * Time and memory of building a corpus from one gigabyte of synthetic text:
 * `npx node bench/pretraining/corpus.ts [MEGABYTES]`. Needs three times that space in the temporary directory.
 * Writes bench/results/pretraining-corpus.json.
 */
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { writeJson } from '../../src/ground/files.ts';
import { createRandom } from '../../src/ground/random.ts';
import { buildCorpus } from '../../src/pretraining/corpus/build.ts';
import { tasks } from '../../src/tasks/registry.ts';

const megabytes = Number(process.argv[2] ?? 1000);
const folder = mkdtempSync(join(tmpdir(), 'corpus-bench-'));
const file = join(folder, 'text.txt');
const random = createRandom(1);
const words = Array.from({ length: 20_000 }, () =>
  Array.from({ length: 1 + random.below(4) }, () =>
    String.fromCharCode(0x4e00 + Math.floor(random.next() ** 2 * 6000)),
  ).join(''),
);
const sentence = (): string =>
  `${Array.from({ length: 5 + random.below(12) }, () => words[Math.floor(random.next() ** 3 * words.length)]).join('')}。`;
/** Documents of one to eight sentences; one in ten repeats an earlier one, one in a hundred sentences is a stock phrase. */
const earlier = [sentence()];
const stream = createWriteStream(file);
for (let bytes = 0; bytes < megabytes * 1e6; ) {
  const repeats = random.below(10) === 0;
  const document = repeats
    ? earlier[random.below(earlier.length)]
    : Array.from({ length: 1 + random.below(8) }, () =>
        random.below(100) === 0 ? '祝您早日康复。' : sentence(),
      ).join('');
  if (!repeats && earlier.length < 5000) earlier.push(document);
  else if (!repeats) earlier[random.below(5000)] = document;
  bytes += Buffer.byteLength(document) + 2;
  if (!stream.write(`${document}\n\n`)) await once(stream, 'drain');
}
stream.end();
await finished(stream);

try {
  const start = performance.now();
  const dataDir = process.env.CHINESEBLUE_DATA ?? new URL('../../samples', import.meta.url).pathname;
  const { documents, sentences, evaluation, shards } = await buildCorpus({
    inputs: [file],
    train: [],
    guarded: tasks,
    dataDir,
    out: join(folder, 'out'),
  });
  const seconds = (performance.now() - start) / 1000;
  const result = {
    megabytes,
    seconds,
    megabytesPerSecond: megabytes / seconds,
    peakMemoryMegabytes: process.resourceUsage().maxRSS / 1024,
    documents,
    sentences,
    evaluationTexts: evaluation.texts,
    shards: shards.length,
  };
  console.log(result);
  await writeJson(new URL('../results/pretraining-corpus.json', import.meta.url).pathname, {
    date: new Date().toISOString(),
    node: process.version,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    ...result,
  });
} finally {
  rmSync(folder, { recursive: true });
}
