/**
 * Memory over many training steps of `train` on cMedTC sentences: several length buckets, an evaluation and a checkpoint
 * after each epoch. Resident memory every hundred steps.
 *
 * Usage: npx node bench/bert/memory.ts [--threads 2] [--data DIR] [--only 256]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { train } from '../../src/encoders/training/finetune.ts';
import { TRAIN_DEFAULTS } from '../../src/encoders/training/settings.ts';
import { DATA } from '../data.ts';
import { withEarlier, writeResult } from '../result.ts';
import { LABELS, randomModel, type ShapeName, sentences } from './kept.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string', default: '2' },
    data: { type: 'string', default: DATA },
    only: { type: 'string', default: '' },
  },
});
const BATCH = 16;
const CASES: Record<ShapeName, { steps: number; every: number }> = {
  '4 × 256': { steps: 1000, every: 100 },
  'BERT-base': { steps: 100, every: 10 },
};

interface Sample {
  readonly step: number;
  readonly rssMiB: number;
}

async function steps(name: ShapeName): Promise<Sample[]> {
  const { steps: total, every } = CASES[name];
  const texts = await sentences(values.data, total * BATCH);
  const epochs = Math.ceil((total * BATCH) / texts.length);
  const { config, plan, tensors } = await randomModel(name, texts);
  const examples = texts.map((text, i) => ({
    id: String(i),
    input: { text },
    gold: { label: `c${i % LABELS}` },
  }));
  const directory = mkdtempSync(join(tmpdir(), 'chineseblue-memory-'));
  const samples: Sample[] = [];
  try {
    await plan.use(({ head, items, ask }) =>
      train({
        config,
        head,
        initial: new Map(tensors),
        items: items(examples),
        evaluate: async (forward) =>
          (await forward(texts.slice(0, 256).flatMap((text) => ask({ text }).sequences))).length,
        settings: { ...TRAIN_DEFAULTS, seed: 1, threads: Number(values.threads), epochs, batch: BATCH },
        directory,
        onEvent(event) {
          if (event.kind !== 'step') return;
          const { step } = event;
          if (step % every === 0 && step <= total)
            samples.push({ step, rssMiB: process.memoryUsage.rss() / 2 ** 20 });
        },
      }),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
  return samples;
}

if (positionals.length > 0)
  process.stdout.write(`${JSON.stringify(await steps(positionals[0] as ShapeName))}\n`);
else {
  const rows = [];
  for (const name of Object.keys(CASES) as ShapeName[]) {
    if (!name.includes(values.only)) continue;
    const child = spawnSync(process.execPath, [import.meta.filename, ...process.argv.slice(2), name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (child.status !== 0) throw new Error(`${name} failed`);
    rows.push({ name, samples: JSON.parse(child.stdout) as Sample[] });
  }
  const table = new Table({ head: ['shape', 'MiB at step'] });
  for (const { name, samples } of rows)
    table.push([name, samples.map(({ step, rssMiB }) => `${step}: ${rssMiB.toFixed(0)}`).join(', ')]);
  process.stdout.write(`${table}\n`);
  await writeResult('bert-memory', {
    cpu: cpus()[0].model,
    threads: Number(values.threads),
    batch: BATCH,
    rows: withEarlier('bert-memory', rows),
  });
}
