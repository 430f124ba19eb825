import type { Summary } from '../evaluation/summary.ts';
import { primaryScore } from '../scoring/score-sheet.ts';
import type { Heading } from './table.ts';
import { formatRange, formatScore, printUnsureNote } from './tables.ts';
import type { Terminal } from './terminal.ts';

/** What `run --subsets` adds: the primary score of every run's first seed on every subset that was scored. */
export async function printSubsets(summaries: readonly Summary[], terminal: Terminal): Promise<void> {
  const { say } = terminal;
  const headings: readonly Heading[] = [
    say({ en: 'task', zh: '任务' }),
    say({ en: 'model', zh: '模型' }),
    say({ en: 'subset', zh: '子集' }),
    { head: say({ en: 'examples', zh: '样本数' }), dropRank: 1 },
    say({ en: 'score, % [95 % interval]', zh: '得分 % [95% 区间]' }),
  ];
  const rows = summaries.flatMap(({ task, model, setting, primary, runs }) => {
    const { scores } = runs[0];
    return Object.entries(scores.subsets).map(([subset, { examples }]) => {
      const { value, interval } = primaryScore(scores, subset);
      const range = interval ? ` ${formatRange(interval, primary)}` : '';
      return [
        task,
        `${say(model)} ${setting}`.trim(),
        subset,
        String(examples),
        formatScore(value, primary) + range,
      ];
    });
  });
  if (rows.length === 0) return;
  await terminal.table(headings, rows);
  printUnsureNote(
    summaries.flatMap(({ runs }) =>
      Object.keys(runs[0].scores.subsets).map((subset) => primaryScore(runs[0].scores, subset).interval),
    ),
    terminal,
  );
}
