/**
 * One epoch over real texts of cMedQQ and cMedQANER with a BERT-base of random weights, as a user would run it: our loop
 * against the transformers Trainer with its defaults and padding to 128, and with dynamic padding and grouping by length.
 *
 * Usage: npx node bench/bert/epoch.ts [--examples 320] [--threads 2] [--data DIR] [--small]
 * Without --examples, the whole training split: hours.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { parseConfig } from '../../src/bert/config.ts';
import { initialTensors } from '../../src/bert/initial.ts';
import { createTokenizer } from '../../src/bert/tokenizer/tokenizer.ts';
import { createVocabulary } from '../../src/bert/tokenizer/vocabulary.ts';
import { type Item, train } from '../../src/bert/train/loop.ts';
import { TRAIN_DEFAULTS } from '../../src/bert/train/settings.ts';
import { writeJson } from '../../src/ground/files.ts';
import { BERT_DEFAULTS } from '../../src/models/bert/defaults.ts';
import { labelPlanner } from '../../src/models/bert/labels.ts';
import { nerPlanner } from '../../src/models/bert/ner.ts';
import type { Plan } from '../../src/models/bert/plan.ts';
import { loadSplits } from '../../src/runs/splits.ts';
import type { Example } from '../../src/tasks/examples.ts';
import { findTask } from '../../src/tasks/registry.ts';
import { withEarlier } from './contestants.ts';

const { values } = parseArgs({
  options: {
    examples: { type: 'string', default: '1000000' },
    threads: { type: 'string', default: '2' },
    data: { type: 'string', default: join(import.meta.dirname, '../../../shared/chineseblue/data') },
    small: { type: 'boolean', default: false },
    child: { type: 'string' },
  },
});
const VOCABULARY = 21_128;
const sizes = values.small
  ? { hidden_size: 256, num_hidden_layers: 4, num_attention_heads: 4, intermediate_size: 1024 }
  : { hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12, intermediate_size: 3072 };
const shape = values.small ? '4 × 256' : 'BERT-base';
const BATCH = 32;
const threads = Number(values.threads);

/** Tokens are characters here: what is measured does not depend on which ids they have. */
async function material(name: string) {
  const task = findTask(name);
  const { train: all } = await loadSplits(task, { dataDir: values.data, split: 'test' });
  const step = Math.max(1, Math.floor(all.length / Number(values.examples)));
  const examples = all.filter((_, i) => i % step === 0).slice(0, Number(values.examples));
  const seen = [
    ...new Set(
      examples.flatMap(({ input }) =>
        Object.values(input).flatMap((text) => [...String(text).toLowerCase()]),
      ),
    ),
  ];
  const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
  const words = [...special, ...seen.filter((character) => /\S/u.test(character))];
  const tokenizer = createTokenizer(
    createVocabulary([
      ...words,
      ...Array.from({ length: VOCABULARY - words.length }, (_, i) => `[unused${i}]`),
    ]),
  );
  const config = parseConfig(JSON.stringify({ vocab_size: VOCABULARY, ...sizes }));
  const parameters = { ...BERT_DEFAULTS, head: 'softmax' };
  const context = { task, tokenizer, hidden: config.hiddenSize, maxLength: 128, parameters };
  const planner = name === 'cMedQANER' ? nerPlanner : labelPlanner;
  const learnt = planner.learn(examples as unknown as readonly Example<never>[], parameters);
  const plan = planner.plan(learnt as never, context) as unknown as Plan<never, unknown>;
  return {
    config,
    plan,
    examples: examples.length,
    of: all.length,
    items: plan.items(examples as unknown as readonly Example<never>[]) as Item<unknown>[],
  };
}

async function ours(name: string): Promise<void> {
  const { config, plan, items } = await material(name);
  const initial = new Map(initialTensors(config, 1));
  for (const [parameter, shape] of plan.head.parameters) {
    initial.set(parameter, { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.01) });
  }
  const directory = mkdtempSync(join(tmpdir(), 'chineseblue-epoch-'));
  const start = performance.now();
  const settings = { ...TRAIN_DEFAULTS, seed: 1, threads, epochs: 1, batch: BATCH };
  let firstStep = Number.NaN;
  const head: typeof plan.head = {
    ...plan.head,
    targets(...batch) {
      if (Number.isNaN(firstStep)) firstStep = performance.now();
      return plan.head.targets(...batch);
    },
  };
  let lastStep = Number.NaN;
  const onProgress = (): void => {
    lastStep = performance.now();
  };
  await train({ config, head, initial, items, settings, directory, onProgress });
  const seconds = (performance.now() - start) / 1000;
  const stepping = (lastStep - firstStep) / 1000;
  rmSync(directory, { recursive: true });
  process.stdout.write(
    `${JSON.stringify({ seconds, stepping, peakMiB: process.resourceUsage().maxRSS / 1024 })}\n`,
  );
}

interface Measured {
  readonly seconds: number;
  /** Of these, from the first step to the last: before, graphs are compiled; after, a checkpoint is written. */
  readonly stepping?: number;
  readonly peakMiB: number;
}

function run(command: string, parameters: readonly string[]): Measured {
  const { stdout, status } = spawnSync(command, parameters, {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${command} ${parameters.join(' ')} failed`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

if (values.child) await ours(values.child);
else {
  const python = join(
    process.env.CHINESEBLUE_PEERS ?? join(homedir(), '.cache/chineseblue-peers'),
    'bin/python',
  );
  const peer = join(import.meta.dirname, '../peers/bert_epoch.py');
  const rows = [];
  for (const name of ['cMedQQ', 'cMedQANER']) {
    const { items, plan, examples, of } = await material(name);
    const file = join(mkdtempSync(join(tmpdir(), 'chineseblue-epoch-')), 'data.json');
    const plain = items
      .flatMap((item) => item.rows)
      .map(({ sequence, target }) => ({
        ids: [...sequence.ids],
        types: [...sequence.types],
        target: target instanceof Int32Array ? [...target] : target,
      }));
    const kind = name === 'cMedQANER' ? 'token' : 'sequence';
    const config = { vocab_size: VOCABULARY, ...sizes };
    writeFileSync(
      file,
      JSON.stringify({ config, kind, labels: plan.labels.length, batch: BATCH, items: plain }),
    );
    const mine = run(process.execPath, [import.meta.filename, ...process.argv.slice(2), '--child', name]);
    const fixed = run(python, [peer, file, 'fixed128', values.threads]);
    const dynamic = run(python, [peer, file, 'dynamic', values.threads]);
    rows.push({
      name: `${name}, ${shape}`,
      threads,
      examples,
      of,
      sequences: plain.length,
      mine,
      fixed,
      dynamic,
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
  const result = join(import.meta.dirname, '../results/bert-epoch.json');
  await writeJson(result, {
    date: new Date().toISOString(),
    cpu: cpus()[0].model,
    batch: BATCH,
    rows: withEarlier(result, rows),
  });
}
