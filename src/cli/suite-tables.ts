import type { SuiteAverage } from '../compare/suite-average.ts';
import type { Suite } from '../tasks/suites/suite.ts';
import type { Task } from '../tasks/task.ts';
import { publishedModels } from './published.ts';
import type { Heading } from './table.ts';
import { formatAs, formatMean, printUnsureNote } from './tables.ts';
import type { Terminal } from './terminal.ts';

/** The averages over a suite's tasks, one row per model, and of the same tasks the published scores. */
export async function printAverages(
  { id, average, tasks: all }: Suite,
  averages: readonly SuiteAverage[],
  tasks: readonly Task[],
  terminal: Terminal,
): Promise<void> {
  if (averages.length === 0) return;
  const { say } = terminal;
  const published = publishedModels(tasks);
  const headings: readonly Heading[] = [
    say({ en: 'suite', zh: '任务集' }),
    say({ en: 'model', zh: '模型' }),
    say({ en: 'tasks', zh: '任务数' }),
    say({ en: 'average [95 % interval]', zh: '平均分 [95% 区间]' }),
    { head: say({ en: 'difference from the first', zh: '与首行之差' }), dropRank: 2 },
    ...published.map((model) => ({ head: model, dropRank: 1 })),
  ];
  const rows = averages.map(({ model, tasks: own, interval, difference }) => [
    id,
    model,
    `${own.length}/${all.length}`,
    formatMean(interval),
    difference ? formatMean(difference) : '',
    ...published.map((name) => publishedAverage(name, own, tasks)),
  ]);
  await terminal.table(headings, rows);
  terminal.printText({ en: `Average: ${average.en}.`, zh: `平均分：${average.zh}。` });
  if (new Set(averages.map(({ tasks: own }) => own.join())).size > 1) {
    terminal.printText({
      en: 'Averages over different numbers of tasks are not comparable.',
      zh: '任务数不同的平均分不可比较。',
    });
  }
  printUnsureNote(
    averages.map(({ interval }) => interval),
    terminal,
  );
}

/** The plain mean of the published scores of these tasks; empty where one has none. */
function publishedAverage(model: string, ids: readonly string[], tasks: readonly Task[]): string {
  const values = ids.map(
    (id) => tasks.find((task) => task.id === id)?.published.find((score) => score.model === model)?.value,
  );
  const known = values.filter((value) => value !== undefined);
  if (known.length < values.length) return '';
  return `${formatAs(known.reduce((sum, value) => sum + value, 0) / known.length / 100)}*`;
}
