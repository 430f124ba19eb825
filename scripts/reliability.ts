/**
 * Writes docs/reliability.md from bench/results/fuzz.json and bench/results/kills.json, which `npm run fuzz` and
 * `npm run kills` write with `--out`: no figure on the page is typed by hand.
 *
 * node scripts/reliability.ts
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { writeAtomic } from '../src/ground/files.ts';

const root = join(import.meta.dirname, '..');
const made = { date: z.string(), processor: z.string(), node: z.string(), seed: z.number() };
const fuzzJson = z.object({
  readers: z.array(
    z.object({
      ...made,
      reader: z.string(),
      cases: z.number(),
      peakMiB: z.number(),
      outcomes: z.record(z.string(), z.number()),
    }),
  ),
});
const killsJson = z.object({
  ...made,
  commands: z.array(
    z.object({
      command: z.string(),
      seconds: z.number(),
      kills: z.number(),
      reruns: z.number(),
      failed: z.number(),
      different: z.number(),
      leftBehind: z.number(),
    }),
  ),
});

const result = <T>(name: string, schema: z.ZodType<T>): T =>
  schema.parse(JSON.parse(readFileSync(join(root, 'bench/results', name), 'utf8')));

type Cells = readonly (string | number)[];
const table = (head: readonly string[], rows: readonly Cells[]): string[] => [
  `| ${head.join(' | ')} |`,
  `| ${head.map((_, i) => (i === 0 ? '---' : '---:')).join(' | ')} |`,
  ...rows.map((cells) => `| ${cells.join(' | ')} |`),
];
const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ' ');
const sumOf = <T>(rows: readonly T[], value: (row: T) => number): number =>
  rows.reduce((sum, row) => sum + value(row), 0);

/** Acceptable outcomes, in table order; all others are faults. */
const FINE = ['same', 'other', 'refused'];
const READ: Readonly<Record<string, string>> = {
  corpora: 'every corpus format, inputs, the scheme `regrouped@1`',
  CBLUE:
    'official files of every task, including PromptCBLUE, submissions, archives, the passages of KUAKE-IR',
  'clinical corpora': 'CCKS 2017, 2018 and 2019, DiaKG',
  imports: 'sources of every format (including Excel, Parquet, dataset folders and zips), the import record',
  'task files': 'task files, subsets',
  predictions: 'JSON Lines of every family, Parquet, corpus formats',
  runs: 'records, scores, predictions, answers, training logs, locks; comparison and report of forged ones',
  models: 'model files of every kind, damaged, and forged with a correct hash',
  'encoder folders': 'configuration, vocabulary, tokenizer files, safetensors, source',
  weights: 'safetensors, PyTorch (zip and legacy), TensorFlow 1, shards and their indexes',
  'ONNX files': 'files from exporters, in three precisions',
  'fine-tuned folders': 'every file of a kept BERT, damaged, and forged with a correct manifest',
  checkpoints: 'of a training run, damaged, and forged with a correct hash',
  'pretraining corpora': 'raw text, JSON, CSV and TSV built into a corpus; shards, manifest',
  lexicons: 'lexicons, word lists, phrases',
  archives: 'tar, tar.gz, zip; a release',
  services: 'profiles, prices, prompts, kept calls',
};

function fuzzSection(): string[] {
  const { readers } = result('fuzz.json', fuzzJson);
  const of = (outcomes: Readonly<Record<string, number>>, name: string): number => outcomes[name] ?? 0;
  const faults = (outcomes: Readonly<Record<string, number>>): number =>
    sumOf(Object.entries(outcomes), ([name, count]) => (FINE.includes(name) ? 0 : count));
  const rows = readers.map(
    ({ reader, cases, outcomes, peakMiB, date }): Cells => [
      `${reader}: ${READ[reader] ?? ''}`,
      date,
      grouped(cases),
      ...FINE.map((name) => grouped(of(outcomes, name))),
      of(outcomes, 'hang'),
      faults(outcomes) - of(outcomes, 'hang'),
      `${peakMiB} MiB`,
    ],
  );
  const total = sumOf(readers, ({ cases }) => cases);
  const hangs = sumOf(readers, ({ outcomes }) => of(outcomes, 'hang'));
  const other = sumOf(readers, ({ outcomes }) => faults(outcomes)) - hangs;
  const peak = Math.max(...readers.map(({ peakMiB }) => peakMiB));
  const each = (value: (row: (typeof readers)[number]) => string): string =>
    [...new Set(readers.map(value))].join(', ');
  return [
    `${each(({ processor }) => processor)}, Node ${each(({ node }) => node)}, seed ${each(({ seed }) => String(seed))}: ${grouped(total)} mutations, ${hangs} hangs, ${other} other faults, at most ${peak} MiB resident.`,
    '',
    ...table(
      [
        'input',
        'date',
        'mutations',
        'same result',
        'other valid result',
        'refused',
        'hangs',
        'other faults',
        'peak memory',
      ],
      rows,
    ),
  ];
}

function killsSection(): string[] {
  const { commands, date, processor, node, seed } = result('kills.json', killsJson);
  const rows = commands.map(
    ({ command, seconds, kills, reruns, failed, different, leftBehind }): Cells => [
      `\`${command}\``,
      `${seconds.toFixed(1)} s`,
      kills,
      reruns,
      failed,
      different,
      leftBehind,
    ],
  );
  const total = sumOf(commands, ({ kills }) => kills);
  return [
    `${date}, ${processor}, Node ${node}, seed ${seed}: ${total} kills.`,
    '',
    ...table(
      ['command', 'uninterrupted', 'kills', 'completed reruns', 'failed', 'files that differ', 'left behind'],
      rows,
    ),
  ];
}

const page = [
  '# Reliability',
  '',
  'Generated by `node scripts/reliability.ts` from `bench/results/fuzz.json` and `bench/results/kills.json`; do not edit by hand.',
  '',
  '## Damaged and forged files',
  '',
  '```sh',
  'npm run fuzz                                          # 20 000 mutations, seed 1',
  'npm run fuzz -- --seed 7 --minutes 10                 # other mutations, at most ten minutes',
  'npm run fuzz -- --reader imports,CBLUE                # only the share of these readers',
  'npm run fuzz -- --seed 7 --reader models --case 41    # rerun one case',
  '```',
  '',
  'Every kind of input file is mutated and read in a monitored process: flipped bits, removed, repeated, swapped or zeroed blocks, huge numbers in headers, wrong types and deep nesting in JSON, other encodings and line endings, long runs of one character, repeated lines. Archives, model files, checkpoints and manifests are also mutated inside, with recomputed checksums and hashes. The requirements:',
  '',
  '- A file protected by a hash (kept runs, kept models, corpus shards) gives the same result or is refused.',
  '- Any other file gives a valid result with only finite numbers, or is refused.',
  '- Refused means a typed, bilingual error that names the file. A damaged checkpoint is skipped, and training resumes from the previous one or starts over.',
  '- No crash, no more than 10 s of CPU time or 2 GB of memory.',
  '',
  ...fuzzSection(),
  '',
  'A short seeded subset runs in `npm test` (`scripts/fuzz/fuzz.test.ts`). Each reader is a file in `scripts/fuzz/readers/` that defines what is read, where the files come from, and which are protected by a hash.',
  '',
  '## Killed commands',
  '',
  '```sh',
  'npm run kills                                         # 100 kills, seed 1',
  'npm run kills -- --command pretrain --kills 20',
  '```',
  '',
  'A command is killed with SIGKILL at random times, one to three times in a row, and then run to completion. All its files are compared bit for bit with those of an uninterrupted run, except times, environment and their hashes in `run.json`. Files and directories that an uninterrupted run does not have, including in the home and temporary directories, count as left behind. If a command had completed before it was killed, the rerun is refused, which counts as completion. Inputs are small: samples, a corpus of 1 500 short documents, encoders with one or two layers, a release of three files from a local server.',
  '',
  ...killsSection(),
  '',
  '## Guarantees',
  '',
  '- **Atomic writes.** A file is written under a temporary name, flushed to disk and renamed; directories likewise. Remains of an interrupted command are reused or removed by the next one.',
  '- **One writer per directory.** A lock names its owner from the moment it becomes visible; a lock with a dead owner is taken over, one with a live owner is respected: the command ends with `in-use`.',
  '- **Integrity.** Runs, kept models, fine-tuned folders and corpora store the SHA-256 of their content, which is verified whenever they are shown or loaded; `chineseblue runs --verify` verifies all.',
  '- **Bit-identical results** from the same command, interrupted or not, on the same machine with the same number of threads.',
  '',
  '## Limits',
  '',
  '- Hashes detect damage and mistakes, not forgery: anyone who can write a file can also write its hash. Forged files are read safely, but their content cannot be trusted.',
  '- User modules (`--model-file`, task files in JavaScript) are code: they run with all permissions of the process and are not covered.',
  '- Lock owners can be checked only on the machine that created the lock. On a network file system, locks from other machines are never taken over: remove them manually if their owner is gone.',
  '- A full disk, an unreadable file or a system limit gives a typed error; after a power failure, data that the disk had acknowledged but not stored may be lost.',
  '- Memory is bounded for files that only claim to be large, not for corpora and models that really are.',
  '- Mutations are random: the absence of failures is evidence, not proof.',
  '',
];

await writeAtomic(join(root, 'docs/reliability.md'), page.join('\n'));
