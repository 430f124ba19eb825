import type { CorpusSource, Task } from './task.ts';

/** Tasks that the early README announces and no release holds: they run on a corpus that the user brings. */

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
  title: { en: 'Acts of the turns of dialogues', zh: '医患对话意图识别' },
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

const CCKS2019: Task = {
  id: 'CCKS2019',
  aliases: [],
  family: 'ner',
  domain: { en: 'clinical', zh: '临床' },
  title: { en: 'Entities in records of inpatients', zh: '电子病历命名实体识别' },
  access: 'user',
  confidential: true,
  corpus: {
    ...BROUGHT,
    folder: 'CCKS2019',
    format: 'ccks-jsonl',
    files: { train: 'train.json', test: 'test.json' },
  },
  labels: [
    { id: '疾病和诊断', meaning: { en: 'disease or diagnosis', zh: '疾病和诊断' } },
    { id: '影像检查', meaning: { en: 'imaging', zh: '影像检查' } },
    { id: '实验室检验', meaning: { en: 'laboratory test', zh: '实验室检验' } },
    { id: '手术', meaning: { en: 'operation', zh: '手术' } },
    { id: '药物', meaning: { en: 'drug', zh: '药物' } },
    { id: '解剖部位', meaning: { en: 'body part', zh: '解剖部位' } },
  ],
  primary: 'ner/strict/micro/full-text/json@1',
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
  CCKS2019,
];
