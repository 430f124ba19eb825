import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DatasetRequest, openDataset } from '../../../src/datasets/dataset.ts';
import { samplesDir } from '../../../src/datasets/directory.ts';
import { readInputs } from '../../../src/datasets/inputs.ts';
import { readSubsets, writeSubsets } from '../../../src/datasets/subsets.ts';
import { readTaskFile } from '../../../src/datasets/task-file.ts';
import { findTask } from '../../../src/tasks/registry.ts';
import { parseTask } from '../../../src/tasks/schema.ts';
import type { Task } from '../../../src/tasks/task.ts';
import type { Reader, Shape, Subject } from '../subject.ts';

/** One task for every format, by the file of its test split. */
const SPLITS: readonly [task: string, file: string, shape: Shape, source?: DatasetRequest['source']][] = [
  ['cEHRNER', 'test.synthetic.json', 'lines'],
  ['cEHRNER', 'test.synthetic.txt', 'lines', 'alternative'],
  ['cMedIC', 'test.synthetic.txt', 'lines'],
  ['cMedQQ', 'test.synthetic.txt', 'lines'],
  ['cMedIR', 'test.synthetic.json', 'lines'],
  ['inference', 'test.synthetic.txt', 'lines'],
  ['multilabel', 'test.synthetic.jsonl', 'lines'],
  ['relation', 'test.synthetic.jsonl', 'lines'],
];

/** Reads a split whole, with what an evaluation would make of it. */
async function readSplit(request: DatasetRequest): Promise<unknown> {
  const dataset = await openDataset(request);
  const { questions, hasGold, examples, notices, files } = await dataset.split('test');
  return { labels: dataset.task.labels, questions, examples: hasGold ? examples : [], notices, files };
}

/** Tasks of this reader, by which every format is known to be covered. */
export const corpusTasks: readonly Task[] = [...SPLITS.map(([id]) => findTask(id)), findTask('CMDD')];

export const corpora: Reader = {
  name: 'corpora',
  async prepare(folder) {
    const subjects: Subject[] = [];
    for (const [id, name, shape, source] of SPLITS) {
      const task = findTask(id);
      cpSync(join(samplesDir(), task.corpus.folder), join(folder, task.corpus.folder), { recursive: true });
      const file = join(folder, task.corpus.folder, name);
      subjects.push({
        name: `${id} ${name}`,
        file,
        shape,
        read: () => readSplit({ task, dir: folder, source }),
      });
    }
    const regrouped: DatasetRequest = { task: findTask('cMedIC'), dir: folder, scheme: 'regrouped@1' };
    subjects.push({ ...subjects[2], name: 'cMedIC regrouped', read: () => readSplit(regrouped) });
    return [...subjects, dialogue(folder), await plain(folder), await inputs(folder)];
  },
};

function dialogue(folder: string): Subject {
  const task = findTask('CMDD');
  const test = join(folder, 'CMDD', 'test.synthetic');
  cpSync(join(samplesDir(), 'CMDD', 'test.synthetic'), test, { recursive: true });
  const [first] = readdirSync(test);
  return {
    name: 'CMDD',
    file: join(test, first),
    shape: 'json',
    read: () => readSplit({ task, dir: folder }),
  };
}

/** JSON Lines of a task that a user declares. */
async function plain(folder: string): Promise<Subject> {
  const corpus = { folder: 'own', format: 'jsonl', files: { test: 'test.jsonl' } };
  const task = parseTask({ id: 'own', family: 'dialogue', title: 'Own', corpus }, 'own.json');
  const { examples } = await (await openDataset({ task: findTask('CMDD'), dir: samplesDir() })).split('test');
  cpSync(join(samplesDir(), 'cMedIC'), join(folder, 'own'), { recursive: true });
  const file = join(folder, 'own', 'test.jsonl');
  const lines = examples.slice(0, 8).map(({ id, input, gold }) => JSON.stringify({ id, ...input, ...gold }));
  writeFileSync(file, `${lines.join('\n')}\n`);
  return { name: 'jsonl', file, shape: 'lines', read: () => readSplit({ task, dir: folder }) };
}

async function inputs(folder: string): Promise<Subject> {
  const task = findTask('cMedIR');
  const { questions } = await (await openDataset({ task, dir: samplesDir() })).split('test');
  const file = join(folder, 'inputs.jsonl');
  writeFileSync(
    file,
    questions
      .slice(0, 6)
      .map(({ input }) => JSON.stringify(input))
      .join('\n'),
  );
  return { name: 'inputs', file, shape: 'lines', read: () => readInputs(file, task) };
}

const OWN_TASK = {
  id: 'triage',
  aliases: ['tri'],
  family: 'classification',
  title: { en: 'Triage', zh: '分诊' },
  corpus: {
    folder: 'triage',
    format: 'text-tsv',
    files: { train: 'train.txt', test: 'test.txt' },
    licence: 'own',
    source: 'own',
  },
  labels: [
    { id: 'a', meaning: { en: 'a', zh: '甲' } },
    { id: 'b', meaning: { en: 'b', zh: '乙' } },
  ],
  primary: 'classification/micro-f1@1',
  published: [],
};
const OWN_RANKING = {
  id: 'find',
  family: 'ranking',
  title: 'Find',
  relevantFrom: 1,
  corpus: { folder: 'find', format: 'jsonl', unit: 'linked-texts', files: { test: 'test.jsonl' } },
};

export const taskFiles: Reader = {
  name: 'task files',
  async prepare(folder) {
    const own = (name: string, task: object): Subject => {
      const file = join(folder, `${name}.json`);
      writeFileSync(file, JSON.stringify(task));
      return { name, file, shape: 'json', read: () => readTaskFile(file) };
    };
    return [own('classification', OWN_TASK), own('ranking', OWN_RANKING), await subsets(folder)];
  },
};

async function subsets(folder: string): Promise<Subject> {
  const task: Task = findTask('cMedIC');
  const { examples, files } = await (await openDataset({ task, dir: samplesDir() })).split('test');
  const ids = examples.map(({ id }) => id);
  const test = { clean: ids.slice(10), leaked: ids.slice(0, 6), conflicting: ids.slice(6, 10) };
  const file = await writeSubsets(folder, {
    schema: 'chineseblue/subsets@1',
    task: task.id,
    files,
    splits: { test },
  });
  const read = async (): Promise<unknown> =>
    Object.entries(await readSubsets(folder, task, 'test', files)).map(([name, set]) => [name, [...set]]);
  return { name: 'subsets', file, shape: 'json', read };
}
