import type { Summary } from '../evaluation/summary.ts';
import type { Heading } from './table.ts';
import { formatSummary, nameModel, printUnsureNote } from './tables.ts';
import type { Terminal } from './terminal.ts';

/** What `run --subsets` adds: the primary score on every subset that was scored, over the seeds. */
export async function printSubsets(summaries: readonly Summary[], terminal: Terminal): Promise<void> {
  const { say } = terminal;
  const headings: readonly Heading[] = [
    say({ en: 'task', zh: '任务' }),
    say({ en: 'model', zh: '模型' }),
    say({ en: 'subset', zh: '子集' }),
    { head: say({ en: 'examples', zh: '样本数' }), dropRank: 1 },
    say({ en: 'score, % [95 % interval]', zh: '得分 % [95% 区间]' }),
  ];
  const rows = summaries.flatMap((summary) =>
    Object.entries(summary.subsets).map(([subset, scores]) => [
      summary.task,
      nameModel(summary, say),
      subset,
      String(scores.examples),
      formatSummary({ ...summary, ...scores }),
    ]),
  );
  if (rows.length === 0) return;
  await terminal.table(headings, rows);
  printUnsureNote(
    summaries.flatMap(({ subsets }) => Object.values(subsets).map(({ interval }) => interval)),
    terminal,
  );
}
