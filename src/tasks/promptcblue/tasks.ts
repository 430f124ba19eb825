import { CBLUE } from '../cblue/cblue.ts';
import type { PublishedScore, Task } from '../task.ts';
import { PROMPT_DATASETS } from './datasets.ts';

const FILES = { train: 'train.json', dev: 'dev.json', test: 'test.json' } as const;

/** ChatGLM-6B with P-tuning and with LoRA on dev, in percent, as the README of the first version reports them. */
const CHATGLM: Readonly<Record<string, readonly [pTuning: number, lora: number]>> = {
  'CMeEE-V2': [63.59, 67.25],
  'CMeIE-V2': [37.65, 45.55],
  'CHIP-CDN': [78.05, 84.61],
  'CHIP-CDEE': [49.14, 54.56],
  'CHIP-STS': [76.96, 80.81],
  'CHIP-CTC': [80.46, 80.86],
  'KUAKE-IR': [61.54, 68.35],
  'KUAKE-QIC': [81.13, 73.9],
  'KUAKE-QQR': [55.37, 63.48],
  'KUAKE-QTR': [47.01, 54.28],
  'CHIP-MDCFNPC': [68.65, 73.66],
  'IMCS-V2-DAC': [70.59, 75.12],
  'IMCS-V2-NER': [85.08, 87.09],
  'IMCS-V2-SR': [61.68, 63.3],
  'IMCS-V2-MRG': [47.07, 46.63],
  MedDG: [10.35, 11.17],
};

const NOTE = {
  en: 'the official metric on dev of version 0.1, of 10 270 records; later versions have other records',
  zh: '0.1 版开发集（10 270 条）上的官方指标；后续版本的数据不同',
};

const publishedOf = (name: string): readonly PublishedScore[] =>
  (CHATGLM[name] ?? []).map((value, i) => ({
    ...{ model: `ChatGLM-6B ${i === 0 ? 'P-tuning' : 'LoRA'}`, value, note: NOTE },
  }));

/** PromptCBLUE: a task for each of the corpora behind its prompts. */
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
  published: publishedOf(name),
}));
