import { type Result, type Section, seconds, table } from './section.ts';

export const manyClasses: Section = {
  title: 'Very many classes',
  result: 'many-classes',
  command: 'bench/models/many-classes.ts',
  body: ({ rows, asked, load }) => [
    ...table(
      ['model', 'classes', 'fit', `predicting ${asked}`, 'peak memory'],
      rows.map((row: Result) => [
        row.kind,
        row.classes.toLocaleString('en'),
        seconds(row.fit),
        seconds(row.answer),
        `${Math.round(row.peakMiB)} MiB`,
      ]),
    ),
    '',
    `CPU time (load ${load.toFixed(0)}); one training example per class. Above 2 000 labels a prediction keeps only the 100 highest scores.`,
  ],
};
