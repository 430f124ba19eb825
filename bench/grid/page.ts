/**
 * Writes docs/encoder-results.md and its Chinese twin and the evaluation in the card of cbert-small from the cells kept by
 * bench/grid/grid.ts, and adds a link to docs/results.md. No figure is typed by hand. Trials and error analyses are on the
 * English page only.
 *
 *   npx node bench/grid/page.ts
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { writeAtomic } from '../../src/ground/files.ts';
import { bothLanguages, type Language, type Text } from '../../src/ground/language.ts';
import { kebab } from '../../src/ground/parameters.ts';
import { findTask } from '../../src/tasks/registry.ts';
import { cardEvaluation, withEvaluation } from './card.ts';
import { type ArmInterval, type Cell, cellsOf, type KeptCell, keptCells } from './cells.ts';
import { errorLines } from './errors-table.ts';
import { pairingLines } from './pairing-table.ts';
import { ARMS, RECIPES } from './recipes.ts';
import { sharingLines } from './sharing-kept.ts';
import { difference, percent, row, spread } from './show.ts';
import { ABOUT_TRIALS, trialLines } from './trials-table.ts';

const root = join(import.meta.dirname, '../..');
const docs = join(root, 'docs');
type Say = (text: Text) => string;

/** The model kind of an arm and its chosen parameters. */
function recipeOf({ model, parameters, members }: KeptCell, say: Say): string {
  const chosen = Object.entries(parameters).map(([name, value]) => `${kebab(name)}=${value}`);
  const kind = members
    ? say({ en: `ensemble of ${members.join(', ')}`, zh: `集成 ${members.join('、')}` })
    : model;
  return [kind, ...chosen.map((one) => `\`${one}\``)].join(' ');
}

/** The interval of the mean over seeds; empty if it was not computed for exactly these runs. */
function rangeOf(own: readonly KeptCell[], intervals: readonly ArmInterval[]): string {
  const runs = own.map(({ run }) => run);
  const ofSeveral = intervals.find((one) => JSON.stringify(one.runs) === JSON.stringify(runs));
  const { low, high } = (own.length > 1 ? ofSeveral : own[0]) ?? {};
  return low !== undefined && high !== undefined ? `[${percent(low)}, ${percent(high)}]` : '';
}

function armRows({ cells, pairs, intervals }: ReturnType<typeof keptCells>, say: Say): string[] {
  return ARMS.flatMap((arm) => {
    const own = cells.filter((cell) => cell.arm === arm);
    const [first] = own;
    if (!first) return [];
    const scores = own.flatMap(({ score }) => score ?? []);
    const devs = own.flatMap(({ dev }) => dev ?? []);
    return row([
      arm,
      recipeOf(first, say),
      String(own.length),
      devs.length > 0 ? spread(devs) : '',
      spread(scores),
      rangeOf(own, intervals),
      arm === 'baseline' ? '' : difference(pairs, arm, 'baseline'),
    ]);
  });
}

const curveOf = ({ curve }: KeptCell): string => curve.map(percent).join(', ');

/** Ensembles that a further member did not change. */
function unchangedLines(cells: readonly KeptCell[], say: Say): string[] {
  const combined = cells.filter(({ members }) => members);
  return combined.flatMap((cell, i) => {
    const same = combined.slice(0, i).find(({ scores }) => isDeepStrictEqual(scores, cell.scores));
    const left = cell.members?.filter((member) => !same?.members?.includes(member)).join(', ');
    const note = {
      en: `All scores of ${cell.arm} equal those of ${same?.arm}: the weights chosen on dev leave out ${left}.`,
      zh: `${cell.arm} 的各项得分与 ${same?.arm} 完全相同：按开发集选定的权重未采用 ${left}。`,
    };
    return same ? ['', say(note)] : [];
  });
}

/** Dev scores after every epoch. */
function devLines(cells: readonly KeptCell[], say: Say): string[] {
  const tuned = cells.filter(
    ({ arm, seed, curve }) => arm === 'fine-tuned' && seed === 0 && curve.length > 0,
  );
  if (tuned.length === 0) return [];
  const recipe = say({ en: 'the recipe', zh: '所用设置' });
  return [
    '',
    say({ en: 'Dev score after each epoch, seed 0:', zh: '种子 0，每轮之后的开发集得分：' }),
    '',
    ...tuned.map((cell) => {
      const [chosen, curve] = [recipeOf(cell, say), curveOf(cell)];
      return `- ${recipe}${say({ en: ` (${chosen}): ${curve}`, zh: `（${chosen}）：${curve}` })}`;
    }),
  ];
}

/** The pending cells and their expected cost. */
function outstanding(cells: readonly Cell[], say: Say): string {
  const arms = [...Map.groupBy(cells, ({ arm }) => arm)].map(([arm, { length }]) =>
    length > 1 ? say({ en: `${arm} (${length} seeds)`, zh: `${arm}（${length} 个种子）` }) : arm,
  );
  const minutes = Math.max(1, Math.round(cells.reduce((sum, cell) => sum + cell.minutes, 0)));
  const hours = (minutes / 60).toFixed(1);
  const time =
    minutes < 60
      ? { en: `${minutes} min`, zh: `${minutes} 分钟` }
      : { en: `${hours} hours`, zh: `${hours} 小时` };
  return say({
    en: `Not run yet: ${arms.join(', ')}; about ${time.en} on one core.`,
    zh: `尚未运行：${arms.join('、')}；约需单核 ${time.zh}。`,
  });
}

function section(id: string, say: Say): string[] {
  const kept = keptCells(id);
  const { cells } = kept;
  const [first] = cells;
  const { title } = findTask(id);
  const goal = GOALS[RECIPES[id].goal] ?? bothLanguages(RECIPES[id].goal);
  const all = cellsOf(id);
  if (!first) {
    const rest = outstanding(all, say);
    const about = {
      en: `${title.en}. Goal: ${goal.en}. ${rest}`,
      zh: `${title.zh}。目标：${goal.zh}。${rest}`,
    };
    return [`## ${id}`, '', say(about), ''];
  }
  const done = new Set(cells.map(({ arm, seed }) => `${arm} ${seed}`));
  const missing = all.filter(({ arm, seed }) => !done.has(`${arm} ${seed}`));
  const notes = new Set(cells.flatMap(({ arm, note }) => (note ? `${arm}: ${note}` : [])));
  const { train, dev, evaluated } = first.examples;
  const isEnglish = say({ en: 'en', zh: 'zh' }) === 'en';
  return [
    `## ${id}`,
    '',
    say({
      en: `${title.en}. ${first.split}: ${evaluated} examples, ${first.units} independent units; trained on ${train}, tuned on ${dev}. Convention \`${first.convention}\`. Goal: ${goal.en}.`,
      zh: `${title.zh}。${first.split}：${evaluated} 个样本，${first.units} 个独立单元；训练 ${train} 个，调参 ${dev} 个。口径 \`${first.convention}\`。目标：${goal.zh}。`,
    }),
    '',
    row(HEADS.map(say)),
    row(['---', '---', '---:', '---:', '---:', '---:', '---:']),
    ...armRows(kept, say),
    ...unchangedLines(cells, say),
    ...devLines(cells, say),
    ...sharingLines(id, say),
    ...pairingLines(id, say),
    ...(isEnglish ? [...errorLines(id), ...trialLines(id)] : []),
    ...(notes.size > 0
      ? ['', ...[...notes].map((note) => say({ en: `Note, ${note}`, zh: `注：${note}` }))]
      : []),
    ...(missing.length > 0 ? ['', outstanding(missing, say)] : []),
    '',
  ];
}

const HEADS: readonly Text[] = [
  { en: 'arm', zh: '方案' },
  { en: 'model and recipe', zh: '模型与设置' },
  { en: 'seeds', zh: '种子数' },
  bothLanguages('dev'),
  bothLanguages('test'),
  { en: '95 % interval', zh: '95 % 区间' },
  { en: 'minus baseline', zh: '与 baseline 之差' },
];

/** Goals that are not numbers. */
const GOALS: Readonly<Record<string, Text>> = {
  'what its labels allow': { en: 'what its labels allow', zh: '标签所能支持的水平' },
};

interface Parity {
  readonly encoder: string;
  readonly epochs: number;
  readonly pairs: readonly {
    readonly task: string;
    readonly trained: number;
    readonly train: number;
    readonly ours: number;
    readonly trainer: number;
  }[];
}

/** Complete runs compared with the Trainer, from bench/bert/parity.ts. */
function parity(say: Say): string[] {
  const file = join(import.meta.dirname, '../results/bert-parity.json');
  if (!existsSync(file)) return [];
  const { encoder, epochs, pairs }: Parity = JSON.parse(readFileSync(file, 'utf8'));
  const rows = [...Map.groupBy(pairs, ({ task }) => task)].map(([task, own]) =>
    row([
      task,
      say({ en: `${own[0].trained} of ${own[0].train}`, zh: `${own[0].trained}/${own[0].train}` }),
      String(own.length),
      spread(own.map(({ ours }) => ours)),
      spread(own.map(({ trainer }) => trainer)),
    ]),
  );
  const command = `\`npx node bench/bert/parity.ts --encoder ${encoder} --work WORK [--examples N]\``;
  return [
    say({ en: '## Comparison with the transformers Trainer', zh: '## 与 transformers 的 Trainer 对照' }),
    '',
    say({
      en: `${encoder} with the same basic recipe (${epochs} epochs, AdamW, linear schedule; softmax head for entities) on the same sequences; the epoch is chosen on dev and scoring is identical. Each row uses the same seeds on both sides, though they yield different head initializations and data orders. Test scores in percent. ${command}`,
      zh: `${encoder}，双方采用同样的基本设置（${epochs} 轮，AdamW，线性学习率；实体任务用 softmax 头）与同样的序列，按开发集选取轮次，评分方式一致；每行使用相同的种子，但双方由种子得到的头部初值与样本顺序不同。测试集，百分数。${command}`,
    }),
    '',
    row([
      say({ en: 'task', zh: '任务' }),
      say({ en: 'training examples', zh: '训练样本' }),
      say({ en: 'seeds', zh: '种子数' }),
      'chineseblue',
      'Trainer',
    ]),
    row(['---', '---:', '---:', '---:', '---:']),
    ...rows,
    '',
  ];
}

const COMMANDS: readonly (readonly [command: string, comment?: Text])[] = [
  [
    'grid.ts --work WORK --encoder bge-small-zh-v1.5',
    { en: 'finished cells are skipped', zh: '已完成的会跳过' },
  ],
  [
    'grid.ts --work WORK --encoder bge-small-zh-v1.5 --trials',
    { en: 'variants, trained on a sample, evaluated on dev', zh: '改进尝试：训练集抽样，开发集评测' },
  ],
  [
    'grid.ts --work WORK --encoder bge-small-zh-v1.5 --full',
    { en: 'variants that gained, on the full training set', zh: '有提升的尝试：全部训练数据' },
  ],
  ['sharing.ts', { en: 'scores of rules that read no text', zh: '不读文本的规则的得分' }],
  [
    'errors.ts --work WORK',
    { en: 'error analysis on dev where a goal is missed', zh: '未达目标的任务：开发集错误分析' },
  ],
  [
    'grid.ts --work WORK --compare',
    { en: 'recompute intervals and comparisons from kept runs', zh: '由已保存的运行重新计算区间与比较' },
  ],
  ['page.ts'],
];

const tasks = Object.keys(RECIPES);
const all = tasks.flatMap((task) => keptCells(task).cells);
const unique = (list: readonly (string | null)[]): string =>
  [...new Set(list.filter((one) => one !== null))].sort().join(', ');
const places = `${unique(all.map(({ cpu }) => cpu))}; Node ${unique(all.map(({ node }) => node))}; chineseblue ${unique(all.map(({ commit }) => commit?.slice(0, 10) ?? null))}; ${unique(all.map(({ startedAt }) => startedAt.slice(0, 10)))}.`;

const TITLE: Text = { en: '# Encoder results', zh: '# 编码器结果' };
const ORIGIN: Text = {
  en: 'Generated by `node bench/grid/page.ts` from the cells kept in `bench/results/grid`; do not edit by hand. Each cell is an ordinary run on the full training set with a recipe from `bench/grid/recipes.ts`, produced by the commands below. 中文：[encoder-results.zh.md](encoder-results.zh.md)。',
  zh: '由 `node bench/grid/page.ts` 根据 `bench/results/grid` 中保存的结果生成，不手工修改。每个结果都是使用全部训练数据的一次普通运行，设置见 `bench/grid/recipes.ts`，由以下命令得到。改进尝试与错误分析的表格见英文页：[encoder-results.md](encoder-results.md)。',
};
const ARMS_TEXT: Text = {
  en: 'Arms: `baseline` is the strongest model of any other kind ([results](results.md)); `frozen` trains only a head on bge-small-zh-v1.5 (24 million parameters), `fine-tuned` trains all parameters; `cbert-tiny` and `cbert-small` are the packaged models, fine-tuned; `ensemble` and `ensemble-3` combine the named arms at seed 0. Arms that depend on a seed and train in under 30 minutes on one core get three seeds, the others one; seeds not run yet, if any, are listed under each task. Scores are primary metrics in percent: mean ± standard deviation over seeds, and the 95 % interval of that mean over the independent units of the test set, which does not cover variation between seeds ([method](trust.md#means-over-seeds-and-folds)). The last column is a paired comparison on test over all seeds of both arms (bootstrap interval over units, permutation test, Holm-corrected within the task; Bonferroni for arms added after other runs were deleted). Where labels that are scored separately have few test examples (cMedTC), intervals may be too narrow ([why](trust.md#how-far-the-intervals-can-be-trusted)); rely on p there. Weights, epochs and recipes were chosen on dev.',
  zh: '方案：`baseline` 为其他模型中最强者（[results](results.md)）；`frozen` 只训练 bge-small-zh-v1.5（2400 万参数）之上的输出头，`fine-tuned` 训练全部参数；`cbert-tiny` 与 `cbert-small` 为随包提供的模型，经微调；`ensemble` 与 `ensemble-3` 集成所列方案的种子 0。结果依赖种子且单核训练不足 30 分钟的方案用三个种子，其余用一个；尚未运行的种子（如有）列在各任务之下。得分为主指标，百分数：各种子的均值 ± 标准差，以及该均值在测试集独立单元上的 95 % 区间，不反映换用其他种子的影响（[计算方法](trust.zh.md#多个种子与多折的均值)）。最后一列为测试集上的配对比较（单元自助法区间，置换检验，任务内 Holm 校正，其他运行已删除之后补充的方案用 Bonferroni 校正；双方的全部种子）。若单独计分的标签在测试集中样本很少（cMedTC），区间可能偏窄（[原因](trust.zh.md#区间有多可信)），此时应以 p 值为准。权重、轮次与设置均按开发集选定。',
};

/** The page in one language. */
function page(language: Language): string {
  const say: Say = (text) => text[language];
  const width = Math.max(...COMMANDS.map(([command]) => command.length));
  return [
    say(TITLE),
    '',
    say(ORIGIN),
    '',
    '```sh',
    ...COMMANDS.map(
      ([command, comment]) =>
        `npx node bench/grid/${comment ? `${command.padEnd(width)}   # ${say(comment)}` : command}`,
    ),
    '```',
    '',
    say(ARMS_TEXT),
    '',
    ...(language === 'en' ? [ABOUT_TRIALS, ''] : []),
    places,
    '',
    ...tasks.flatMap((task) => section(task, say)),
    ...parity(say),
  ].join('\n');
}

const LINK = 'Pretrained encoders, frozen and fine-tuned: [encoder-results.md](encoder-results.md).';

const withLink = (results: string): string =>
  results.includes(LINK) ? results : results.replace(/^(?=## )/m, `${LINK}\n\n`);

/** Path and text of every page that shows kept cells. */
export function pages(): Map<string, string> {
  const [results, card] = [join(docs, 'results.md'), join(root, 'models/cbert-small/README.md')];
  const evaluation = cardEvaluation('cbert-small', 'cbert-small', 'bge-small-zh-v1.5');
  return new Map([
    [join(docs, 'encoder-results.md'), page('en')],
    [join(docs, 'encoder-results.zh.md'), page('zh')],
    [results, withLink(readFileSync(results, 'utf8'))],
    [card, withEvaluation(readFileSync(card, 'utf8'), evaluation)],
  ]);
}

if (process.argv[1] === import.meta.filename)
  for (const [path, text] of pages()) await writeAtomic(path, text);
