import type { Label, Task } from './task.ts';

/** Clinical corpora that are available from their organisers on request; the user supplies them. */

const CLINICAL = {
  aliases: [],
  family: 'ner',
  domain: { en: 'clinical', zh: '临床' },
  access: 'user',
  confidential: true,
  primary: 'ner/strict/micro/full-text/json@1',
  published: [],
} as const satisfies Partial<Task>;

const BROUGHT = { licence: 'that of the corpus you bring', source: 'brought by the user' } as const;

const label = (id: string, en: string): Label => ({ id, meaning: { en, zh: id } });

const CCKS2017: Task = {
  ...CLINICAL,
  id: 'CCKS2017',
  title: {
    en: 'Entities in inpatient records, by part of the record',
    zh: '电子病历命名实体识别（2017）',
  },
  corpus: {
    ...BROUGHT,
    folder: 'CCKS2017',
    format: 'ccks2017',
    files: { train: 'train', dev: 'dev', test: 'test' },
  },
  labels: [
    label('症状和体征', 'symptom or sign'),
    label('检查和检验', 'examination or test'),
    label('疾病和诊断', 'disease or diagnosis'),
    label('治疗', 'treatment'),
    label('身体部位', 'body part'),
  ],
};

const CCKS2018: Task = {
  ...CLINICAL,
  id: 'CCKS2018',
  title: { en: 'Entities in histories of present illness', zh: '电子病历命名实体识别（2018）' },
  corpus: {
    ...BROUGHT,
    folder: 'CCKS2018',
    format: 'ccks2018',
    files: { train: 'train', dev: 'dev', test: 'test' },
  },
  labels: [
    label('解剖部位', 'body part'),
    label('症状描述', 'description of a symptom'),
    label('独立症状', 'symptom by itself'),
    label('药物', 'drug'),
    label('手术', 'operation'),
  ],
};

const CCKS2019: Task = {
  ...CLINICAL,
  id: 'CCKS2019',
  title: { en: 'Entities in inpatient records', zh: '电子病历命名实体识别' },
  corpus: {
    ...BROUGHT,
    folder: 'CCKS2019',
    format: 'ccks-jsonl',
    files: { train: 'train.json', test: 'test.json' },
  },
  labels: [
    label('疾病和诊断', 'disease or diagnosis'),
    label('影像检查', 'imaging'),
    label('实验室检验', 'laboratory test'),
    label('手术', 'operation'),
    label('药物', 'drug'),
    label('解剖部位', 'body part'),
  ],
};

/** Guidelines and consensus papers: public texts. The corpus has one part, in an unpacked folder. */
const DIAKG = {
  aliases: [],
  domain: { en: 'diabetes', zh: '糖尿病' },
  access: 'user',
  corpus: {
    ...BROUGHT,
    folder: 'DiaKG',
    files: { train: '0521_new_format', dev: 'dev', test: 'test' },
  },
  labels: [],
  published: [],
} as const;

const DiaKG: Task = {
  ...DIAKG,
  id: 'DiaKG',
  family: 'ner',
  title: { en: 'Nested entities in texts about diabetes', zh: '糖尿病文献命名实体识别（嵌套）' },
  corpus: { ...DIAKG.corpus, format: 'diakg' },
  primary: 'ner/strict/micro/full-text/json@1',
};

const DiaKGRelations: Task = {
  ...DIAKG,
  id: 'DiaKG-relations',
  family: 'relation',
  title: { en: 'Relations in texts about diabetes', zh: '糖尿病文献关系抽取' },
  corpus: { ...DIAKG.corpus, format: 'diakg-relations' },
  primary: 'relation/strict-f1@1',
};

export const clinicalTasks: readonly Task[] = [CCKS2017, CCKS2018, CCKS2019, DiaKG, DiaKGRelations];
