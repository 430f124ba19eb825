import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compareRuns } from '../../../src/compare/compare.ts';
import { samplesDir } from '../../../src/datasets/directory.ts';
import { evaluate } from '../../../src/evaluation/evaluate.ts';
import { openJournal } from '../../../src/evaluation/journal.ts';
import { openRuns } from '../../../src/evaluation/opened.ts';
import { pathsOf } from '../../../src/evaluation/store.ts';
import { seal } from '../../../src/ground/hash.ts';
import { acquireLock, self } from '../../../src/ground/lock.ts';
import { showJson } from '../../../src/ground/show.ts';
import { learningCurves } from '../../../src/report/learning.ts';
import { writeReport } from '../../../src/report/report.ts';
import { findTask } from '../../../src/tasks/registry.ts';
import { sealedJson } from '../containers.ts';
import type { Reader, Subject } from '../subject.ts';

const dataDir = samplesDir();

export const runs: Reader = {
  name: 'runs',
  async prepare(folder) {
    const task = findTask('cMedIC');
    const keep = { task, dataDir, root: folder };
    const { directory } = await evaluate({ ...keep, model: 'linear' });
    const other = await evaluate({ ...keep, model: 'majority' });
    const paths = pathsOf(directory);
    const read = async (): Promise<unknown> => {
      const [run] = await openRuns([directory], { dataDir });
      const { record, scores, predictions } = run;
      return { record, scores: JSON.stringify(scores), predictions };
    };
    const bound = { hashed: true, read } as const;
    return [
      { name: 'run.json', file: paths.record, shape: 'json', ...bound },
      { name: 'scores.json', file: paths.scores, shape: 'json', ...bound },
      { name: 'predictions.jsonl', file: paths.predictions, shape: 'lines', ...bound },
      ...(await forged(directory, other.directory)),
      journal(folder),
      log(folder),
      await lock(folder),
    ];
  },
};

/** Records and scores with the right hashes and other contents, as another program may write them. */
async function forged(directory: string, other: string): Promise<Subject[]> {
  const paths = pathsOf(directory);
  const page = join(dirname(directory), 'report.html');
  const read = async (): Promise<unknown> => {
    const opened = await openRuns([directory, other], { dataDir });
    const { systems } = compareRuns(opened, { resamples: 20, items: 0 });
    await writeReport(page, opened, { dataDir });
    return { record: opened[0].record.id, systems: systems.length };
  };
  const record = readFileSync(paths.record);
  const placeScores = (bytes: Buffer): void => {
    writeFileSync(paths.scores, bytes);
    const { sha256: _, ...known } = JSON.parse(record.toString('utf8'));
    known.files.scores = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(paths.record, JSON.stringify(seal(known)));
  };
  return [
    { name: 'forged run.json', file: paths.record, shape: 'json', container: sealedJson, sealed: true, read },
    { name: 'forged scores.json', file: paths.scores, shape: 'json', place: placeScores, read },
  ];
}

function journal(folder: string): Subject {
  const file = join(folder, 'journal', 'answers.jsonl');
  mkdirSync(dirname(file));
  const replies = ['0', '1', '2', '3'].map((id) => ({ id, raw: { label: '1' }, usage: { promptTokens: 3 } }));
  const lines = [{ schema: 'chineseblue/answers@1', run: 'this' }, ...replies].map((one) =>
    JSON.stringify(one),
  );
  writeFileSync(file, `${lines.join('\n')}\n`);
  const read = async (): Promise<unknown> => {
    const opened = await openJournal(file, 'this');
    await opened.close();
    // what an answer says is read by the kind of model that it is of
    return [...opened.replies].map(([id, { key, raw }]) => [id, key, showJson(raw, 1000)]);
  };
  return { name: 'answers.jsonl', file, shape: 'lines', read };
}

function log(folder: string): Subject {
  const directory = join(folder, 'log');
  mkdirSync(directory);
  const file = join(directory, 'train.jsonl');
  const lines = Array.from({ length: 30 }, (_, step) =>
    JSON.stringify({ step, loss: 1 / (1 + step), epoch: 1 }),
  );
  writeFileSync(file, `${lines.join('\n')}\n`);
  return { name: 'train.jsonl', file, shape: 'lines', read: () => learningCurves(directory) };
}

/** The lock of a process that has ended. */
async function lock(folder: string): Promise<Subject> {
  const path = join(folder, 'locked', 'lock');
  mkdirSync(dirname(path));
  const owner = JSON.stringify({ ...self(), pid: 2 ** 22 + 1 });
  const file = join(path, 'owner.json');
  const place = (bytes: Buffer): void => {
    rmSync(dirname(path), { recursive: true });
    mkdirSync(path, { recursive: true });
    writeFileSync(file, bytes);
  };
  place(Buffer.from(owner));
  const read = async (): Promise<unknown> => {
    const taken = await acquireLock(path);
    await taken.release();
    return readdirSync(dirname(path));
  };
  return { name: 'lock', file, shape: 'json', place, read };
}
