/**
 * Classification of cMedTC sentences: `predict` with a kept folder vs. the text-classification pipeline of
 * `@huggingface/transformers` on the same folder and the same onnx/model.onnx, in fp32, timed end to end from text to label.
 * The pipeline runs on batches of 32 texts in dataset order, and on one text at a time.
 *
 * Usage: npx node bench/bert/inference.ts [--rounds 5] [--threads 2,1] [--data DIR] [--only BERT-base] [--texts 64]
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename, dirname } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { DATA } from '../data.ts';
import { withEarlier, writeResult } from '../result.ts';
import { interleave, median, serve, start } from './contestants.ts';
import { prepared } from './kept.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2,1' },
    data: { type: 'string', default: DATA },
    only: { type: 'string', default: '' },
    texts: { type: 'string' },
  },
});
const BATCH = 32;

async function ours(folder: string, texts: readonly string[], threads: number): Promise<void> {
  const { bert } = await import('../../src/models/bert/kind.ts');
  const { predict } = await import('../../src/models/fixtures/fitted.ts');
  const { findTask } = await import('../../src/tasks/registry.ts');
  const task = { ...findTask('cMedTC'), labels: [] };
  const fitted = await bert.load(folder, task, { threads });
  await serve(async () => {
    const answers = await predict<'classification'>(
      fitted,
      texts.map((text) => ({ text })),
    );
    return digest(answers.map(({ label }) => label));
  });
}

async function theirs(
  folder: string,
  texts: readonly string[],
  threads: number,
  batch: number,
): Promise<void> {
  const { env, pipeline } = await import('@huggingface/transformers');
  env.allowRemoteModels = false;
  env.localModelPath = `${dirname(folder)}/`;
  const classify = await pipeline('text-classification', basename(folder), {
    dtype: 'fp32',
    session_options: { intraOpNumThreads: threads, interOpNumThreads: 1 },
  });
  await serve(async () => {
    const labels: string[] = [];
    for (let at = 0; at < texts.length; at += batch) {
      const part = texts.slice(at, at + batch);
      const answers = (await classify(batch === 1 ? part[0] : part)) as { label: string }[];
      labels.push(...answers.map(({ label }) => label));
    }
    return digest(labels);
  });
}

/** A number that distinguishes lists of labels. */
const digest = (labels: readonly string[]): number =>
  labels.reduce((sum, label, i) => (sum + (i + 1) * (Number(label.slice(1)) + 1)) % 1_000_003, 0);

async function measure(): Promise<void> {
  const rows = [];
  for await (const { name, texts, folder, file } of prepared(values)) {
    for (const threads of values.threads.split(',')) {
      const child = (who: string, batch = BATCH) =>
        start(process.execPath, [import.meta.filename, who, folder, file, threads, String(batch)]);
      const measured = await interleave(
        {
          ours: await child('ours'),
          batches: await child('theirs'),
          single: await child('theirs', 1),
        },
        Number(values.rounds),
      );
      const of = (who: string, field: 'ms' | 'cpu' | 'rss' = 'ms'): number =>
        median(measured[who].map((one) => one[field]));
      rows.push({
        name,
        threads: Number(threads),
        texts: texts.length,
        sameLabels: measured.ours[0].value === measured.single[0].value,
        oursPerSecond: (texts.length * 1000) / of('ours'),
        batchesPerSecond: (texts.length * 1000) / of('batches'),
        singlePerSecond: (texts.length * 1000) / of('single'),
        againstBatches: of('batches') / of('ours'),
        againstSingle: of('single') / of('ours'),
        cpuAgainstBatches: of('batches', 'cpu') / of('ours', 'cpu'),
        cpuAgainstSingle: of('single', 'cpu') / of('ours', 'cpu'),
        peakMiB: of('ours', 'rss'),
        peerPeakMiB: of('batches', 'rss'),
        measured,
      });
    }
  }
  const table = new Table({
    head: ['shape', 'threads', 'ours/s', 'batches of 32/s', 'ratio', 'one by one/s', 'ratio', 'same'],
  });
  for (const row of rows) {
    table.push([
      row.name,
      row.threads,
      row.oursPerSecond.toFixed(1),
      row.batchesPerSecond.toFixed(1),
      row.againstBatches.toFixed(2),
      row.singlePerSecond.toFixed(1),
      row.againstSingle.toFixed(2),
      String(row.sameLabels),
    ]);
  }
  process.stdout.write(`${table}\n`);
  const { version } = JSON.parse(
    readFileSync(
      new URL('../../node_modules/@huggingface/transformers/package.json', import.meta.url),
      'utf8',
    ),
  );
  await writeResult('bert-inference', {
    cpu: cpus()[0].model,
    peer: `@huggingface/transformers ${version}`,
    rounds: Number(values.rounds),
    batch: BATCH,
    rows: withEarlier('bert-inference', rows),
  });
}

const [who, folder, file, threads, batch] = positionals;
if (who === undefined) await measure();
else {
  const texts: string[] = JSON.parse(readFileSync(file, 'utf8'));
  await (who === 'ours'
    ? ours(folder, texts, Number(threads))
    : theirs(folder, texts, Number(threads), Number(batch)));
}
