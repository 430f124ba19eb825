import { createDraw, type Draw, fill, type SampleSplit } from './draw.ts';
import * as words from './lexicon.ts';

type Row = readonly [label: string, textA: string, textB: string];

/** Paraphrases of a question, one list per intent. */
const INTENTS: readonly (readonly string[])[] = [
  ['{d}怎么治疗', '{d}如何治疗最好', '得了{d}怎么办', '{d}的治疗方法有哪些', '请问{d}该怎么治？'],
  ['{d}有什么症状', '{d}的早期症状是什么', '{d}会出现哪些表现', '怎么知道自己得了{d}'],
  ['{d}能吃{f}吗', '{d}患者可以吃{f}吗？', '得了{d}吃{f}行不行', '请问{f}{d}病人能吃么'],
  ['{d}会传染吗', '{d}是不是传染病', '和{d}病人一起吃饭会被传染吗', '{d}传染给家人的几率大吗'],
  ['{d}会遗传吗', '{d}遗传给孩子的可能性大吗', '父母有{d}孩子会有吗'],
  ['{d}要做什么检查', '怀疑{d}应该查什么', '确诊{d}需要哪些检查项目'],
  ['{d}挂什么科', '看{d}去医院挂哪个科', '{d}应该看什么科室？'],
  ['{d}可以吃{m}吗', '{m}能治{d}吗', '{d}吃{m}有用吗', '得了{d}服用{m}效果怎么样'],
  ['{d}能活多久', '{d}的生存期有多长', '得了{d}还能活几年'],
];

/** Annotation noise: without it every score would be perfect. */
const LABEL_NOISE = 0.06;

const noisy = (label: string, draw: Draw): string =>
  draw.chance(LABEL_NOISE) ? (label === '1' ? '0' : '1') : label;

function ask(intent: readonly string[], context: Readonly<Record<string, string>>, draw: Draw): string {
  const lead = draw.chance(0.15) ? draw.pick(['你好，', '医生，', '想问一下']) : '';
  return lead + fill(draw.pick(intent), (name) => context[name]).text;
}

const context = (draw: Draw): Record<string, string> => ({
  d: draw.word(words.diseases),
  f: draw.word(words.foods),
  m: draw.word(words.drugs),
});

/** Query pairs: a paraphrase, another question on the same disease, or one on another disease. */
function queryPairs(draw: Draw, count: number): Row[] {
  const rows: Row[] = [];
  while (rows.length < count) {
    const intent = draw.pick(INTENTS);
    const about = context(draw);
    const query = ask(intent, about, draw);
    for (let left = 1 + draw.below(3); left > 0 && rows.length < count; left--) {
      let other = query;
      let label = '1';
      if (draw.chance(0.5)) {
        for (let tries = 0; other === query && tries < 9; tries++) other = ask(intent, about, draw);
      } else {
        label = '0';
        const sameIntent = draw.chance(0.35);
        const otherIntent = draw.pick(INTENTS.filter((candidate) => candidate !== intent));
        other = sameIntent ? ask(intent, context(draw), draw) : ask(otherIntent, about, draw);
      }
      rows.push([noisy(label, draw), query, other]);
    }
  }
  return rows;
}

const QUESTIONS = [
  '我{s}已经好几天了，去医院说是{d}，应该怎么治疗呢？',
  '最近总是{s}，还有点{t}，会不会是{d}啊，吃什么药好',
  '我妈妈得了{d}，经常{s}，请问平时要注意什么？',
  '孩子{s}，医生诊断为{d}，吃了{m}没有效果怎么办',
  '查出{d}半年了，一直在吃{m}，最近又{s}，需要住院吗',
];

const ANSWERS = [
  '你好，根据你的描述，{d}一般可以用{m}治疗，{s}会慢慢缓解，注意休息，清淡饮食。',
  '{d}引起的{s}比较常见，建议到{k}做进一步检查，在医生指导下服用{m}。',
  '这位朋友，{d}平时要注意保暖，避免劳累，如果{s}加重应及时就医。',
  '出现{s}不要紧张，先做检查明确是不是{d}，必要时{r}。',
  '您好，{d}目前没有特效药，可以{r}，配合{m}，多数人{s}能好转。',
];

const LONG_TAILS = [
  '另外要保持良好的心态，多吃新鲜蔬菜水果，少吃辛辣刺激性食物，戒烟戒酒。',
  '以上是对您问题的回答，希望对您有帮助，祝您身体健康。',
  '治疗期间请按时复查，不要自行停药，也不要轻信偏方。',
  '如果条件允许，可以到当地三甲医院的专科门诊详细咨询。',
];

/** A question with several answers: one or two are correct, the others belong to other questions. */
function questionAnswers(draw: Draw, count: number, positives: number, long: boolean): Row[] {
  const answer = (about: Record<string, string>): string => {
    const body = fill(draw.pick(ANSWERS), (name) => about[name]).text;
    return long ? body + draw.words(LONG_TAILS, 1 + draw.below(3)).join('') : body;
  };
  const situation = (): Record<string, string> => ({
    ...context(draw),
    s: draw.word(words.symptoms),
    t: draw.word(words.symptoms),
    k: draw.word(words.departments),
    r: draw.word(words.treatments),
  });
  const rows: Row[] = [];
  while (rows.length < count) {
    const about = situation();
    const question = fill(draw.pick(QUESTIONS), (name) => about[name]).text;
    for (let i = 0; i < 4 && rows.length < count; i++) {
      const fits = i < positives;
      const other = situation();
      const mixed = draw.chance(0.3) ? { ...other, s: about.s } : other;
      rows.push([noisy(fits ? '1' : '0', draw), question, answer(fits ? about : mixed)]);
    }
  }
  return rows;
}

const PREMISES = ['{c}患{d}{y}，服用{m}后{s}消失', '{c}因{s}就诊，诊断为{d}', '{m}可用于治疗{d}，但{c}禁用'];
const INFERENCES: readonly (readonly [label: string, hypotheses: readonly string[]])[] = [
  ['entailment', ['{c}曾出现{s}', '{c}与{d}有关', '文中提到了{d}和{c}']],
  ['contradiction', ['{c}从未出现{s}', '{c}没有{d}', '{d}与{c}完全无关']],
  ['neutral', ['{c}同时做了{r}', '{c}建议去{k}复查', '{c}还需要服用{m2}']],
];

function inferencePairs(draw: Draw, count: number): Row[] {
  return Array.from({ length: count }, (): Row => {
    const about: Record<string, string> = {
      ...context(draw),
      c: draw.word(words.crowds),
      s: draw.word(words.symptoms),
      y: draw.word(words.times),
      r: draw.word(words.treatments),
      k: draw.word(words.departments),
      m2: draw.word(words.drugs),
    };
    const [label, hypotheses] = draw.pick(INFERENCES);
    const given = draw.chance(LABEL_NOISE) ? draw.pick(INFERENCES)[0] : label;
    const premise = fill(draw.pick(PREMISES), (name) => about[name]).text;
    return [given, premise, fill(draw.pick(hypotheses), (name) => about[name]).text];
  });
}

/** Quoted as some fields of cMedQA: in double quotes, with inner quotes doubled. */
const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;

const tsv = (rows: readonly Row[]): string => rows.map((row) => `${row.join('\t')}\n`).join('');

const SIZES: Readonly<Record<SampleSplit, number>> = { train: 160, dev: 48, test: 60 };

/** cMedQQ, cMedQA, cMedQNLI and the task `inference`. */
export function* pairSamples(): Generator<[path: string, content: string]> {
  for (const split of ['train', 'dev', 'test'] as const) {
    const size = SIZES[split];
    const file = `${split}.synthetic.txt`;
    yield [`cMedQQ/${file}`, tsv(queryPairs(createDraw('cMedQQ', split), size))];
    const answers = questionAnswers(createDraw('cMedQA', split), size, 1, false);
    const quoted = answers.map(
      ([label, a, b], i): Row => (i % 40 === 7 ? [label, a, quote(`中医称为"内伤"。${b}`)] : [label, a, b]),
    );
    yield [`cMedQA/${file}`, tsv(quoted)];
    yield [`cMedQNLI/${file}`, tsv(questionAnswers(createDraw('cMedQNLI', split), size, 2, true))];
    yield [`inference/${file}`, tsv(inferencePairs(createDraw('inference', split), size))];
  }
}
