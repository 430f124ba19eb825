import { createDraw, type Draw, fill, type SampleSplit } from './draw.ts';

/** Normalized name of a symptom and how parents express it. */
const SYMPTOMS: readonly (readonly [name: string, sayings: readonly string[]])[] = [
  ['发热', ['发烧', '发热', '体温高']],
  ['咳嗽', ['咳嗽', '咳', '干咳']],
  ['腹泻', ['拉肚子', '腹泻', '拉稀']],
  ['呕吐', ['吐', '呕吐']],
  ['鼻流涕', ['流鼻涕', '流清涕']],
  ['鼻塞', ['鼻塞', '鼻子不通']],
  ['腹痛', ['肚子疼', '肚子痛', '腹痛']],
  ['厌食', ['不爱吃饭', '不吃东西', '没胃口']],
  ['皮疹', ['起疹子', '皮疹', '出红点']],
  ['便秘', ['大便干', '便秘', '拉不出来']],
  ['哭闹', ['哭闹', '老是哭']],
  ['绿便', ['大便绿', '绿便']],
  ['精神软', ['没精神', '精神不好']],
  ['喘息', ['喘', '呼吸急']],
];

const STATUS = { true: '1', false: '2', uncertain: '3' } as const;
type Status = keyof typeof STATUS;

const PATIENT: Readonly<Record<Status, readonly string[]>> = {
  true: ['宝宝{s}两天了', '有点{s}', '昨天开始{s}', '{s}，还{s}'],
  false: ['没有{s}', '不{s}', '现在不{s}了'],
  uncertain: ['会不会{s}啊', '怕他{s}', '不知道有没有{s}'],
};
const QUESTIONS = ['孩子有没有{s}？', '还{s}吗', '有{s}的情况吗'];
const ADVICE: readonly string[] = ['如果{s}加重要及时去医院', '注意观察有没有{s}', '这个药可能引起{s}'];
const SMALL_TALK: readonly (readonly [speaker: string, sentence: string])[] = [
  ['医生', '你好'],
  ['患者', '医生您好'],
  ['医生', '宝宝多大了？'],
  ['患者', '八个月了'],
  ['医生', '母乳还是奶粉喂养？'],
  ['患者', '混合喂养'],
  ['医生', '注意休息，多喝水'],
  ['患者', '好的，谢谢医生'],
  ['患者', '吃什么药比较好呢'],
];

interface Sentence {
  readonly speaker: string;
  readonly sentence: string;
  readonly label: string;
  readonly normalized: readonly string[];
  readonly type: readonly string[];
}

function sentence(
  speaker: string,
  template: string,
  status: Status,
  names: readonly string[],
  draw: Draw,
): Sentence {
  let next = 0;
  const normalized: string[] = [];
  const { text, slots } = fill(template, () => {
    const symptom = SYMPTOMS.find(([name]) => name === names[next++ % names.length]) ?? SYMPTOMS[0];
    normalized.push(symptom[0]);
    return draw.pick(symptom[1]);
  });
  const letters = Array.from(text, () => 'O');
  for (const { value, offset } of slots) {
    Array.from(value).forEach((_, i) => {
      letters[offset + i] = i === 0 ? 'B' : 'I';
    });
  }
  return {
    speaker,
    sentence: text,
    label: letters.join(''),
    normalized,
    type: normalized.map(() => STATUS[status]),
  };
}

function dialogue(split: SampleSplit, number: number, draw: Draw): object {
  const content: Sentence[] = [];
  const talk = (): void => {
    const [speaker, text] = draw.pick(SMALL_TALK);
    content.push(sentence(speaker, text, 'true', ['发热'], draw));
  };
  const names = draw.words(
    SYMPTOMS.map(([name]) => name),
    draw.below(8) === 0 ? 0 : 2 + draw.below(4),
  );
  const other = (): string => draw.pick(SYMPTOMS)[0];
  talk();
  for (const name of names) {
    const status = draw.pick<Status>(['true', 'true', 'true', 'false', 'uncertain']);
    if (draw.chance(0.5)) content.push(sentence('医生', draw.pick(QUESTIONS), status, [name], draw));
    content.push(sentence('患者', draw.pick(PATIENT[status]), status, [name, other()], draw));
    if (draw.chance(0.3)) talk();
    if (draw.chance(0.2)) content.push(sentence('医生', draw.pick(ADVICE), 'uncertain', [name], draw));
  }
  talk();
  return { 'data-split': split, 'example-id': `synthetic-${split}-${number}`, 'dialogue-content': content };
}

const SIZES: Readonly<Record<SampleSplit, number>> = { train: 80, dev: 30, test: 40 };

/** CMDD: one file per dialogue in `train.synthetic/`, `dev.synthetic/`, `test.synthetic/`. */
export function* dialogueSamples(): Generator<[path: string, content: string]> {
  for (const split of ['train', 'dev', 'test'] as const) {
    const draw = createDraw('CMDD', split);
    for (let number = 0; number < SIZES[split]; number++) {
      const value = dialogue(split, number, draw);
      yield [`CMDD/${split}.synthetic/${split}_${number}.json`, `${JSON.stringify(value, null, 1)}\n`];
    }
  }
}
