/**
 * Int8 vs. fp32 inference: speed on cMedTC sentences with random weights, and with `--model DIR`, a folder kept by `train`,
 * its dev scores in both.
 *
 * Usage: npx node bench/bert/int8.ts [--rounds 5] [--threads 2,1] [--data DIR] [--only BERT-base] [--texts 64]
 *        [--model DIR --task cMedTC]
 */
import { readFileSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { openDataset } from '../../src/datasets/dataset.ts';
import { writeJson } from '../../src/ground/files.ts';
import { bert } from '../../src/models/bert/kind.ts';
import { predict } from '../../src/models/fixtures/fitted.ts';
import { devScore } from '../../src/scoring/dev-score.ts';
import { findTask } from '../../src/tasks/registry.ts';
import { DATA } from '../data.ts';
import { hasVnni, processor, readResult, resultFile, withEarlier, writeResult } from '../result.ts';
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
    model: { type: 'string' },
    task: { type: 'string', default: 'cMedTC' },
    'quality-only': { type: 'boolean', default: false },
  },
});
const DTYPES = ['fp32', 'int8'] as const;
const RESULT = 'bert-int8';

async function answer(folder: string, file: string, threads: number, dtype: string): Promise<void> {
  const texts: string[] = JSON.parse(readFileSync(file, 'utf8'));
  const task = { ...findTask('cMedTC'), labels: [] };
  const fitted = await bert.load(folder, task, { threads, dtype });
  await serve(async () => {
    const answers = await predict<'classification'>(
      fitted,
      texts.map((text) => ({ text })),
    );
    return answers.reduce((sum, { label }, i) => (sum + (i + 1) * Number(label.slice(1))) % 1_000_003, 0);
  });
}

async function speed() {
  const rows = [];
  for await (const { name, texts, folder, file } of prepared(values)) {
    const megabytes = ['model', 'model_quantized'].map(
      (stem) => statSync(join(folder, `onnx/${stem}.onnx`)).size / 1e6,
    );
    for (const threads of values.threads.split(',')) {
      const child = (dtype: string) =>
        start(process.execPath, [import.meta.filename, folder, file, threads, dtype]);
      const contestants = { fp32: await child('fp32'), int8: await child('int8') };
      const measured = await interleave(contestants, Number(values.rounds));
      const of = (who: string, field: 'ms' | 'cpu' | 'rss'): number =>
        median(measured[who].map((one) => one[field]));
      rows.push({
        name,
        threads: Number(threads),
        texts: texts.length,
        fp32PerSecond: (texts.length * 1000) / of('fp32', 'ms'),
        int8PerSecond: (texts.length * 1000) / of('int8', 'ms'),
        ratio: of('fp32', 'ms') / of('int8', 'ms'),
        cpuRatio: of('fp32', 'cpu') / of('int8', 'cpu'),
        fp32PeakMiB: of('fp32', 'rss'),
        int8PeakMiB: of('int8', 'rss'),
        megabytes,
      });
    }
  }
  return rows;
}

async function quality(folder: string) {
  const dataset = await openDataset({ task: findTask(values.task), dir: values.data });
  const { task } = dataset;
  const { dev } = await dataset.division('test');
  const inputs = dev.map(({ input }) => input);
  const scores: Record<string, number> = {};
  const answers: string[][] = [];
  for (const dtype of DTYPES) {
    const fitted = await bert.load(folder, task, { dtype, threads: Number(values.threads.split(',')[0]) });
    const predictions = await predict(fitted, inputs);
    scores[dtype] = 100 * devScore(task)(dev, predictions);
    answers.push(predictions.map((one) => JSON.stringify('label' in one ? one.label : one)));
  }
  const same = answers[0].filter((one, i) => one === answers[1][i]).length / dev.length;
  const { parameters } = JSON.parse(readFileSync(join(folder, 'chineseblue.json'), 'utf8'));
  const { layers, hidden } = parameters;
  const at = { date: new Date().toISOString().slice(0, 10), processor: processor() };
  return {
    task: task.id,
    metric: task.primary,
    examples: dev.length,
    layers,
    hidden,
    ...scores,
    same,
    ...at,
  };
}

const [folder, file, threads, dtype] = positionals;
if (folder !== undefined) await answer(folder, file, Number(threads), dtype);
else {
  const before = readResult(RESULT);
  const rows = values['quality-only'] ? [] : await speed();
  const scored = values.model ? await quality(values.model) : before?.quality;
  const table = new Table({ head: ['shape', 'threads', 'fp32/s', 'int8/s', 'ratio', '(CPU time)'] });
  for (const row of rows as Awaited<ReturnType<typeof speed>>) {
    table.push([
      row.name,
      row.threads,
      row.fp32PerSecond.toFixed(1),
      row.int8PerSecond.toFixed(1),
      row.ratio.toFixed(2),
      row.cpuRatio.toFixed(2),
    ]);
  }
  process.stdout.write(`${table}\n${scored ? `${JSON.stringify(scored)}\n` : ''}`);
  const kept = scored === undefined ? {} : { quality: scored };
  if (values['quality-only']) await writeJson(resultFile(RESULT), { ...before, ...kept });
  else
    await writeResult(RESULT, {
      ...{ cpu: cpus()[0].model, vnni: hasVnni(), rounds: Number(values.rounds) },
      ...{ rows: withEarlier(RESULT, rows as { name: string }[]), ...kept },
    });
}
