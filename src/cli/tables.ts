import type { RunRecord } from '../evaluation/record.ts';
import type { Summary } from '../evaluation/summary.ts';
import { listed } from '../ground/language.ts';
import { describeCoverage, describeQuotes, unanswered } from '../scoring/coverage.ts';
import { isUnsure, UNSURE_MARK, UNSURE_NOTE } from '../scoring/figures.ts';
import type { ScoreSheet } from '../scoring/score-sheet.ts';
import type { Interval } from '../statistics/interval.ts';
import type { Convention } from '../tasks/convention.ts';
import { findConvention } from '../tasks/conventions.ts';
import type { Task } from '../tasks/task.ts';
import { onRealText, publishedModels } from './published.ts';
import type { Heading } from './table.ts';
import type { Terminal } from './terminal.ts';

/** A score for people: percent with one decimal, or a plain number where the convention says so. */
export function formatScore(value: number, convention: string): string {
  return formatAs(value, findConvention(convention).unit);
}

/** The same where the unit is known. Default `percent`. */
export function formatAs(value: number, unit: Convention['unit'] = 'percent'): string {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const written = unit === 'percent' ? (value * 100).toFixed(1) : value.toFixed(unit === 'ratio' ? 2 : 3);
  return written.replace('-', '−');
}

/** `[84.0, 88.0]`, marked where it is unsure: `printUnsureNote` says what the mark means. */
export function formatRange(interval: Interval, convention: string): string {
  const mark = isUnsure(interval) ? UNSURE_MARK : '';
  return `[${formatScore(interval.low, convention)}, ${formatScore(interval.high, convention)}]${mark}`;
}

/** `71.2 [70.1, 72.4]` of a share, an average of several conventions included. */
export function formatMean(interval: Interval): string {
  const { estimate, low, high } = interval;
  const range = Number.isNaN(low)
    ? ''
    : ` [${formatAs(low)}, ${formatAs(high)}]${isUnsure(interval) ? UNSURE_MARK : ''}`;
  return `${formatAs(estimate)}${range}`;
}

/** What the mark on an interval means, where any is marked. */
export function printUnsureNote(intervals: readonly (Interval | undefined)[], terminal: Terminal): void {
  if (intervals.some(isUnsure)) terminal.printText(UNSURE_NOTE);
}

/** `86.1 [84.0, 88.0]`, with `± 0.4 (3)` where there are several seeds or folds. */
export function formatSummary({ mean, deviation, interval, primary, runs }: Summary): string {
  const spread = runs.length > 1 ? ` ± ${formatScore(deviation, primary)} (${runs.length})` : '';
  return `${formatScore(mean, primary)}${interval ? ` ${formatRange(interval, primary)}` : ''}${spread}`;
}

/** Follows the name of a task whose corpus is a synthetic sample; a note explains it. */
export const SYNTHETIC_MARK = '‡';

/** With the split, where that is not test, and the mark of synthetic samples. */
const nameTask = ({ task, split, synthetic }: Summary): string =>
  `${task}${split === 'test' ? '' : ` (${split})`}${synthetic ? SYNTHETIC_MARK : ''}`;

/** With the parameters that set it apart from models of the same name. */
export const nameModel = (
  { model, setting }: Pick<Summary, 'model' | 'setting'>,
  say: Terminal['say'],
): string => [say(model), setting].filter((part) => part !== '').join(' ');

const isPartial = ({ examples: { train, learnt = train } }: RunRecord): boolean => learnt < train;

/** The table that ends `run`: one row per task and model, with the published figures on real corpora. */
export async function printSummaries(
  summaries: readonly Summary[],
  tasks: readonly Task[],
  terminal: Terminal,
): Promise<void> {
  if (summaries.length === 0) return;
  const { say } = terminal;
  const published = publishedModels(onRealText(tasks, summaries));
  const headings: readonly Heading[] = [
    say({ en: 'task', zh: '任务' }),
    { head: say({ en: 'early name', zh: '早期名称' }), dropRank: 8 },
    { head: say({ en: 'family', zh: '任务族' }), dropRank: 7 },
    { head: say({ en: 'examples', zh: '样本数' }), dropRank: 3 },
    say({ en: 'model', zh: '模型' }),
    { head: say({ en: 'metric', zh: '指标' }), dropRank: 1 },
    say({ en: 'score [95 % interval]', zh: '得分 [95% 区间]' }),
    { head: say({ en: 'constant', zh: '常数答案' }), dropRank: 4 },
    { head: say({ en: 'chance', zh: '随机' }), dropRank: 5 },
    ...published.map((head) => ({ head, dropRank: 2 })),
    { head: say({ en: 'fit s', zh: '训练秒' }), dropRank: 6 },
    { head: say({ en: 'convention', zh: '口径' }), dropRank: 9 },
  ];
  const rows = summaries.map((summary) => {
    const task = tasks.find(({ id }) => id === summary.task);
    const publishedBy = (model: string): string => {
      const found = summary.synthetic ? undefined : task?.published.find((score) => score.model === model);
      return found ? `${found.value.toFixed(1)}*` : '';
    };
    const { record, scores } = summary.runs[0];
    return [
      nameTask(summary),
      say(listed(task?.aliases ?? [])),
      record.task.family,
      String(summary.asked),
      nameModel(summary, say),
      say(findConvention(summary.primary).title),
      formatSummary(summary),
      formatScore(scores.floors.constant, summary.primary),
      formatScore(scores.floors.chance, summary.primary),
      ...published.map(publishedBy),
      summary.fitSeconds.toFixed(1),
      summary.primary,
    ];
  });
  const dropped = await terminal.table(headings, rows);
  if (published.some((head) => !dropped.includes(head)) && !terminal.quiet)
    printPublishedNotes(onRealText(tasks, summaries), terminal);
  printUnsureNote(
    summaries.map(({ interval }) => interval),
    terminal,
  );
  printAnswerNotes(summaries, terminal);
  printSummaryNotes(summaries, terminal);
}

/** What the published figures are, and why they do not compare. */
function printPublishedNotes(tasks: readonly Task[], terminal: Terminal): void {
  const notes = new Map<string, string[]>();
  for (const task of tasks) {
    const note = task.published[0] && terminal.say(task.published[0].note);
    if (note) notes.set(note, [...(notes.get(note) ?? []), task.id]);
  }
  if (notes.size === 0) return;
  terminal.printText({
    en: '* Published figures are not directly comparable. What they are:',
    zh: '* 论文数字不能直接比较，其口径为：',
  });
  for (const [note, ids] of notes) {
    const { en, zh } = listed(ids);
    terminal.printText({ en: `  ${en}: ${note}`, zh: `  ${zh}：${note}` });
  }
}

/** What could not be scored as an answer, and what became of quotes: a low score is not always a wrong answer. */
function printAnswerNotes(summaries: readonly Summary[], terminal: Terminal): void {
  for (const { record, scores } of summaries.flatMap(({ runs }) => runs)) {
    const { coverage, quotes } = scores;
    if (unanswered(coverage) === 0 && !quotes) continue;
    const { reasons = {}, answers } = record;
    const { say } = terminal;
    const why = Object.entries(reasons).map(([code, count]) => `${code} ${count}`);
    const { truncated } = answers;
    if (truncated > 0) why.push(say({ en: `${truncated} truncated`, zh: `其中被截断 ${truncated}` }));
    const parts = [
      say(describeCoverage(coverage)),
      say(listed(why)),
      quotes ? say(describeQuotes(quotes)) : '',
    ];
    const said = parts.filter((part) => part !== '').join(say({ en: '. ', zh: '。' }));
    terminal.print(`${record.task.id} ${record.model.name}${say({ en: ': ', zh: '：' })}${said}`);
  }
  if (summaries.some(({ runs }) => runs.some(({ record }) => record.answers.failed > 0)))
    terminal.printText({
      en: 'The same command with --retry-errors repeats the calls that failed.',
      zh: '以同一命令加 --retry-errors 可重试失败的调用。',
    });
}

/** What a reader of the scores must know about partial training and synthetic corpora. */
function printSummaryNotes(summaries: readonly Summary[], terminal: Terminal): void {
  if (summaries.some(({ runs }) => isPartial(runs[0].record))) {
    terminal.printText({
      en: '(n of m): fine-tuned on only n of the m training examples, so that a quick look takes seconds. To use all of them: chineseblue run --model bert:NAME',
      zh: '（n/m）：为快速演示，仅用 m 个训练样本中的 n 个微调。使用全部样本：chineseblue run --model bert:NAME',
    });
  }
  if (summaries.some(({ runs, interval }) => runs.length > 1 && interval)) {
    terminal.printText({
      en: 'The interval of several seeds or folds is that of their mean on other examples; ± is the standard deviation over the runs, with their number.',
      zh: '多个种子或多折的区间是其均值的区间，反映更换样本的影响；± 为各次运行之间的标准差，括号内为运行次数。',
    });
  }
  printMissingIntervals(summaries, terminal);
  if (summaries.some(({ synthetic }) => synthetic)) {
    terminal.printText({
      en: `${SYNTHETIC_MARK} Synthetic samples: the scores show that everything works, but say nothing about real text.`,
      zh: `${SYNTHETIC_MARK} 合成样例语料：得分只说明流程可用，不代表真实文本上的表现。`,
    });
  }
}

/** Why means of several runs have no interval, each reason once. */
export function printMissingIntervals(
  summaries: readonly Pick<Summary, 'noInterval'>[],
  terminal: Terminal,
): void {
  const reasons = new Set(
    summaries.flatMap(({ noInterval }) => (noInterval ? terminal.say(noInterval.text) : [])),
  );
  for (const reason of reasons) {
    terminal.note({
      en: `The mean of several runs has no interval because gold is not available: ${reason}`,
      zh: `缺少金标，无法计算多次运行均值的区间：${reason}`,
    });
  }
}

/** Every score of a sheet: what `score` prints. */
export async function printSheet(sheet: ScoreSheet, terminal: Terminal): Promise<void> {
  const { coverage } = sheet;
  const synthetic = sheet.synthetic ? terminal.say({ en: ' (synthetic sample)', zh: '（合成样例）' }) : '';
  terminal.printText({
    en: `${sheet.task} ${sheet.split}${synthetic}: ${describeCoverage(coverage).en}`,
    zh: `${sheet.task} ${sheet.split}${synthetic}：${describeCoverage(coverage).zh}`,
  });
  if (sheet.quotes) terminal.printText(describeQuotes(sheet.quotes));
  const { say } = terminal;
  const headings: readonly Heading[] = [
    say({ en: 'subset', zh: '子集' }),
    say({ en: 'convention', zh: '口径' }),
    say({ en: 'score', zh: '得分' }),
    { head: say({ en: '95 % interval', zh: '95% 区间' }), dropRank: 1 },
    { head: say({ en: 'units', zh: '独立单元' }), dropRank: 2 },
  ];
  const rows = Object.entries(sheet.subsets).flatMap(([subset, { scores, units }]) =>
    scores.map(({ convention, value, interval }) => [
      subset,
      convention + (convention === sheet.primary ? ' *' : ''),
      formatScore(value, convention),
      interval ? formatRange(interval, convention) : '',
      String(units),
    ]),
  );
  await terminal.table(headings, rows);
  terminal.printText({ en: '* the primary metric of the task', zh: '* 该任务的主指标' });
  printUnsureNote(
    Object.values(sheet.subsets).flatMap(({ scores }) => scores.map(({ interval }) => interval)),
    terminal,
  );
}
