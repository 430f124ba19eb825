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

/** Outcomes that are as they should be, in the order of the table; all others are faults. */
const FINE = ['same', 'other', 'refused'];
const READ: Readonly<Record<string, string>> = {
  corpora: 'every corpus format, inputs, the scheme `regrouped@1`',
  CBLUE:
    'official files of every task, PromptCBLUE among them, submissions, archives, the passages of KUAKE-IR',
  'clinical corpora': 'CCKS 2017, 2018 and 2019, DiaKG',
  imports:
    'sources of every format (Excel, Parquet, dataset folders and zips among them), the record of an import',
  'task files': 'task files, subsets',
  predictions: 'JSON Lines of every family, Parquet, corpus formats',
  runs: 'records, scores, predictions, answers, training logs, locks; comparison and report of forged ones',
  models: 'the file of every kind that keeps one, damaged, and forged under a right hash',
  'encoder folders': 'configuration, vocabulary, tokenizer files, safetensors, source',
  weights: 'safetensors, PyTorch (zip and legacy), TensorFlow 1, shards and their indexes',
  'ONNX files': 'files of exporters, in three precisions',
  'fine-tuned folders': 'every file of a kept BERT, damaged, and forged under a right manifest',
  checkpoints: 'of a training, damaged, and forged under a right hash',
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
        'what is read',
        'on',
        'mutations',
        'same result',
        'another valid one',
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
      ['command', 'uninterrupted', 'kills', 'runs to the end', 'failed', 'files that differ', 'left behind'],
      rows,
    ),
  ];
}

const page = [
  '# Reliability',
  '',
  'Generated by `node scripts/reliability.ts` from `bench/results/fuzz.json` and `bench/results/kills.json`; the figures are never edited by hand.',
  '',
  '## Damaged and forged files',
  '',
  '```sh',
  'npm run fuzz                                          # 20 000 mutations, seed 1',
  'npm run fuzz -- --seed 7 --minutes 10                 # others, at most ten minutes',
  'npm run fuzz -- --reader imports,CBLUE                # their share of the mutations only',
  'npm run fuzz -- --seed 7 --reader models --case 41    # one case again',
  '```',
  '',
  'Every file that the product reads is changed and read again, in a process that is watched: bits flipped, blocks removed, repeated, swapped or zeroed, huge numbers in headers, wrong types and deep nesting in JSON, other encodings and line ends, long runs of one character, repeated lines. Archives, model files, checkpoints and manifests are also changed inside, under checksums and hashes that are made anew. What must come of it:',
  '',
  '- A file whose content is bound by a hash (kept runs, kept models, shards of a corpus) gives the same result or is refused.',
  '- Any other file gives a valid result, without numbers that are not finite, or is refused.',
  '- Refused means a typed error in both languages that names the file. A damaged checkpoint is skipped and training resumes from the one before it, or begins anew.',
  '- No crash, nothing over 10 s of processor time, nothing over 2 GB of memory.',
  '',
  ...fuzzSection(),
  '',
  'A short seeded part of this runs in `npm test` (`scripts/fuzz/fuzz.test.ts`). A reader is a file in `scripts/fuzz/readers/`: what it reads, where the files come from, and what is bound by a hash.',
  '',
  '## Killed commands',
  '',
  '```sh',
  'npm run kills                                         # 100 kills, seed 1',
  'npm run kills -- --command pretrain --kills 20',
  '```',
  '',
  'A command is ended by SIGKILL at random moments, one to three times in a row, and then run to its end. Every file that it made is compared with that of an uninterrupted run: to the bit, except for the times, the environment and the hashes of these in `run.json`. Files and directories that an uninterrupted run does not have count as left behind, in the home and temporary directories too. A command that was complete when it was killed is refused by the second run, which counts as its end. Inputs are small: samples, a corpus of 1 500 short documents, encoders of one or two layers, a release of three files from a server on the same machine.',
  '',
  ...killsSection(),
  '',
  '## What is guaranteed',
  '',
  '- **Files are whole or not there.** A file is written beside its name, flushed to the disk and renamed; a directory is filled beside its place and renamed. What an interrupted command had made of it is taken up or removed by the next one.',
  '- **One process writes a directory.** A lock names its owner from the moment it can be seen; a lock whose owner is dead is taken over, a live one is respected. Commands that find a live owner end with `in-use`.',
  '- **What is kept is what was written.** Runs, kept models, fine-tuned folders and corpora hold the SHA-256 of their content, which is verified wherever they are shown or loaded; `chineseblue runs --verify` verifies all.',
  '- **The same command gives the same bits**, interrupted or not, on one machine with the same number of threads.',
  '',
  '## What is not',
  '',
  '- Hashes find damage and mistakes, not forgery: whoever can write a file can also write its hash. Forged files are read safely, but their content is not vouched for.',
  '- Modules of users (`--model-file`, task files in JavaScript) are code: they run with all rights of the process and are not part of this.',
  '- A lock is respected on the machine that made it. On a network file system a lock of another machine is never taken over: remove it by hand where its owner is gone.',
  '- A full disk, a file that cannot be opened and a limit of the system end in a typed error; a machine that loses power may lose what the disk had not stored when it said so.',
  '- Memory is bounded for files that claim to be large, not for corpora and models that are: these need what they need.',
  '- Mutations are drawn at random: that none fails is evidence, not proof.',
  '',
];

await writeAtomic(join(root, 'docs/reliability.md'), page.join('\n'));
