/** One measurement of import.ts: `import-once.ts import|read|write FILE [ROWS [scores]]`; prints its resource use. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importData } from '../../src/datasets/imports/import.ts';
import { readAnyPredictions } from '../../src/scoring/corpus-format.ts';
import { writePredictions } from '../../src/scoring/write.ts';
import { parseTask } from '../../src/tasks/schema.ts';

const [, , what, file, rows = '0', scored] = process.argv;
const LABELS = ['a', 'b', 'c'];
const questions = Array.from({ length: Number(rows) }, (_, i) => ({
  id: String(i),
  input: { text: '甲病' },
}));
const scoresOf = (i: number) => ({ a: 1 / (i + 1), b: i / 7, c: -i / 3 });
const predictions = questions.map((_, i) => ({
  label: LABELS[i % LABELS.length],
  ...(scored === 'scores' && { scores: scoresOf(i) }),
}));
const before = process.cpuUsage();

async function importOnce(): Promise<object> {
  const dataDir = mkdtempSync(join(tmpdir(), 'chineseblue-bench-data-'));
  try {
    const request = { sources: [file], name: 'bench', dataDir, seed: 0, dryRun: false };
    const { splits, twins } = await importData({ ...request, given: { fields: {} } });
    return { ...splits, twins };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function readTable(): Promise<object> {
  const corpus = { folder: 'bench', format: 'jsonl', files: { test: 'test.jsonl' } };
  const task = parseTask(
    { id: 'bench', family: 'classification', title: 'bench', labels: LABELS, corpus },
    'bench',
  );
  const { coverage } = await readAnyPredictions(file, task, questions);
  return { answered: coverage.answered };
}

async function writeTable(): Promise<object> {
  await writePredictions(file, questions, predictions);
  return { written: questions.length };
}

const measured = { import: importOnce, read: readTable, write: writeTable };
const found = await (what === 'import' || what === 'read' || what === 'write' ? measured[what]() : undefined);
const { user, system } = process.cpuUsage(before);
const peakMegabytes = (process.resourceUsage().maxRSS * 1024) / 1e6;
console.log(JSON.stringify({ ...found, cpuSeconds: (user + system) / 1e6, peakMegabytes }));
