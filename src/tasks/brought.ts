import { clinicalTasks } from './clinical.ts';
import type { CorpusSource, Task } from './task.ts';

/** Tasks that the early README announces and no release contains: they run on a corpus supplied by the user. */

const BROUGHT = { licence: 'that of the corpus you bring', source: 'brought by the user' } as const;

const TSV_FILES: CorpusSource['files'] = { train: 'train.txt', dev: 'dev.txt', test: 'test.txt' };
const JSONL_FILES: CorpusSource['files'] = { train: 'train.jsonl', dev: 'dev.jsonl', test: 'test.jsonl' };

const CMedSQC: Task = {
  id: 'CMedSQC',
  aliases: ['cMedSQC'],
  family: 'classification',
  domain: { en: 'medical', zh: '医疗' },
  title: { en: 'Sentence classification (never released)', zh: '句子分类（从未发布）' },
  access: 'private',
  corpus: { ...BROUGHT, folder: 'CMedSQC', format: 'text-tsv', files: TSV_FILES },
  labels: [],
  primary: 'classification/micro-f1@1',
  published: [],
};

const inference: Task = {
  id: 'inference',
  aliases: [],
  family: 'inference',
  domain: { en: 'medical', zh: '医疗' },
  title: { en: 'Inference between two sentences', zh: '句对推理' },
  access: 'user',
  corpus: { ...BROUGHT, folder: 'inference', format: 'pair-tsv', files: TSV_FILES },
  labels: [],
  primary: 'inference/accuracy@1',
  published: [],
};

const multilabel: Task = {
  id: 'multilabel',
  aliases: [],
  family: 'multilabel',
  domain: { en: 'medical', zh: '医疗' },
  title: { en: 'Multilabel document classification', zh: '文档多标签分类' },
  access: 'user',
  corpus: { ...BROUGHT, folder: 'multilabel', format: 'labels-jsonl', files: JSONL_FILES },
  labels: [],
  primary: 'multilabel/micro-f1@1',
  published: [],
};

const relation: Task = {
  id: 'relation',
  aliases: [],
  family: 'relation',
  domain: { en: 'medical', zh: '医疗' },
  title: { en: 'Relations between medical entities', zh: '医学关系抽取' },
  access: 'user',
  corpus: { ...BROUGHT, folder: 'relation', format: 'triples-jsonl', files: JSONL_FILES },
  labels: [],
  primary: 'relation/strict-f1@1',
  published: [],
};

const normalisation: Task = {
  id: 'normalisation',
  aliases: [],
  family: 'normalisation',
  domain: { en: 'medical', zh: '医疗' },
  title: { en: 'Normalisation to standard terms', zh: '临床术语标准化' },
  access: 'user',
  corpus: { ...BROUGHT, folder: 'normalisation', format: 'jsonl', files: JSONL_FILES },
  labels: [],
  primary: 'normalisation/term-f1@1',
  published: [],
};

const dialogueActs: Task = {
  id: 'dialogue-acts',
  aliases: [],
  family: 'dialogue-acts',
  domain: { en: 'medical', zh: '医疗' },
  title: { en: 'Dialogue acts of turns', zh: '医患对话意图识别' },
  access: 'user',
  corpus: { ...BROUGHT, folder: 'dialogue-acts', format: 'jsonl', files: JSONL_FILES },
  labels: [],
  primary: 'dialogue-acts/accuracy@1',
  published: [],
};

const event: Task = {
  id: 'event',
  aliases: [],
  family: 'event',
  domain: { en: 'medical', zh: '医疗' },
  title: { en: 'Clinical findings as events', zh: '临床发现事件抽取' },
  access: 'user',
  corpus: { ...BROUGHT, folder: 'event', format: 'jsonl', files: JSONL_FILES },
  labels: [],
  primary: 'event/strict-f1@1',
  published: [],
};

const mentionStatus: Task = {
  id: 'mention-status',
  aliases: [],
  family: 'mention-status',
  domain: { en: 'medical', zh: '医疗' },
  title: { en: 'Status of given mentions in dialogues', zh: '对话中给定提及的状态判别' },
  access: 'user',
  corpus: { ...BROUGHT, folder: 'mention-status', format: 'jsonl', files: JSONL_FILES },
  labels: [],
  primary: 'mention-status/macro-f1/observed@1',
  published: [],
};

const causal: Task = {
  id: 'causal',
  aliases: [],
  family: 'causal',
  domain: { en: 'medical', zh: '医疗' },
  title: { en: 'Causal relations', zh: '医疗因果关系抽取' },
  access: 'user',
  corpus: { ...BROUGHT, folder: 'causal', format: 'jsonl', files: JSONL_FILES },
  labels: [],
  primary: 'causal/macro-f1@1',
  published: [],
};

const generation: Task = {
  id: 'generation',
  aliases: [],
  family: 'generation',
  domain: { en: 'medical', zh: '医疗' },
  title: { en: 'Next reply of the doctor', zh: '写出医生的下一句回复' },
  access: 'user',
  corpus: { ...BROUGHT, folder: 'generation', format: 'jsonl', files: JSONL_FILES },
  labels: [],
  primary: 'generation/rouge@1',
  published: [],
};

const decisionTree: Task = {
  id: 'decision-tree',
  aliases: [],
  family: 'decision-tree',
  domain: { en: 'medical', zh: '医疗' },
  title: { en: 'Treatment decision trees', zh: '诊疗决策树抽取' },
  access: 'user',
  corpus: { ...BROUGHT, folder: 'decision-tree', format: 'jsonl', files: JSONL_FILES },
  labels: [],
  primary: 'decision-tree/edit-ratio@1',
  published: [],
};

const instruction: Task = {
  id: 'instruction',
  aliases: [],
  family: 'instruction',
  domain: { en: 'medical', zh: '医疗' },
  title: { en: 'Prompts that ask for lists', zh: '以指令抽取列表' },
  access: 'user',
  corpus: { ...BROUGHT, folder: 'instruction', format: 'jsonl', files: JSONL_FILES },
  labels: [],
  primary: 'instruction/list/f1@1',
  published: [],
};

export const broughtTasks: readonly Task[] = [
  CMedSQC,
  inference,
  multilabel,
  relation,
  normalisation,
  dialogueActs,
  event,
  mentionStatus,
  causal,
  generation,
  decisionTree,
  instruction,
  ...clinicalTasks,
];
