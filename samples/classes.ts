import { criteria } from './criteria.ts';
import { createDraw, type Draw, fill, type SampleSplit } from './draw.ts';
import * as words from './lexicon.ts';

type Row = readonly [label: string, text: string];

const lists: Readonly<Record<string, readonly string[]>> = { ...words };

const write = (template: string, draw: Draw): string =>
  fill(template, (name) => (name === 'n' ? String(1 + draw.below(9)) : draw.word(lists[name]))).text;

/** The intents of cMedIC: 0, not looking for a doctor; 1, perhaps; 2, clearly. */
const INTENTS: Readonly<Record<string, readonly string[]>> = {
  '0': [
    '{foods}怎么做好吃',
    '我家{foods}坏了还能用吗',
    '睡觉的时候喜欢听歌',
    '{bodyParts}的英文怎么说',
    '今天天气真好心情也好',
    '电视剧里的{departments}医生是谁演的',
  ],
  '1': [
    '{symptoms}是怎么回事',
    '{diseases}能吃{foods}吗',
    '{symptoms}{times}了要紧吗',
    '{drugs}的副作用有哪些',
    '{diseases}的早期症状',
    '{crowds}可以吃{foods}吗',
    '{bodyParts}疼怎么办',
  ],
  '2': [
    '{diseases}手术费用大概多少钱',
    '治疗{diseases}最好的医院',
    '{departments}专家预约挂号',
    '{operations}哪家医院做得好',
    '做一次{imaging}多少钱',
    '{drugs}哪里买得到',
    '{operations}后多久能出院',
  ],
};

/** Departments as labels of CMedSQC: it was never released, so these are invented. */
const SENTENCES: Readonly<Record<string, readonly string[]>> = {
  内科: [
    '我血压有点高，需要吃{drugs}吗',
    '最近胸闷心悸，{times}了',
    '{diseases}平时吃药要注意什么',
    '空腹血糖偏高怎么控制',
  ],
  外科: [
    '{operations}后伤口多久拆线',
    '做{operations}要住院几天',
    '摔伤后{bodyParts}肿了一块',
    '阑尾手术后能吃{foods}吗',
  ],
  儿科: [
    '宝宝{symptoms}{times}了怎么办',
    '孩子不爱吃饭要不要吃{drugs}',
    '婴儿几个月可以吃{foods}',
    '新生儿黄疸多久能退',
  ],
  妇产科: [
    '怀孕期间能不能吃{foods}',
    '月经推迟{times}是怎么回事',
    '孕妇{symptoms}怎么缓解',
    '产后多久可以恢复月经',
  ],
  皮肤科: [
    '脸上长痘痘用什么药膏',
    '身上起皮疹很痒{times}了',
    '{bodyParts}皮肤瘙痒怎么办',
    '湿疹可以涂红霉素软膏吗',
  ],
  五官科: ['鼻塞流鼻涕{times}了', '眼睛干涩看东西模糊', '耳鸣{times}听力下降', '咽喉肿痛吃{drugs}有用吗'],
};

/** Sampling weights of labels; 1 by default. */
type Weights = Readonly<Record<string, number>>;

/** One example of every label, then more by weight, in random order. */
function rows(
  templates: Readonly<Record<string, readonly string[]>>,
  weights: Weights,
  draw: Draw,
  count: number,
): Row[] {
  const labels = Object.keys(templates);
  const pool = labels.flatMap((label) => Array<string>(weights[label] ?? 1).fill(label));
  const chosen = [
    ...labels,
    ...Array.from({ length: Math.max(0, count - labels.length) }, () => draw.pick(pool)),
  ];
  const made = chosen.map((label): Row => [label, write(draw.pick(templates[label]), draw)]);
  const mixed: Row[] = [];
  while (made.length > 0) mixed.push(...made.splice(draw.below(made.length), 1));
  return mixed;
}

/** Annotation noise: a share of the labels is replaced by another label of the task. */
function disturb(all: Row[], share: number, draw: Draw): Row[] {
  return all.map(([label, text]): Row => [draw.chance(share) ? draw.pick(all)[0] : label, text]);
}

const tsv = (all: readonly Row[], end = '\n'): string => all.map((row) => row.join('\t') + end).join('');

const SIZES: Readonly<Record<SampleSplit, number>> = { train: 150, dev: 45, test: 60 };
const TRIAL_SIZES: Readonly<Record<SampleSplit, number>> = { train: 240, dev: 80, test: 100 };
const TRIAL_WEIGHTS: Weights = {
  Disease: 12,
  Multiple: 9,
  'Therapy or Surgery': 5,
  Consent: 4,
  Diagnostic: 4,
  Age: 4,
};

/** cMedIC, cMedTC (line ends `\r\n`, occasionally a number or a blank before the text) and CMedSQC. */
export function* classSamples(): Generator<[path: string, content: string]> {
  for (const split of ['train', 'dev', 'test'] as const) {
    const file = `${split}.synthetic.txt`;
    const intent = createDraw('cMedIC', split);
    yield [
      `cMedIC/${file}`,
      tsv(disturb(rows(INTENTS, { '0': 1, '1': 8, '2': 5 }, intent, SIZES[split]), 0.05, intent)),
    ];
    const trial = createDraw('cMedTC', split);
    const numbered = rows(criteria, TRIAL_WEIGHTS, trial, TRIAL_SIZES[split]).map(
      ([label, text], i): Row => [
        label,
        trial.pick([`${(i % 9) + 1}.${text}；`, ` ${(i % 9) + 1}）${text}`, text]),
      ],
    );
    yield [`cMedTC/${file}`, tsv(numbered, '\r\n')];
    const sentence = createDraw('CMedSQC', split);
    yield [`CMedSQC/${file}`, tsv(disturb(rows(SENTENCES, {}, sentence, SIZES[split]), 0.04, sentence))];
  }
}
