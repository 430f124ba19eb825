import { type Result, type Section, seconds, table } from './section.ts';

export const metricsMillionLabels: Section = {
  title: 'Scoring 1 000 000 predictions, including reading the file',
  result: 'metrics-million-labels',
  command: 'bench/metrics/million-labels.ts',
  goals: ({ table: { 'chineseblue: read, check, match, score': ours } }) => [
    { what: 'A million predictions: time', measured: ours.seconds, goal: 1, unit: 'seconds', atMost: true },
    { what: 'A million predictions: memory', measured: ours.megabytes, goal: 500, unit: 'MB', atMost: true },
  ],
  body: ({ table: rows }) => [
    ...table(
      ['what', 'wall', 'CPU', 'peak memory'],
      Object.entries<Result>(rows).map(([name, row]) => [
        name,
        seconds(row.seconds),
        seconds(row.cpuSeconds),
        `${Math.round(row.megabytes)} MB`,
      ]),
    ),
    '',
    'Primary metric without intervals. The goals were 1 s and 500 MB.',
  ],
};
