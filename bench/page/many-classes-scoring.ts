import { type Result, type Section, seconds, table } from './section.ts';

export const manyClassesScoring: Section = {
  title: 'Scoring very many classes, intervals and floors included',
  result: 'many-classes-scoring',
  command: 'bench/metrics/many-classes.ts',
  body: ({ rows, load, hardware }) => [
    ...table(
      ['family', 'predictions', 'classes', 'CPU time', 'peak memory', 'score sheet'],
      rows.map((row: Result) => [
        row.family,
        row.answers.toLocaleString('en'),
        row.classes.toLocaleString('en'),
        seconds(row.cpuSeconds),
        `${Math.round(row.peakMiB)} MiB`,
        `${(row.sheetBytes / 1e6).toFixed(1)} MB`,
      ]),
    ),
    '',
    `${hardware}, load ${load.toFixed(0)}. Labels are drawn uniformly, the worst case: nearly every prediction introduces a new class.`,
  ],
};
