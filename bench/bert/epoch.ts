/**
 * One epoch on cMedQQ and cMedQANER with a randomly initialized BERT, as a user would run it: our loop vs. the transformers
 * Trainer with default settings and padding to 128, and with dynamic padding and grouping by length. The three alternate in
 * slices of a few seconds, from the first to the last step, including compilation, data collation and checkpoints.
 *
 * Usage: npx node bench/bert/epoch.ts [--only cMedQQ] [--examples 320] [--padded-part 16] [--dynamic-part 4] [--threads 2]
 *   [--data DIR] [--shape 4x512]
 * Default: the full training split. With --padded-part 16 the Trainer with padding to 128 runs every 16th sequence and its
 * time is multiplied by 16, likewise --dynamic-part; its cost per step does not change over an epoch.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { architectureOf } from '../../src/encoders/architectures/registry.ts';
import type { TrainingEvent } from '../../src/encoders/training/events.ts';
import { train } from '../../src/encoders/training/finetune.ts';
import { TRAIN_DEFAULTS } from '../../src/encoders/training/settings.ts';
import { DATA } from '../data.ts';
import { PEER_PYTHON } from '../peer-python.ts';
import { withEarlier, writeResult } from '../result.ts';
import { BATCH, material, sizesOf, VOCABULARY } from './material.ts';
import { inSlices } from './slices.ts';

const { values } = parseArgs({
  options: {
    examples: { type: 'string', default: '1000000' },
    threads: { type: 'string', default: '2' },
    data: { type: 'string', default: DATA },
    shape: { type: 'string', default: '12x768' },
    only: { type: 'string', default: '' },
    'padded-part': { type: 'string', default: '1' },
    'dynamic-part': { type: 'string', default: '1' },
    child: { type: 'string' },
  },
});
const [layers, hidden] = values.shape.split('x').map(Number);
const sizes = sizesOf(layers, hidden);
const shape = layers === 12 && hidden === 768 ? 'BERT-base' : `${layers} × ${hidden}`;
/** Seconds per slice. */
const SLICE = 20;
/** Number of memory samples over the epoch. */
const MEMORY_SAMPLES = 10;
const threads = Number(values.threads);

/** Multiplications and additions of the layers for sequences of these lengths, forward and backward, without padding. */
const flopsOf = (lengths: readonly number[]): number =>
  lengths.reduce(
    (sum, length) => sum + 3 * 2 * layers * (12 * hidden * hidden * length + 2 * hidden * length * length),
    0,
  );

async function ours(name: string): Promise<void> {
  const { config, plan, examples } = await material(name, sizes, values.data, Number(values.examples));
  const initial = new Map(architectureOf(config).parameters.initial(config, 1));
  for (const [parameter, shape] of plan.head.parameters) {
    initial.set(parameter, { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.01) });
  }
  const directory = mkdtempSync(join(tmpdir(), 'chineseblue-epoch-'));
  const settings = { ...TRAIN_DEFAULTS, seed: 1, threads, epochs: 1, batch: BATCH };
  let steps = 0;
  const residentMiB: number[] = [];
  const onEvent = (event: TrainingEvent): void => {
    if (event.kind !== 'step') return;
    steps = event.step;
    if (event.share * MEMORY_SAMPLES >= residentMiB.length + 1)
      residentMiB.push(Math.round(process.memoryUsage.rss() / 2 ** 20));
  };
  process.stdout.write('ready\n');
  const onCopied = (): void => initial.clear();
  await plan.use(({ head, items }) =>
    train({ config, head, initial, items: items(examples), settings, directory, onCopied, onEvent }),
  );
  rmSync(directory, { recursive: true });
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(`${JSON.stringify({ steps, residentMiB, peakMiB })}\n`);
}

if (values.child) await ours(values.child);
else {
  const peer = join(import.meta.dirname, '../peers/bert_epoch.py');
  const rows = [];
  for (const name of ['cMedQQ', 'cMedQANER'].filter((one) => one.includes(values.only))) {
    const { plan, examples, of } = await material(name, sizes, values.data, Number(values.examples));
    const folder = mkdtempSync(join(tmpdir(), 'chineseblue-epoch-'));
    const plain = plan.use(({ items }) =>
      items(examples)
        .flatMap((item) => item.rows)
        .map(({ sequence, target }) => ({
          ids: [...sequence.ids],
          types: [...sequence.types],
          target: target instanceof Int32Array ? [...target] : target,
        })),
    );
    const write = (file: string, part: number): string => {
      const path = join(folder, file);
      const config = { vocab_size: VOCABULARY, ...sizes };
      const kind = name === 'cMedQANER' ? 'token' : 'sequence';
      const some = plain.filter((_, i) => i % part === 0);
      writeFileSync(
        path,
        JSON.stringify({ config, kind, labels: plan.labels.length, batch: BATCH, items: some }),
      );
      return path;
    };
    const parts = { fixed: Number(values['padded-part']), dynamic: Number(values['dynamic-part']) };
    const again = [import.meta.filename, ...process.argv.slice(2), '--child', name];
    const trainer = (file: string, mode: string) => ({
      command: PEER_PYTHON,
      parameters: [peer, file, mode, values.threads],
    });
    const { mine, fixed, dynamic } = await inSlices(
      {
        mine: { command: process.execPath, parameters: again },
        fixed: trainer(write('padded.json', parts.fixed), 'fixed128'),
        dynamic: trainer(write('dynamic.json', parts.dynamic), 'dynamic'),
      },
      SLICE,
    );
    rmSync(folder, { recursive: true });
    rows.push({
      name: `${name}, ${shape}`,
      ...{ threads, examples: examples.length, of, sequences: plain.length },
      tokens: plain.reduce((sum, { ids }) => sum + ids.length, 0),
      flops: flopsOf(plain.map(({ ids }) => ids.length)),
      parts,
      mine: { seconds: mine.seconds, ...mine.said },
      fixed: { seconds: fixed.seconds * parts.fixed, ...fixed.said },
      dynamic: { seconds: dynamic.seconds * parts.dynamic, ...dynamic.said },
    });
  }
  const table = new Table({
    head: [
      'epoch',
      'sequences',
      'chineseblue s',
      'Trainer, padded to 128',
      'ratio',
      'Trainer, grouped',
      'ratio',
    ],
  });
  for (const { name, sequences, mine, fixed, dynamic } of rows) {
    const ratio = (peerSeconds: number): string => (peerSeconds / mine.seconds).toFixed(2);
    table.push([
      name,
      sequences,
      mine.seconds.toFixed(0),
      fixed.seconds.toFixed(0),
      ratio(fixed.seconds),
      dynamic.seconds.toFixed(0),
      ratio(dynamic.seconds),
    ]);
  }
  process.stdout.write(`${table}\n`);
  await writeResult('bert-epoch', {
    cpu: cpus()[0].model,
    batch: BATCH,
    slice: SLICE,
    rows: withEarlier('bert-epoch', rows),
  });
}
