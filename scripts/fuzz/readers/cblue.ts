import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { takePassages } from '../../../src/datasets/cblue/passages.ts';
import { openSources } from '../../../src/datasets/cblue/sources.ts';
import { openDataset } from '../../../src/datasets/dataset.ts';
import { promptcblue } from '../../../src/datasets/formats/promptcblue/promptcblue.ts';
import { readZip } from '../../../src/fetch/zip.ts';
import { checkSubmission } from '../../../src/scoring/submissions/check.ts';
import { submissionFile } from '../../../src/scoring/submissions/pack.ts';
import { PROMPTS_FILE } from '../../../src/scoring/submissions/prompts.ts';
import { shapeOf } from '../../../src/scoring/submissions/registry.ts';
import { cblueTasks } from '../../../src/tasks/cblue/tasks.ts';
import { promptcblueTasks } from '../../../src/tasks/promptcblue/tasks.ts';
import type { Task } from '../../../src/tasks/task.ts';
import { type ZipEntry, zip, zipOf } from '../containers.ts';
import type { Reader, Subject } from '../subject.ts';

/** Invented archives that `bench/peers/cblue_archive.py` wrote. */
const FIXTURES = join(import.meta.dirname, '../../../src/datasets/formats/cblue/fixtures');
/** The same of `bench/peers/promptcblue.py`. */
const PROMPTS = join(import.meta.dirname, '../../../src/datasets/formats/promptcblue/fixtures');
const LISTS = 'KUAKE-IR';
const ZIP = join(import.meta.dirname, '../../../src/datasets/cblue/fixtures/CMeEE.zip');

/** Official files, submissions of them, and archives. */
export const cblue: Reader = {
  name: 'CBLUE',
  async prepare(folder) {
    cpSync(FIXTURES, folder, { recursive: true });
    const subjects: Subject[] = [];
    // those of lists are made by `data get`, which is a separate subject
    for (const task of cblueTasks.filter(({ id }) => id !== LISTS)) {
      const file = join(folder, task.corpus.folder, task.corpus.files.dev ?? '');
      subjects.push({ name: task.id, file, shape: 'json', read: () => examplesOf(task, folder) });
      if (shapeOf(task)) subjects.push(await submission(task, folder));
    }
    return [...subjects, await archive(folder), passages(folder), ...prompts(folder)];
  },
};

/** One of the tasks that share a file, all of them, and the file that answers them. */
function prompts(folder: string): Subject[] {
  cpSync(PROMPTS, folder, { recursive: true });
  const [task] = promptcblueTasks;
  const dev = join(folder, task.corpus.folder, task.corpus.files.dev ?? '');
  const file = join(folder, 'submissions', 'PromptCBLUE', PROMPTS_FILE);
  mkdirSync(dirname(file), { recursive: true });
  cpSync(join(PROMPTS, task.corpus.folder, task.corpus.files.test ?? ''), file);
  const all = async (): Promise<unknown> => {
    const records: unknown[] = [];
    const context = { labels: new Set<string>(), notice: () => undefined };
    for await (const batch of promptcblue.read(dev, context))
      records.push(...batch.map(({ value }) => value));
    return records;
  };
  const check = () => checkSubmission({ path: dirname(file), dir: PROMPTS, tasks: promptcblueTasks });
  return [
    { name: task.id, file: dev, shape: 'json', read: () => examplesOf(task, folder) },
    { name: 'PromptCBLUE', file: dev, shape: 'json', read: all },
    { name: 'submission to PromptCBLUE', file, shape: 'json', read: check },
  ];
}

/** The passages of KUAKE-IR, of which lists are made. */
function passages(folder: string): Subject {
  const from = join(folder, 'CBLUE', LISTS);
  const read = async (): Promise<unknown> => {
    const { files } = await openSources(from);
    return takePassages(files);
  };
  return { name: `passages of ${LISTS}`, file: join(from, 'corpus.tsv'), shape: 'lines', read };
}

async function examplesOf(task: Task, dir: string): Promise<unknown> {
  const { examples } = await (await openDataset({ task, dir })).split('dev');
  return examples;
}

/** A submission without answers. What is wrong with one is found, not thrown. */
async function submission(task: Task, dir: string): Promise<Subject> {
  const { questions } = await (await openDataset({ task, dir: FIXTURES })).split('test');
  const part = { task, dir: FIXTURES, questions, predictions: questions.map(() => undefined) };
  const { name, content } = await submissionFile(part);
  const file = join(dir, 'submissions', task.id, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  const read = () => checkSubmission({ path: dirname(file), dir: FIXTURES, tasks: [task] });
  return { name: `submission to ${task.id}`, file, shape: 'json', read };
}

async function archive(folder: string): Promise<Subject> {
  const entries: ZipEntry[] = [];
  for (const { name, read } of await readZip(ZIP)) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of read()) chunks.push(chunk);
    entries.push({ name, bytes: Buffer.concat(chunks) });
  }
  const file = join(folder, 'CBLUE.zip');
  writeFileSync(file, zipOf(entries));
  const read = async (): Promise<unknown> => {
    const { files, ignored } = await openSources(file);
    const contents = await Promise.all(files.map(async (one) => (await one.read()).toString('latin1')));
    return { names: files.map(({ base }) => base), contents, ignored };
  };
  return { name: 'archive', file, shape: 'bytes', container: zip(entries), read };
}
