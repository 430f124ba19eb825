import { encodeBio } from '../src/metrics/bio.ts';
import { createDraw, type Draw, fill, type SampleSplit } from './draw.ts';
import * as words from './lexicon.ts';

interface Mention {
  readonly mention: string;
  readonly offset: number;
  readonly type: string;
}

interface Document {
  readonly text: string;
  readonly mentions: readonly Mention[];
}

interface Recipe {
  readonly task: string;
  /** `label` in cEHRNER, `type` in cMedQANER. */
  readonly field: 'label' | 'type';
  readonly lists: Readonly<Record<string, readonly string[]>>;
  /** `{type}` becomes a mention; text outside braces is never an entity, even where it looks like one. */
  readonly sentences: readonly string[];
  readonly sizes: Readonly<Record<SampleSplit, number>>;
}

const clinical: Recipe = {
  task: 'cEHRNER',
  field: 'label',
  lists: {
    疾病和诊断: words.diseases,
    手术: words.operations,
    解剖部位: words.bodyParts,
    药物: words.drugs,
    症状: words.symptoms,
    影像检查: words.imaging,
    实验室检验: words.laboratory,
  },
  sentences: [
    '患者3天前因“{疾病和诊断}”在我院行{手术},手术顺利。',
    '患者因{症状}伴{症状}2周入院,门诊以“{疾病和诊断}”收入我科。',
    '入院查体:{解剖部位}压痛阳性,{解剖部位}未见明显异常。',
    '{影像检查}提示:{解剖部位}可见片状影,考虑{疾病和诊断}。',
    '复查{实验室检验}及{实验室检验}均在正常范围。',
    '予{药物}口服,每日2次,{症状}较前好转。',
    '既往有{疾病和诊断}病史5年,长期服用{药物}。',
    '否认{疾病和诊断}、{疾病和诊断}病史,无药物过敏史。',
    '术后予{药物}抗感染治疗,{解剖部位}引流通畅。',
    '自诉无{症状},食纳可,二便正常。',
    '拟行{手术},完善{影像检查}、{实验室检验}等检查。',
    '患者一般情况可,今日出院,嘱定期复查。',
    '出院诊断:1.{疾病和诊断} 2.{疾病和诊断}。',
    '患者{解剖部位}疼痛,查体可见{解剖部位}肿胀,活动受限。',
    '病程中患者放心不下,反复询问手术风险,予耐心解释。',
    '于外院行{影像检查}未见异常,{实验室检验}轻度升高,未予特殊处理。',
  ],
  sizes: { train: 80, dev: 30, test: 40 },
};

const community: Recipe = {
  task: 'cMedQANER',
  field: 'type',
  lists: {
    disease: words.diseases,
    symptom: words.symptoms,
    body: words.bodyParts,
    drug: words.drugs,
    treatment: words.treatments,
    test: words.tests,
    department: words.departments,
    crowd: words.crowds,
    feature: words.features,
    physiology: words.physiology,
    time: words.times,
  },
  sentences: [
    '你好，根据你的描述，考虑是{disease}引起的{symptom}，建议去{department}就诊。',
    '可以口服{drug}，同时配合{treatment}，注意休息。',
    '我{body}不舒服{time}了，还有点{symptom}，是不是{disease}？',
    '{crowd}得了{disease}可以吃{drug}吗？',
    '建议做一下{test}，排除{feature}疾病的可能。',
    '{disease}是一种{feature}病，容易反复。',
    '{physiology}期间出现{symptom}，多数是正常现象，不用太担心。',
    '{time}查了{test}，医生说没有问题，可是{body}还是疼。',
    '{crowd}的{physiology}和平时不同，用药要谨慎。',
    '做完{treatment}以后{symptom}缓解了很多，谢谢医生。',
    '请问挂{department}还是{department}？',
    '您好，不用担心，放心吧，多喝水，心情要好。',
    '孩子{symptom}{time}，吃了{drug}不见好，怎么办啊',
    '手术以后头还是有点晕，肝火旺，吃什么好呢？',
    '祝您早日康复，有问题可以继续咨询。',
  ],
  sizes: { train: 100, dev: 30, test: 40 },
};

/** Nested mentions as in the corpus: the gold keeps both, BIO files lose one. */
const NESTED: readonly Document[] = [
  {
    text: '前列腺炎患者要少喝酒，多喝水。',
    mentions: [
      { mention: '前列腺', offset: 0, type: 'body' },
      { mention: '前列腺炎', offset: 0, type: 'disease' },
    ],
  },
  {
    text: '甲状腺次全切除以后要查甲状腺功能。',
    mentions: [
      { mention: '甲状腺', offset: 0, type: 'body' },
      { mention: '甲状腺次全切除', offset: 0, type: 'treatment' },
      { mention: '甲状腺功能', offset: 11, type: 'test' },
      { mention: '甲状腺', offset: 11, type: 'body' },
    ],
  },
];

/** A character beyond the BMP before a mention, a mention in a different letter case than the text, an empty document. */
const ODDITIES: readonly Document[] = [
  { text: '谢谢医生😊我的胃炎好多了', mentions: [{ mention: '胃炎', offset: 7, type: 'disease' }] },
  { text: '建议查一下hiv抗体，不要紧张', mentions: [{ mention: 'HIV抗体', offset: 5, type: 'test' }] },
  { text: '　谢谢　', mentions: [] },
];

function document(recipe: Recipe, draw: Draw): Document {
  let text = '';
  const mentions: Mention[] = [];
  const used = new Set<string>();
  for (let left = 1 + draw.below(recipe.field === 'label' ? 5 : 3); left > 0; left--) {
    const sentence = draw.pick(recipe.sentences);
    if (used.has(sentence)) continue;
    used.add(sentence);
    const filled = fill(sentence, (type) => draw.word(recipe.lists[type]));
    const before = Array.from(text).length;
    mentions.push(
      ...filled.slots.map(({ name, value, offset }) => ({
        mention: value,
        offset: before + offset,
        type: name,
      })),
    );
    text += filled.text;
  }
  return { text, mentions };
}

const jsonLine = (recipe: Recipe, { text, mentions }: Document): string =>
  `${JSON.stringify({
    text,
    mention_data: mentions.map(({ mention, offset, type }) => ({
      mention,
      [recipe.field]: type,
      offset: `${offset}`,
    })),
  })}\n`;

function bioLines({ text, mentions }: Document): string {
  const unit = (offset: number): number => Array.from(text).slice(0, offset).join('').length;
  const entities = mentions.map(({ mention, offset, type }) => ({
    start: unit(offset),
    end: unit(offset + Array.from(mention).length),
    type,
  }));
  const { pieces, tags } = encodeBio(text, entities);
  return `${pieces.map((piece, i) => `${piece} ${tags[i]}\n`).join('')}\n`;
}

/** The JSON and BIO files of cEHRNER and cMedQANER. */
export function* nerSamples(): Generator<[path: string, content: string]> {
  for (const recipe of [clinical, community]) {
    for (const split of ['train', 'dev', 'test'] as const) {
      const draw = createDraw(recipe.task, split);
      const documents = Array.from({ length: recipe.sizes[split] }, () => document(recipe, draw));
      if (recipe === community) documents.push(...NESTED, ...ODDITIES);
      yield [`${recipe.task}/${split}.synthetic.json`, documents.map((d) => jsonLine(recipe, d)).join('')];
      yield [`${recipe.task}/${split}.synthetic.txt`, documents.map(bioLines).join('')];
    }
  }
}
