import { CBLUE } from '../cblue/cblue.ts';
import type { Task } from '../task.ts';
import { PROMPT_DATASETS } from './datasets.ts';

const FILES = { train: 'train.json', dev: 'dev.json', test: 'test.json' } as const;

/** PromptCBLUE: a task for each of the corpora that its files put into prompts. */
export const promptcblueTasks: readonly Task[] = Object.entries(PROMPT_DATASETS).map(([name, dataset]) => ({
  ...CBLUE,
  id: `PromptCBLUE-${name}`,
  aliases: [],
  family: 'instruction',
  title: { en: `PromptCBLUE: ${dataset.title.en}`, zh: `PromptCBLUE：${dataset.title.zh}` },
  corpus: {
    ...CBLUE.corpus,
    folder: 'CBLUE/PromptCBLUE',
    format: 'promptcblue',
    files: FILES,
    part: name,
    archive: 'promptcblue',
    source: 'https://github.com/michael-wzhu/PromptCBLUE',
  },
  labels: 'labels' in dataset ? dataset.labels.map((id) => ({ id, meaning: { en: id, zh: id } })) : [],
  primary: dataset.primary,
  published: [],
}));
