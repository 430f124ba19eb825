import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDataset } from '../../../src/datasets/dataset.ts';
import { findTask } from '../../../src/tasks/registry.ts';
import type { SplitName, Task } from '../../../src/tasks/task.ts';
import type { Reader, Shape, Subject } from '../subject.ts';

/** Invented corpora that `bench/peers/clinical_fixtures.py` wrote. */
const FIXTURES = join(import.meta.dirname, '../../../src/datasets/formats/fixtures/clinical');

/** The files of a task that are changed; with their companion files, they make one split. */
const FILES: readonly [task: string, split: SplitName, file: string, shape: Shape][] = [
  ['CCKS2017', 'train', '一般项目/一般项目-1.txt', 'lines'],
  ['CCKS2017', 'train', '一般项目/一般项目-1.txtoriginal.txt', 'lines'],
  ['CCKS2018', 'train', '入院记录现病史-1.txt', 'lines'],
  ['CCKS2018', 'train', '入院记录现病史-1.txtoriginal.txt', 'lines'],
  ['DiaKG', 'train', '1.json', 'json'],
  ['DiaKG-relations', 'train', '2.json', 'json'],
];

/** Tasks of this reader, by which every format is known to be covered. */
export const clinicalTasks: readonly Task[] = [
  ...new Set(['CCKS2019', ...FILES.map(([id]) => id)].map((id) => findTask(id))),
];

/** As CCKS 2019 comes: a mark at the beginning, code points, spans with blanks at an end, CRLF. */
const RECORDS = Array.from({ length: 10 }, (_, i) => ({
  originalText: ` 患者${i}因𬌗面痛入院，诊断胃炎`,
  entities: [
    { label_type: '解剖部位', overlap: 0, start_pos: 5, end_pos: 7 },
    { label_type: '疾病和诊断', overlap: 0, start_pos: 13, end_pos: 15 },
  ],
}));

/** Corpora of clinical texts as their organisers give them. */
export const clinical: Reader = {
  name: 'clinical corpora',
  async prepare(folder) {
    cpSync(FIXTURES, folder, { recursive: true });
    const subjects = FILES.map(([id, split, name, shape]): Subject => {
      const { corpus } = findTask(id);
      const file = join(folder, corpus.folder, corpus.files[split] ?? '', name);
      return { name: `${id} ${name}`, file, shape, read: () => examplesOf(id, split, folder) };
    });
    return [...subjects, ccks2019(folder)];
  },
};

function ccks2019(folder: string): Subject {
  const { corpus } = findTask('CCKS2019');
  mkdirSync(join(folder, corpus.folder));
  const file = join(folder, corpus.folder, corpus.files.train ?? '');
  writeFileSync(file, `\ufeff${RECORDS.map((one) => JSON.stringify(one)).join('\r\n')}`);
  return { name: 'CCKS2019', file, shape: 'lines', read: () => examplesOf('CCKS2019', 'train', folder) };
}

async function examplesOf(id: string, split: SplitName, dir: string): Promise<unknown> {
  const { questions, hasGold, examples, notices } = await (
    await openDataset({ task: findTask(id), dir })
  ).split(split);
  return { questions, examples: hasGold ? examples : [], notices };
}
