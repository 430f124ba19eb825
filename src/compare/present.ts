import { counted } from '../ground/counted.ts';
import type { Language, Text } from '../ground/language.ts';
import { escapeMarkdown, markdownTable } from '../ground/markdown.ts';
import { unanswered } from '../scoring/coverage.ts';
import { figure, pValue, range } from '../scoring/figures.ts';
import { findConvention } from '../tasks/conventions.ts';
import type { ComparedPair, Comparison, DifferingItem } from './comparison.ts';

/** One part of a comparison as people read it; all text is plain. */
export interface Section {
  readonly title?: string;
  readonly lines: readonly string[];
  readonly table?: {
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
    /** By column: those of the highest rank are left out first where there is little room, 0 never. */
    readonly dropRanks?: readonly number[];
  };
}

const HEADS = {
  systems: {
    en: [
      'group',
      'rank',
      'system',
      'score',
      'interval',
      'over seeds',
      'unanswered',
      's / 1 000',
      'cost / 1 000',
    ],
    zh: ['组', '名次', '系统', '得分', '区间', '种子间', '未作答', '秒/千条', '费用/千条'],
  },
  pairs: {
    en: ['a', 'b', 'a − b', 'interval', 'p', 'p (Holm)', 'better', 'win/tie/loss', 'McNemar p', 'detectable'],
    zh: ['a', 'b', 'a − b', '区间', 'p', 'p (Holm)', '更优', '胜/平/负', 'McNemar p', '可检出差'],
  },
  items: {
    en: ['worth', 'id', 'text', 'gold', 'a', 'b'],
    zh: ['贡献', 'id', '文本', '金标', 'a', 'b'],
  },
} as const;

const DROP_RANKS = { systems: [0, 0, 0, 0, 0, 1, 2, 4, 3], pairs: [0, 0, 0, 0, 1, 0, 0, 2, 4, 3] } as const;

/** Longest piece of text in a table on a terminal, in characters. */
const TEXT_LIMIT = 22;
const LONG_TEXT_LIMIT = 300;

/** What writes one comparison in one language. */
interface Writer {
  readonly comparison: Comparison;
  readonly language: Language;
  say(text: Text): string;
  score(value: number): string;
}

/** A comparison in parts, in one language. `long` gives texts of items more room. */
export function presentComparison(comparison: Comparison, language: Language, long = false): Section[] {
  const writer: Writer = {
    comparison,
    language,
    say: (text) => text[language],
    score: (value) => figure(value, comparison.convention, 2),
  };
  return [
    overview(writer),
    systemsSection(writer),
    pairsSection(writer),
    ...itemSections(writer, long ? LONG_TEXT_LIMIT : TEXT_LIMIT),
    { lines: [...comparison.notices.map(writer.say), method(writer)] },
  ];
}

function overview({ comparison, say }: Writer): Section {
  const { convention, task, split, synthetic, examples, units } = comparison;
  const { title } = findConvention(convention);
  return {
    title: `${task} ${split}${synthetic ? say({ en: ' (synthetic sample)', zh: '（合成样例）' }) : ''}`,
    lines: [
      say({
        en: `${title.en} (${convention}), ${counted(examples, 'example')}, ${counted(units, 'independent unit')}`,
        zh: `${title.zh}（${convention}），${examples} 个样本，${units} 个独立单元`,
      }),
    ],
  };
}

function systemsSection({ comparison: { systems, convention }, language, say, score }: Writer): Section {
  const rows = systems.map((system) => [
    system.groups,
    system.rank[0] === system.rank[1] ? `${system.rank[0]}` : `${system.rank[0]}–${system.rank[1]}`,
    system.name,
    score(system.score),
    range(system.interval, convention, 2),
    system.seeds ? `± ${score(system.seeds.deviation)} (${system.runs.length})` : '',
    String(unanswered(system.coverage)),
    amount(system.seconds),
    system.cost ? `${amount(system.cost.amount)} ${system.cost.currency}`.trim() : '',
  ]);
  return {
    title: say({ en: 'Systems', zh: '系统' }),
    lines: [],
    table: { head: HEADS.systems[language], dropRanks: DROP_RANKS.systems, rows },
  };
}

function pairsSection({ comparison, language, say, score }: Writer): Section {
  const { pairs, convention } = comparison;
  const rows = pairs.map((pair) => [
    pair.a,
    pair.b,
    signed(pair.difference.estimate, score),
    range(pair.difference, convention, 2),
    pValue(pair.p) + (pair.exact || comparison.test === 'bootstrap' ? '' : ' ~'),
    pValue(pair.adjusted),
    pair.better ?? say({ en: 'undecided', zh: '未定' }),
    pair.items ? `${pair.items.win}/${pair.items.tie}/${pair.items.loss}` : '',
    pair.mcnemar ? pValue(pair.mcnemar.exact) : '',
    score(pair.detectable),
  ]);
  return {
    title: say({ en: 'Pairs', zh: '两两比较' }),
    lines: pairs.length === 1 ? [verdict(pairs[0], comparison, language)] : [],
    table: { head: HEADS.pairs[language], dropRanks: DROP_RANKS.pairs, rows },
  };
}

function itemSections(
  { comparison: { pairs, convention }, language, say }: Writer,
  limit: number,
): Section[] {
  return pairs
    .filter(({ most }) => most.length > 0)
    .map(({ a, b, most }) => ({
      title: say({
        en: `Items that differ most: a = ${a}, b = ${b}`,
        zh: `差异最大的样本：a = ${a}，b = ${b}`,
      }),
      lines: [],
      table: {
        head: HEADS.items[language],
        rows: most.map((item) => itemCells(item, convention).map((cell) => shorten(cell, limit))),
      },
    }));
}

/** How the figures were computed. */
function method({ comparison: { level, resamples, seed, pairs, test }, say }: Writer): string {
  const percent = Math.round(level * 1000) / 10;
  const alpha = Math.round((1 - level) * 1000) / 10;
  const p = {
    permutation: {
      en: `paired permutation test over units, two-sided (~: ${resamples} random exchanges, otherwise all)`,
      zh: `按单元的双侧配对置换检验（~ 表示 ${resamples} 次随机交换，否则为全部交换）`,
    },
    bootstrap: {
      en: 'the level at which the interval of the difference ends at 0, two-sided',
      zh: '差值区间端点恰为 0 时的双侧水平',
    },
  }[test];
  const worth = {
    permutation: {
      en: ' Worth: the contribution of an item to the score difference.',
      zh: '贡献：该样本对得分之差的贡献。',
    },
    bootstrap: {
      en: ' The score is not a sum over items, so none are listed.',
      zh: '该得分不是各样本之和，因此不列出样本。',
    },
  }[test];
  return say({
    en: `Intervals: ${percent} % Bayesian bootstrap over units, bias-corrected, ${resamples} resamples, seed ${seed}. p: ${p.en}; Holm over ${counted(pairs.length, 'pair')}. Systems that share a letter do not differ at ${alpha} %. Detectable: the smallest true difference that a test on these items would find with 80 % power.${worth.en}`,
    zh: `区间：按独立单元作偏差校正的贝叶斯自助，${percent}%，重采样 ${resamples} 次，种子 ${seed}。p：${p.zh}，对 ${pairs.length} 对做 Holm 校正。共有同一字母的系统在 ${alpha}% 水平上无显著差异。可检出差：在这些样本上以 80% 的功效可检出的最小真实差异。${worth.zh}`,
  });
}

function itemCells(item: DifferingItem, convention: string): string[] {
  const sign = item.effect > 0 ? '+' : '';
  return [
    sign + figure(item.effect, convention, 3),
    item.ids.join(', '),
    item.text,
    item.gold,
    item.a,
    item.b,
  ];
}

/** Three digits of an amount of time or money. */
export const amount = (value: number): string =>
  Number.isFinite(value) ? (value >= 100 ? value.toFixed(0) : value.toPrecision(3)) : '–';

const signed = (value: number, write: (value: number) => string): string =>
  (value > 0 ? '+' : '') + write(value);

/** What a reader may conclude from one pair, in a sentence. */
function verdict(pair: ComparedPair, { convention, level }: Comparison, language: Language): string {
  const score = (value: number): string => figure(value, convention, 2);
  const { a, b, better, difference, adjusted, detectable } = pair;
  if (better !== null) {
    const worse = better === a ? b : a;
    return {
      en: `${better} is better than ${worse}: by ${score(Math.abs(difference.estimate))}, p ${pValue(adjusted)}.`,
      zh: `${better} 优于 ${worse}：相差 ${score(Math.abs(difference.estimate))}，p ${pValue(adjusted)}。`,
    }[language];
  }
  return {
    en: `Undecided at ${Math.round((1 - level) * 1000) / 10} %: ${a} − ${b} is ${score(difference.estimate)}, p ${pValue(adjusted)}; these items show differences from about ${score(detectable)}.`,
    zh: `在 ${Math.round((1 - level) * 1000) / 10}% 水平上未定：${a} − ${b} 为 ${score(difference.estimate)}，p ${pValue(adjusted)}；这些样本约从 ${score(detectable)} 起才能检出差异。`,
  }[language];
}

function shorten(text: string, limit: number): string {
  const flat = text.replace(/\s+/g, ' ');
  const characters = [...flat];
  return characters.length > limit ? `${characters.slice(0, limit - 1).join('')}…` : flat;
}

/** The sections as one Markdown page. Text from corpora and models is escaped. */
export function comparisonMarkdown(sections: readonly Section[]): string {
  const parts = sections.flatMap(({ title, lines, table }, i) => [
    ...(title ? [`${i === 0 ? '#' : '##'} ${escapeMarkdown(title)}`] : []),
    ...lines.map(escapeMarkdown),
    ...(table
      ? [
          markdownTable(
            table.head.map(escapeMarkdown),
            table.rows.map((row) => row.map(escapeMarkdown)),
            3,
          ),
        ]
      : []),
  ]);
  return `${parts.join('\n\n')}\n`;
}
