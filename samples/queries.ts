import { createDraw, type Draw, fill, type SampleSplit } from './draw.ts';
import * as words from './lexicon.ts';

const QUERIES = [
  '{d}怎么治疗',
  '{d}能吃{f}吗',
  '{d}的早期症状',
  '{d}挂什么科',
  '{d}吃{m}有用吗',
  '{s}是{d}引起的吗',
];
const SITES = ['_健康问答网', '-医学百科', '_寻医问药频道', ' - 名医在线', '_养生知识库'];

/** Titles from grade 0 (off topic) to 4 (the query itself). `{q}` is the query, `{x}` another disease. */
const TITLES: readonly (readonly string[])[] = [
  ['{x}患者能不能吃{g}', '{g}的营养价值与做法', '{m}说明书', '{x}怎么预防'],
  ['{d}患者的一天', '{x}和{d}有什么区别', '{d}吧', '{s}的常见原因'],
  ['{d}的饮食禁忌有哪些', '{d}的治疗与护理', '{d}会出现{s}吗？', '专家谈{d}'],
  ['{q}?专家为您解答', '关于{d}：{q}', '{q}，注意这几点'],
  ['{q}', '{q}？'],
];
const GRADE_POOL = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 4];

function record(draw: Draw): object[] {
  const about: Record<string, string> = {
    d: draw.word(words.diseases),
    x: draw.word(words.diseases),
    f: draw.word(words.foods),
    g: draw.word(words.foods),
    m: draw.word(words.drugs),
    s: draw.word(words.symptoms),
  };
  const query = fill(draw.pick(QUERIES), (name) => about[name]).text;
  const value = (name: string): string => (name === 'q' ? query : about[name]);
  const document = (grade: number) => ({
    url: `http://example.org/${draw.below(1e6)}.html`,
    label: String(grade),
    title: fill(draw.pick(TITLES[grade]), value).text + (draw.chance(0.7) ? draw.pick(SITES) : ''),
  });
  return Array.from({ length: 1 + draw.below(2) }, () => {
    const first = draw.pick(GRADE_POOL);
    const second = draw.pick(GRADE_POOL.filter((grade) => grade !== first));
    return { query, documents: [document(first), document(second)] };
  });
}

const SIZES: Readonly<Record<SampleSplit, number>> = { train: 160, dev: 50, test: 60 };

/** cMedIR: two titles per record, one or two records per query, different grades within a record. */
export function* querySamples(): Generator<[path: string, content: string]> {
  for (const split of ['train', 'dev', 'test'] as const) {
    const draw = createDraw('cMedIR', split);
    const records: object[] = [];
    while (records.length < SIZES[split]) records.push(...record(draw));
    yield [`cMedIR/${split}.synthetic.json`, records.map((value) => `${JSON.stringify(value)}\n`).join('')];
  }
}
