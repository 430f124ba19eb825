import { type Result, type Section, seconds, table } from './section.ts';

export const text: Section = {
  title: 'Text algorithms',
  result: 'text',
  command: 'bench/text/text.ts',
  body: ({ rows }) =>
    table(
      ['what', 'time', 'MB/s'],
      rows.map((row: Result) => [row.what, seconds(row.seconds), row.megabytesPerSecond?.toFixed(1) ?? '']),
    ),
};
