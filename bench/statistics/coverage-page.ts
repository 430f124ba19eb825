/**
 * Writes the coverage tables of docs/trust.md and docs/trust.zh.md from bench/results/statistics-coverage.json.
 *
 *   node bench/statistics/coverage-page.ts
 */
import { readFileSync } from 'node:fs';
import { writeAtomic } from '../../src/ground/files.ts';

interface Row {
  readonly units: number;
  readonly convention: string;
  readonly replications: number;
  readonly unflagged: number;
  readonly covered: number;
}

const root = new URL('../../', import.meta.url);
const { settings, rows }: { settings: Record<string, number>; rows: readonly Row[] } = JSON.parse(
  readFileSync(new URL('bench/results/statistics-coverage.json', root), 'utf8'),
);

const BEGIN = '<!-- coverage: begin, written by bench/statistics/coverage-page.ts -->';
const END = '<!-- coverage: end -->';
const GOAL = [0.93, 0.97] as const;

const sizes = [...new Set(rows.map(({ units }) => units))].sort((a, b) => a - b);
const conventions = [...new Set(rows.map(({ convention }) => convention))];
const outside = rows.filter(({ covered, unflagged }) => {
  const share = covered / unflagged;
  return share < GOAL[0] || share > GOAL[1];
});

function cell(convention: string, units: number): string {
  const row = rows.find((one) => one.convention === convention && one.units === units);
  if (!row) return '–';
  const flagged = row.replications - row.unflagged;
  const note = flagged > 0 ? ` (${flagged})` : '';
  return `${((100 * row.covered) / row.unflagged).toFixed(1)}${note}`;
}

const list = outside.map(({ convention, units }) => `\`${convention}\` (${units})`).join(', ');
const few = Math.min(...rows.map(({ replications }) => replications));
const TEXT = {
  en: {
    head: ['convention', ...sizes.map((units) => `${units} units, %`)],
    note: `Share of 95 % intervals that hold the true score; in brackets, intervals that were flagged and are not counted. ${settings.replications} samples each (${few} for means of areas under curves on large samples), ${settings.resamples} resamples; a sampling error of ${standardError(settings.replications)} to ${standardError(few)} points. Units are clusters of one to four examples that are easy or hard together; about ${settings.rareUnits} units of a sample hold each rare label. ${outside.length === 0 ? 'All are within 93 to 97 %.' : `${rows.length - outside.length} of ${rows.length} are within 93 to 97 %; outside: ${list}.`}`,
  },
  zh: {
    head: ['口径', ...sizes.map((units) => `${units} 个单元，%`)],
    note: `表中为 95 % 区间包含真值的比例；括号内为被标记、未计入的区间数。每格 ${settings.replications} 个样本（大样本上曲线下面积的宏平均为 ${few} 个），各重采样 ${settings.resamples} 次，抽样误差 ${standardError(settings.replications)} 至 ${standardError(few)} 个百分点。每个单元由 1 至 4 个难易相同的样本组成；每个罕见标签约出现在样本的 ${settings.rareUnits} 个单元中。${outside.length === 0 ? '全部在 93–97 % 之内。' : `${rows.length} 格中 ${rows.length - outside.length} 格在 93–97 % 之内；其余为：${list}。`}`,
  },
} as const;

/** Of a share near 95 %, in percent. */
function standardError(samples: number): string {
  return (100 * Math.sqrt((0.95 * 0.05) / samples)).toFixed(1);
}

for (const [file, language] of [
  ['docs/trust.md', 'en'],
  ['docs/trust.zh.md', 'zh'],
] as const) {
  const path = new URL(file, root).pathname;
  const page = readFileSync(path, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`${file} has no place for the coverage table`);
  const { head, note } = TEXT[language];
  const table = [
    `| ${head.join(' | ')} |`,
    `| --- |${' ---: |'.repeat(sizes.length)}`,
    ...conventions.map((id) => `| \`${id}\` | ${sizes.map((units) => cell(id, units)).join(' | ')} |`),
  ];
  await writeAtomic(path, `${before}${BEGIN}\n${note}\n\n${table.join('\n')}\n${END}${after}`);
  console.log(`${file}: ${rows.length} figures, ${outside.length} outside ${GOAL.join(' to ')}`);
}
