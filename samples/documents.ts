import { createDraw, type Draw, fill, type SampleSplit } from './draw.ts';
import * as words from './lexicon.ts';

const lists: Readonly<Record<string, readonly string[]>> = { ...words };

/** Topics of a document on a disease `{d}`: a sentence on a topic gives the document that label. */
const TOPICS: Readonly<Record<string, readonly string[]>> = {
  病因: [
    '{d}的发生多与劳累、受凉有关。',
    '遗传因素和不良生活习惯可以导致{d}。',
    '引起{d}的原因尚不完全清楚。',
  ],
  症状: [
    '患者常有{symptoms}、{symptoms}等表现。',
    '主要表现为{symptoms}，严重时{symptoms}。',
    '早期可以没有症状，以后出现{symptoms}。',
  ],
  检查: ['确诊需要做{tests}。', '{imaging}和{laboratory}有助于诊断。', '怀疑本病时应尽快检查{laboratory}。'],
  治疗: [
    '治疗以{drugs}为主，必要时{treatments}。',
    '药物无效者可行{operations}。',
    '常用{drugs}或{drugs}口服。',
  ],
  饮食: ['饮食宜清淡，少吃{foods}。', '可以适量吃{foods}和{foods}。', '忌食辛辣，{foods}也要少吃。'],
  预防: ['平时要加强锻炼，增强体质。', '注意保暖，避免过度劳累可以预防复发。', '定期体检有助于早期发现。'],
};
const FILLERS = [
  '{d}是一种常见的{features}疾病。',
  '近年来{d}的患者越来越多。',
  '不少{crowds}对{d}并不了解。',
];

/** The share of topics that annotation misses. */
const OVERLOOKED = 0.08;

function labelled(draw: Draw): object {
  const disease = draw.word(words.diseases);
  const write = (template: string): string =>
    fill(template, (name) => (name === 'd' ? disease : draw.word(lists[name]))).text;
  const names = Object.keys(TOPICS);
  const topics = names.filter(() => draw.chance(0.35));
  const labels = topics.filter(() => !draw.chance(OVERLOOKED));
  const sentences = topics.map((label) => write(draw.pick(TOPICS[label])));
  if (sentences.length === 0 || draw.chance(0.6)) sentences.unshift(write(draw.pick(FILLERS)));
  return { text: sentences.join(''), labels };
}

/** Sentences stating relations of a disease `{d}`; every other slot is the object of its predicate. */
const RELATIONS: readonly string[] = [
  '{d}的典型表现为{临床表现}和{临床表现}。',
  '{d}首选{药物治疗}，也可以用{药物治疗}。',
  '诊断{d}需要行{影像学检查}及{实验室检查}。',
  '{d}好发于{发病部位}，常伴{临床表现}。',
  '{d}可以并发{并发症}。',
  '{d}患者可行{手术治疗}，术后复查{实验室检查}。',
  '以{临床表现}起病的{d}，多累及{发病部位}。',
];
const NO_RELATION = [
  '{d}患者应保持良好的心态。',
  '关于{d}的研究还不多，头痛患者不必紧张。',
  '本文回顾近年{d}的进展。',
];
const OBJECTS: Readonly<Record<string, readonly [type: string, words: readonly string[]]>> = {
  临床表现: ['症状', words.symptoms],
  药物治疗: ['药物', words.drugs],
  影像学检查: ['检查', words.imaging],
  实验室检查: ['检查', words.laboratory],
  发病部位: ['部位', words.bodyParts],
  并发症: ['疾病', words.diseases],
  手术治疗: ['手术治疗', words.operations],
};

function related(draw: Draw): object {
  const disease = draw.word(words.diseases);
  let text = '';
  const spo = new Map<string, object>();
  const count = 1 + draw.below(3);
  for (let i = 0; i < count; i++) {
    const template = draw.chance(0.2) ? draw.pick(NO_RELATION) : draw.pick(RELATIONS);
    const filled = fill(template, (name) => (name === 'd' ? disease : draw.word(OBJECTS[name][1])));
    text += filled.text;
    for (const { name, value } of filled.slots) {
      if (name === 'd' || value === disease) continue;
      spo.set(`${name}\t${value}`, {
        predicate: name,
        subject: disease,
        subject_type: '疾病',
        object: { '@value': value },
        object_type: { '@value': OBJECTS[name][0] },
      });
    }
  }
  return { text, spo_list: [...spo.values()] };
}

const SIZES: Readonly<Record<SampleSplit, number>> = { train: 150, dev: 45, test: 60 };

/** The tasks `multilabel` and `relation` (in the layout of CMeIE). */
export function* documentSamples(): Generator<[path: string, content: string]> {
  for (const split of ['train', 'dev', 'test'] as const) {
    for (const [task, make] of [
      ['multilabel', labelled],
      ['relation', related],
    ] as const) {
      const draw = createDraw(task, split);
      const lines = Array.from({ length: SIZES[split] }, () => `${JSON.stringify(make(draw))}\n`);
      yield [`${task}/${split}.synthetic.jsonl`, lines.join('')];
    }
  }
}
