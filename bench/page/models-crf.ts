import { type Result, type Section, seconds, table, times } from './section.ts';

const GOALS = { '1 thread': 1.2, '2 threads': 2 };

export const modelsCrf: Section = {
  title: 'Linear-chain CRF vs. CRFsuite on the same features',
  result: 'models-crf',
  command: 'bench/models/crf.ts',
  goals: ({ corpora }) =>
    corpora.flatMap(({ corpus, medians }: Result) =>
      Object.entries(GOALS).map(([who, goal]) => ({
        what: `CRF on ${corpus}, ${who}, vs. CRFsuite`,
        measured: medians.find((row: Result) => row.who === `chineseblue, ${who}`)['CRFsuite / this (wall)'],
        goal,
        unit: 'times',
      })),
    ),
  body: (result) => crfBody(result),
};

function crfBody({ corpora, settings }: Result): string[] {
  const rows = corpora.flatMap(({ corpus, medians }: Result) =>
    medians.map((row: Result) => [
      corpus,
      row.who,
      seconds(row['train s']),
      seconds(row['CPU s']),
      times(row['CRFsuite / this (wall)']),
      times(row['CRFsuite / this (CPU)']),
      row.objective.toFixed(1),
      row['test strict F1'].toFixed(2),
    ]),
  );
  return [
    ...table(
      [
        'corpus',
        'system',
        'training, wall time',
        'CPU time',
        'wall time ratio',
        'CPU time ratio',
        'objective',
        'strict F1 on test',
      ],
      rows,
    ),
    '',
    `${corpora[0].peer}, L-BFGS; c2 ${settings.c2}, at most ${settings.iterations} iterations, ${settings.rounds} alternating rounds. CRFsuite is single-threaded. The machine was shared in this run; the CPU time ratio is the more reliable one.`,
  ];
}
