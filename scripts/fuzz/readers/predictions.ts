import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDataset } from '../../../src/datasets/dataset.ts';
import { samplesDir } from '../../../src/datasets/directory.ts';
import { readAnyPredictions } from '../../../src/scoring/corpus-format.ts';
import { devScore } from '../../../src/scoring/dev-score.ts';
import { createHeader } from '../../../src/scoring/header.ts';
import { writeAnswers } from '../../../src/scoring/write.ts';
import type { Answer } from '../../../src/tasks/answer.ts';
import { familyIds, familyOf } from '../../../src/tasks/families/registry.ts';
import { findTask } from '../../../src/tasks/registry.ts';
import type { Reader, Subject } from '../subject.ts';

const RELEASED = ['cEHRNER', 'cMedIC', 'cMedQQ', 'cMedIR', 'CMDD'];
const released = new Set<string>(RELEASED.map((id) => findTask(id).family));
/** One task of every family; those that were never released are named after their families. */
const TASKS = [...RELEASED, ...familyIds.filter((id) => !released.has(id))];
/** Tasks whose predictions may also come as their corpus does. */
const AS_CORPUS: readonly [task: string, file: string][] = [
  ['cEHRNER', 'test.synthetic.txt'],
  ['cMedIC', 'test.synthetic.txt'],
  ['cMedQQ', 'test.synthetic.txt'],
];
/** As pyarrow writes it; its labels are not those of the task. */
const PARQUET = join(
  import.meta.dirname,
  '../../../src/datasets/imports/fixtures/predictions.snappy.parquet',
);
/** Problems that a result shows. */
const SHOWN_PROBLEMS = 20;

export const predictions: Reader = {
  name: 'predictions',
  async prepare(folder) {
    const subjects: Subject[] = [];
    for (const id of TASKS) {
      const { file, lines, read } = await open(id, join(folder, `${id}.jsonl`));
      writeFileSync(file, lines.join('\n'));
      subjects.push({ name: id, file, shape: 'lines', read });
    }
    for (const [id, name] of AS_CORPUS) {
      const { file, read } = await open(id, join(folder, `${id}.txt`));
      cpSync(join(samplesDir(), id, name), file);
      subjects.push({ name: `${id} as its corpus`, file, shape: 'lines', read });
    }
    const table = await open('cMedIC', join(folder, 'cMedIC.parquet'));
    cpSync(PARQUET, table.file);
    subjects.push({ name: 'cMedIC in Parquet', file: table.file, shape: 'bytes', read: table.read });
    for (const id of ['cEHRNER', 'CMDD']) {
      const own = await open(id, join(folder, `${id}.parquet`));
      await writeAnswers(own.file, own.questions, own.answers, own.header);
      subjects.push({ name: `${id} in our Parquet`, file: own.file, shape: 'bytes', read: own.read });
    }
    return subjects;
  },
};

async function open(id: string, file: string) {
  const dataset = await openDataset({ task: findTask(id), dir: samplesDir() });
  const { task } = dataset;
  const { missing: worst } = familyOf(task);
  const { questions, examples } = await dataset.split('test');
  const header = createHeader(task, questions, { split: 'test' });
  const answers = examples.map(
    (example): Answer => ({ status: 'answered', prediction: worst(example, task) }),
  );
  const lines = [
    JSON.stringify(header),
    ...examples.map((example) => JSON.stringify({ id: example.id, ...example.gold, ...example.input })),
  ];
  const read = async (): Promise<unknown> => {
    const options = { inferOffsets: true, split: 'test' } as const;
    const found = await readAnyPredictions(file, task, questions, options);
    const answered = found.predictions.map((prediction, i) => prediction ?? worst(examples[i], task));
    // undefined scores are NaN, as documented: it is what was read that is judged
    const score = String(devScore(task)(examples, answered));
    return { ...found, problems: found.problems.slice(0, SHOWN_PROBLEMS), score };
  };
  return { file, lines, read, questions, answers, header };
}
