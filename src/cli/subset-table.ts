import type { Summary } from '../evaluation/summary.ts';
import { primaryScore } from '../scoring/score-sheet.ts';
import { formatScore } from './tables.ts';
import type { Terminal } from './terminal.ts';

/** The primary score of every run on every subset that was scored, first seed: what `run --subsets` adds. */
export async function printSubsets(summaries: readonly Summary[], terminal: Terminal): Promise<void> {
  const heads = {
    en: ['task', 'model', 'subset', 'examples', 'score, % [95 % interval]'],
    zh: ['任务', '模型', '子集', '样本数', '得分 % [95% 区间]'],
  };
  const rows = summaries.flatMap(({ task, model, primary, runs }) => {
    const { scores } = runs[0];
    return Object.entries(scores.subsets).map(([subset, { examples }]) => {
      const { value, interval } = primaryScore(scores, subset);
      const range = interval
        ? ` [${formatScore(interval.low, primary)}, ${formatScore(interval.high, primary)}]`
        : '';
      return [task, model, subset, String(examples), formatScore(value, primary) + range];
    });
  });
  if (rows.length > 0) await terminal.table(heads[terminal.language], rows);
}
