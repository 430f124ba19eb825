/**
 * Writes the coverage tables of docs/trust.md and docs/trust.zh.md from bench/results/statistics-coverage.json and
 * bench/results/statistics-mean-coverage.json.
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

/** A row of mean-coverage.ts. */
interface MeanRow extends Row {
  readonly over: 'seeds' | 'folds';
}

interface Results<Of> {
  readonly settings: Record<string, number>;
  readonly rows: readonly Of[];
}

const root = new URL('../../', import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(`bench/results/${name}.json`, root), 'utf8'));
const { settings, rows }: Results<Row> = read('statistics-coverage');
const means: Results<MeanRow> = read('statistics-mean-coverage');

const GOAL = [0.93, 0.97] as const;

const sizes = [...new Set(rows.map(({ units }) => units))].sort((a, b) => a - b);
const conventions = [...new Set(rows.map(({ convention }) => convention))];
const outside = rows.filter(({ covered, unflagged }) => {
  const share = covered / unflagged;
  return share < GOAL[0] || share > GOAL[1];
});

function shown(row: Row | undefined): string {
  if (!row) return '–';
  const flagged = row.replications - row.unflagged;
  const note = flagged > 0 ? ` (${flagged})` : '';
  const share = row.unflagged > 0 ? ((100 * row.covered) / row.unflagged).toFixed(1) : '–';
  return `${share}${note}`;
}

const cell = (convention: string, units: number): string =>
  shown(rows.find((one) => one.convention === convention && one.units === units));

const list = outside.map(({ convention, units }) => `\`${convention}\` (${units})`).join(', ');
const few = Math.min(...rows.map(({ replications }) => replications));
const TEXT = {
  en: {
    head: ['convention', ...sizes.map((units) => `${units} units, %`)],
    note: `Share of 95 % intervals that contain the true score; in parentheses, the number of flagged intervals, which are not counted. ${settings.replications} samples each (${few} for mean areas under curves on large samples), ${settings.resamples} resamples; sampling error ${standardError(settings.replications)} to ${standardError(few)} points. Units are clusters of one to four examples of correlated difficulty; about ${settings.rareUnits} units of a sample contain each rare label. ${outside.length === 0 ? 'All are within 93 to 97 %.' : `${rows.length - outside.length} of ${rows.length} are within 93 to 97 %; outside: ${list}.`}`,
  },
  zh: {
    head: ['口径', ...sizes.map((units) => `${units} 个单元，%`)],
    note: `表中为 95 % 区间包含真值的比例；括号内为被标记、未计入的区间数。每格 ${settings.replications} 个样本（大样本上曲线下面积的宏平均为 ${few} 个），各重采样 ${settings.resamples} 次，抽样误差 ${standardError(settings.replications)} 至 ${standardError(few)} 个百分点。每个单元由 1 至 4 个难易相同的样本组成；每个罕见标签约出现在样本的 ${settings.rareUnits} 个单元中。${outside.length === 0 ? '全部在 93–97 % 之内。' : `${rows.length} 格中 ${rows.length - outside.length} 格在 93–97 % 之内；其余为：${list}。`}`,
  },
} as const;

const { seeds, folds, replications: samples, alike } = means.settings;
const MEANS = {
  en: {
    note: `Checked by simulation (\`node bench/statistics/mean-coverage.ts\`): share of 95 % intervals that contain the mean of the same runs over the population the samples are drawn from; in parentheses, the number of flagged intervals, which are not counted. ${seeds} seeds that agree on ${100 * alike} % of the items, and ${folds} folds with one model each; ${samples} samples, sampling error ${standardError(samples)} points.`,
    head: 'convention',
    comma: ', ',
    over: { seeds: `${seeds} seeds`, folds: `${folds} folds` },
    units: (units: number) => `${units} units`,
  },
  zh: {
    note: `经模拟检验（\`node bench/statistics/mean-coverage.ts\`）：表中为 95 % 区间包含同一组运行在总体上的均值的比例；括号内为被标记、未计入的区间数。${seeds} 个种子对 ${100 * alike} % 的样本答案相同；${folds} 折各由一个模型评测。每格 ${samples} 个样本，抽样误差 ${standardError(samples)} 个百分点。`,
    head: '口径',
    comma: '，',
    over: { seeds: `${seeds} 个种子`, folds: `${folds} 折` },
    units: (units: number) => `${units} 个单元`,
  },
} as const;

function meansTable(language: 'en' | 'zh'): string {
  const { note, head, over, units, comma } = MEANS[language];
  const columns = (['seeds', 'folds'] as const).flatMap((kind) => sizes.map((size) => ({ kind, size })));
  const heads = columns.map(({ kind, size }) => [over[kind], units(size), '%'].join(comma));
  const cells = (id: string) =>
    columns.map(({ kind, size }) =>
      shown(means.rows.find((row) => row.convention === id && row.over === kind && row.units === size)),
    );
  const ids = [...new Set(means.rows.map(({ convention }) => convention))];
  return [
    note,
    '',
    `| ${[head, ...heads].join(' | ')} |`,
    `| --- |${' ---: |'.repeat(columns.length)}`,
    ...ids.map((id) => `| \`${id}\` | ${cells(id).join(' | ')} |`),
  ].join('\n');
}

/** A page with the text between the marks of a block replaced. */
function replaced(page: string, name: string, text: string, file: string): string {
  const begin = `<!-- ${name}: begin, written by bench/statistics/coverage-page.ts -->`;
  const end = `<!-- ${name}: end -->`;
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`${file} has no place for the table of ${name}`);
  return `${before}${begin}\n${text}\n${end}${after}`;
}

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
  const { head, note } = TEXT[language];
  const table = [
    `| ${head.join(' | ')} |`,
    `| --- |${' ---: |'.repeat(sizes.length)}`,
    ...conventions.map((id) => `| \`${id}\` | ${sizes.map((units) => cell(id, units)).join(' | ')} |`),
  ];
  const withTable = replaced(page, 'coverage', `${note}\n\n${table.join('\n')}`, file);
  await writeAtomic(path, replaced(withTable, 'means', meansTable(language), file));
  console.log(`${file}: ${rows.length} figures, ${outside.length} outside ${GOAL.join(' to ')}`);
}
