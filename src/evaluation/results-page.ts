import { counted } from '../ground/counted.ts';
import { writeAtomic } from '../ground/files.ts';
import { kebab } from '../ground/parameters.ts';
import { modelKinds } from '../models/registry.ts';
import { findConvention } from '../tasks/conventions.ts';
import type { Task } from '../tasks/task.ts';
import type { RunRecord } from './record.ts';
import { FOLDS, type Summary } from './summary.ts';

/** Writes `resultsPage` to a file, whole or not at all. */
export const writeResults = (
  file: string,
  summaries: readonly Summary[],
  tasks: readonly Task[],
): Promise<void> => writeAtomic(file, resultsPage(summaries, tasks));

/**
 * The table of results as a Markdown page, generated from kept runs and never by hand: one section per task and split,
 * one row per model, in the order of the kinds, with everything that is needed to read the figures.
 */
export function resultsPage(summaries: readonly Summary[], tasks: readonly Task[]): string {
  const first = summaries[0]?.runs[0].record;
  const environment = first?.environment;
  const records = summaries.flatMap(({ runs }) => runs.map(({ record }) => record));
  const commits = [...new Set(records.flatMap(({ environment: { git } }) => git?.commit.slice(0, 10) ?? []))];
  const header = [
    '# Results',
    '',
    'Generated from kept runs by `chineseblue runs --results`, or by `run --results` when it finishes; do not edit by hand.',
    '',
    ...(first && environment
      ? [
          `chineseblue ${environment.chineseblue}${commits.length > 0 ? ` at ${commits.join(', ')}` : ''}, Node ${environment.node}, ${environment.platform}, ${environment.cores} cores (${environment.cpu}), ${first.times.startedAt.slice(0, 10)}.`,
          '',
        ]
      : []),
    'Scores are in percent unless the convention says otherwise. The interval is a 95 % Bayesian bootstrap over the independent units of the evaluated split; over several seeds or folds it is that of their mean and does not account for other seeds. ± is the standard deviation over seeds or folds, whose number follows in parentheses. Times are in seconds, on a machine that may have been running other work.',
    '',
    ...(summaries.some(({ noInterval }) => noInterval)
      ? ['Means without an interval: their corpus was not available when this page was written.', '']
      : []),
  ];
  return [
    ...header,
    ...tasks.flatMap((task) => {
      const sections = Map.groupBy(
        summaries
          .filter(({ task: id }) => id === task.id)
          .sort((a, b) => orderOf(a.runs[0].record) - orderOf(b.runs[0].record)),
        ({ split, synthetic, runs: [{ record }] }) => JSON.stringify([split, synthetic, record.source]),
      );
      return [...sections.values()].flatMap((shown) => section(task, shown));
    }),
  ].join('\n');
}

function section(task: Task, summaries: readonly Summary[]): string[] {
  const { split, asked, runs } = summaries[0];
  const { record, scores } = runs[0];
  const units = split === FOLDS ? '' : `, ${counted(scores.subsets.all.units, 'independent unit')}`;
  const { unit = 'percent' } = findConvention(task.primary);
  const scale = (value: number): string =>
    Number.isFinite(value) ? (unit === 'percent' ? (value * 100).toFixed(2) : value.toFixed(3)) : '–';
  const rows = summaries.map(({ model, mean, deviation, interval, runs, fitSeconds, predictSeconds }) => {
    const bytes = runs[0].record.model.bytes;
    return [
      [model.en, ...chosenParameters(runs[0].record)].join(' '),
      scale(mean),
      interval ? `[${scale(interval.low)}, ${scale(interval.high)}]` : '',
      runs.length > 1
        ? `± ${scale(deviation)} (${runs.length})`
        : runs[0].record.model.seeded
          ? 'one seed'
          : 'no seed',
      fitSeconds.toFixed(1),
      predictSeconds.toFixed(2),
      bytes === undefined ? '' : `${(bytes / 2 ** 20).toFixed(1)} MiB`,
    ];
  });
  const floorRows = (
    [
      ['one constant answer', scores.floors.constant],
      ['guessing', scores.floors.chance],
    ] as const
  )
    .filter(([, score]) => !Number.isNaN(score))
    .map(([name, score]) => [`*${name}*`, scale(score), '', '', '', '', '']);
  const heads = ['model', 'score', '95 % interval', 'over seeds', 'fit s', 'predict s', 'size'];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const published = task.published.map(({ model, value }) => `${model} ${value}`).join(', ');
  return [
    `## ${task.id}${record.synthetic ? ' (synthetic sample)' : ''}`,
    '',
    `${task.title.en}. ${split}: ${counted(asked, 'example')}${units}; trained on ${record.examples.train}, tuned on ${record.examples.dev}. Convention \`${task.primary}\`.${record.splitRule === 'train and dev as released' ? '' : ` Note: ${record.splitRule}.`}`,
    '',
    line(heads),
    line(heads.map((_, column) => (column === 0 ? '---' : '---:'))),
    ...floorRows.map(line),
    ...rows.map(line),
    '',
    ...(published ? [`Published: ${published}: ${task.published[0].note.en}.`, ''] : []),
  ];
}

/** Unknown kinds come last. */
function orderOf({ model }: RunRecord): number {
  const kinds = modelKinds();
  const found = kinds.findIndex(({ id }) => id === model.id);
  return found < 0 ? kinds.length : found;
}

/** Parameters that were chosen, except the one in the model's name. */
function chosenParameters({ model: { id, chosen, parameters } }: RunRecord): string[] {
  const main = modelKinds().find((kind) => kind.id === id)?.mainParameter;
  return chosen.filter((name) => name !== main).map((name) => `\`${kebab(name)}=${parameters[name]}\``);
}
