/**
 * Sentence embeddings of corpus sentences with a real encoder: ours vs. sentence-transformers, both in fp32 with the settings
 * of the folder, from strings to embeddings. The two alternate in slices of a few seconds, from the first text to the last.
 *
 * Usage: npx node bench/bert/embed.ts [--texts 100000] [--distinct] [--threads 2] [--slice 20] [--model DIR] [--data DIR]
 * With --distinct no text is repeated; sentence-transformers recomputes repeated texts, ours computes each once.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { openDataset } from '../../src/datasets/dataset.ts';
import { openTextEncoder } from '../../src/encoders/inference/text-encoder.ts';
import { cosine } from '../../src/encoders/inference/vectors.ts';
import { familyOf } from '../../src/tasks/families/registry.ts';
import { findTask } from '../../src/tasks/registry.ts';
import { PEER_PYTHON } from '../peer-python.ts';
import { writeResult } from '../result.ts';
import { inSlices } from './slices.ts';

const SHARED = join(import.meta.dirname, '../../../shared');
const { values } = parseArgs({
  options: {
    texts: { type: 'string', default: '100000' },
    distinct: { type: 'boolean', default: false },
    threads: { type: 'string', default: '2' },
    slice: { type: 'string', default: '20' },
    model: { type: 'string', default: join(SHARED, 'models/bge-small-zh-v1.5') },
    data: { type: 'string', default: process.env.CHINESEBLUE_DATA ?? join(SHARED, 'chineseblue/data') },
    child: { type: 'string' },
  },
});
const TASKS = ['cMedQQ', 'cMedIC', 'cMedIR', 'cMedQA', 'cMedTC', 'cMedQANER'];
/** `TASKS` have 91 797 different sentences; with the turns of these dialogues there are 153 314. */
const MORE_DISTINCT = ['CMDD'];
/** The default of sentence-transformers. */
const BATCH = 32;
/** Texts whose vectors are compared. */
const COMPARED = 50;
const threads = Number(values.threads);

/** The final output of both sides; CPU time covers all threads, from the first text to the last. */
const saidJson = z.object({
  cpuSeconds: z.number(),
  peakMiB: z.number(),
});
const vectorsJson = z.array(z.array(z.number()));

/** Sentences of every split of the corpora, evenly spread. */
async function corpusTexts(): Promise<string[]> {
  const all: string[] = [];
  for (const id of values.distinct ? [...TASKS, ...MORE_DISTINCT] : TASKS) {
    const task = findTask(id);
    const dataset = await openDataset({ task, dir: values.data });
    for (const split of dataset.splits)
      for (const { input } of (await dataset.split(split)).examples) all.push(...familyOf(task).texts(input));
  }
  const given = values.distinct ? [...new Set(all)] : all;
  const count = Math.min(Number(values.texts), given.length);
  return Array.from({ length: count }, (_, i) => given[Math.floor((i * given.length) / count)]);
}

async function ours(file: string): Promise<void> {
  const texts: string[] = JSON.parse(readFileSync(file, 'utf8'));
  const encoder = await openTextEncoder(values.model, { threads });
  await encoder.encode(texts.slice(0, BATCH));
  process.stdout.write('ready\n');
  const used = process.cpuUsage();
  const vectors = await encoder.encode(texts);
  const { user, system } = process.cpuUsage(used);
  const said: z.infer<typeof saidJson> = {
    cpuSeconds: (user + system) / 1e6,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  };
  writeFileSync(`${file}.mine`, JSON.stringify(vectors.slice(0, COMPARED).map((vector) => [...vector])));
  process.stdout.write(`${JSON.stringify(said)}\n`);
}

async function measure(): Promise<void> {
  const texts = await corpusTexts();
  const folder = mkdtempSync(join(tmpdir(), 'chineseblue-embed-'));
  const file = join(folder, 'texts.json');
  writeFileSync(file, JSON.stringify(texts));
  const peer = join(import.meta.dirname, '../peers/sentence_encode.py');
  const before = loadavg()[0];
  const { mine, theirs } = await inSlices(
    {
      mine: {
        command: process.execPath,
        parameters: [import.meta.filename, ...process.argv.slice(2), '--child', file],
      },
      theirs: {
        command: PEER_PYTHON,
        parameters: [peer, file, values.model, values.threads, String(BATCH), String(COMPARED)],
      },
    },
    Number(values.slice),
  );
  const vectorsOf = (who: string): number[][] =>
    vectorsJson.parse(JSON.parse(readFileSync(`${file}.${who}`, 'utf8')));
  const others = vectorsOf('theirs');
  const [own, other] = [mine, theirs].map(({ said }) => saidJson.parse(said));
  const cosines = vectorsOf('mine').map((vector, i) =>
    cosine(Float32Array.from(vector), Float32Array.from(others[i])),
  );
  rmSync(folder, { recursive: true });
  const result = {
    date: new Date().toISOString(),
    cpu: cpus()[0].model,
    ...{ threads, texts: texts.length, distinct: new Set(texts).size },
    load: [before, loadavg()[0]],
    mine: { seconds: mine.seconds, cpuSeconds: own.cpuSeconds, peakMiB: own.peakMiB },
    theirs: { seconds: theirs.seconds, cpuSeconds: other.cpuSeconds, peakMiB: other.peakMiB },
    ratio: theirs.seconds / mine.seconds,
    cpuRatio: other.cpuSeconds / own.cpuSeconds,
    leastCosine: Math.min(...cosines),
  };
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  await writeResult('bert-embed', result);
}

if (values.child) await ours(values.child);
else await measure();
