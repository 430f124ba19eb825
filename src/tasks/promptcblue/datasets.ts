import type { Text } from '../../ground/language.ts';
import type { Form } from '../families/instruction/types.ts';

/** A part of PromptCBLUE, as data. */
interface PromptDataset {
  readonly form: Form;
  readonly title: Text;
  /** The convention of the official score. */
  readonly primary: string;
  /** What is answered, in the order of the official script: an empty answer counts as the first. Absent: no labels. */
  readonly labels?: readonly string[];
}

const LIST = 'instruction/list/f1@1';
const MACRO = 'instruction/label/macro-f1@1';
const WEIGHTED = 'instruction/label/weighted-f1@1';
const ROUGE = 'instruction/text/rouge-l@1';
const NONE_OF_THEM = '非上述类型';

/** By the name that the records bear as `task_dataset`, in the order of the official table. */
export const PROMPT_DATASETS = {
  'CMeEE-V2': { form: 'entities', title: { en: 'Entities', zh: '医学实体' }, primary: LIST },
  'CMeIE-V2': { form: 'triples', title: { en: 'Triples', zh: '关系三元组' }, primary: LIST },
  'CHIP-CDN': {
    form: 'terms',
    title: { en: 'Standard terms among candidates', zh: '候选标准词' },
    primary: LIST,
  },
  'CHIP-CDEE': { form: 'events', title: { en: 'Clinical findings', zh: '临床发现事件' }, primary: LIST },
  'IMCS-V2-NER': { form: 'entities', title: { en: 'Entities in dialogues', zh: '对话实体' }, primary: LIST },
  'CHIP-MDCFNPC': {
    form: 'statuses',
    title: { en: 'Status of findings', zh: '临床发现阴阳性' },
    primary: LIST,
  },
  'IMCS-V2-SR': {
    form: 'statuses',
    title: { en: 'Symptoms with their status', zh: '症状及阴阳性' },
    primary: LIST,
  },
  'IMCS-V2-DAC': {
    form: 'label',
    title: { en: 'Intent of a sentence', zh: '对话意图' },
    primary: MACRO,
    labels: [
      ...[NONE_OF_THEM, '关于症状的询问', '关于症状的回答', '关于病因的询问', '关于病因的回答'],
      ...[
        '关于个人基本信息的询问',
        '关于个人基本信息的回答',
        '关于已有检查和治疗的提问',
        '关于已有检查和治疗的回答',
      ],
      ...['关于用药建议的提问', '关于用药建议的解答', '关于就医建议的提问', '关于就医建议的解答'],
      ...['关于注意事项的提问', '关于注意事项的解答', '给出诊断'],
    ],
  },
  'IMCS-V2-MRG': { form: 'report', title: { en: 'Report of a dialogue', zh: '诊疗报告' }, primary: ROUGE },
  'CHIP-CTC': {
    form: 'label',
    title: { en: 'Eligibility criterion of a trial', zh: '临床试验筛选标准' },
    primary: MACRO,
    labels: [
      ...[
        NONE_OF_THEM,
        '疾病',
        '症状(患者感受)',
        '体征(医生检测）',
        '怀孕相关',
        '肿瘤进展',
        '疾病分期',
        '过敏耐受',
      ],
      ...[
        '器官组织状态',
        '预期寿命',
        '口腔相关',
        '药物',
        '治疗或手术',
        '设备',
        '护理',
        '诊断',
        '实验室检查',
        '风险评估',
      ],
      ...[
        '受体状态',
        '年龄',
        '特殊病人特征',
        '读写能力',
        '性别',
        '教育情况',
        '居住情况',
        '种族',
        '知情同意',
        '参与其它试验',
      ],
      ...[
        '研究者决定',
        '能力',
        '伦理审查',
        '依存性',
        '成瘾行为',
        '睡眠',
        '锻炼',
        '饮食',
        '酒精使用',
        '性取向',
        '吸烟状况',
      ],
      ...['献血', '病例来源', '残疾群体', '健康群体', '数据可及性', '含有多个类别'],
    ],
  },
  'CHIP-STS': {
    form: 'label',
    title: { en: 'Semantic equivalence of two questions', zh: '问句同义判断' },
    primary: WEIGHTED,
    labels: ['是的', '不是'],
  },
  'KUAKE-IR': {
    form: 'label',
    title: { en: 'Relevance of a passage to a query', zh: '段落相关性' },
    primary: WEIGHTED,
    labels: ['相关', '不相关'],
  },
  'KUAKE-QIC': {
    form: 'label',
    title: { en: 'Intent of a query', zh: '检索词意图' },
    primary: MACRO,
    labels: [
      ...[
        NONE_OF_THEM,
        '病情诊断',
        '病因分析',
        '治疗方案',
        '就医建议',
        '指标解读',
        '疾病描述',
        '后果表述',
        '注意事项',
      ],
      ...['功效作用', '医疗费用'],
    ],
  },
  'KUAKE-QQR': {
    form: 'label',
    title: { en: 'Relation of two queries', zh: '检索词关系' },
    primary: WEIGHTED,
    labels: ['完全一致', '后者是前者的语义子集', '后者是前者的语义父集', '语义无直接关联'],
  },
  'KUAKE-QTR': {
    form: 'label',
    title: { en: 'Relevance of a page title to a query', zh: '标题匹配程度' },
    primary: WEIGHTED,
    labels: ['完全不匹配或者没有参考价值', '很少匹配有一些参考价值', '部分匹配', '完全匹配'],
  },
  MedDG: { form: 'text', title: { en: 'Reply of the doctor', zh: '医生回复' }, primary: ROUGE },
  Text2DT: {
    form: 'tree',
    title: { en: 'Decision tree', zh: '诊疗决策树' },
    primary: 'instruction/tree/edit-ratio@1',
  },
  CMedCausal: { form: 'causes', title: { en: 'Causal relations', zh: '因果关系' }, primary: LIST },
} as const satisfies Readonly<Record<string, PromptDataset>>;

/** The first version used CMeIE as the name of what is now CMeIE-V2. */
const RENAMED: Readonly<Record<string, string>> = { CMeIE: 'CMeIE-V2' };

/** The part that a name stands for; undefined if there is none. */
export function promptDataset(name: string): (PromptDataset & { readonly name: string }) | undefined {
  const own = RENAMED[name] ?? name;
  const found = Object.entries<PromptDataset>(PROMPT_DATASETS).find(([known]) => known === own);
  return found && { ...found[1], name: own };
}
