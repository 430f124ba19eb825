import { type Result, type Section, seconds, table } from './section.ts';

export const kuakeIr: Section = {
  title: 'KUAKE-IR at full size',
  result: 'kuake-ir',
  command: 'bench/datasets/kuake-ir.ts',
  body: ({ passages, queries, megabytes, rows, load }) => [
    ...table(
      ['command', 'CPU time', 'peak memory'],
      rows.map((row: Result) => [row.what, seconds(row.cpuSeconds), `${Math.round(row.peakMegabytes)} MB`]),
    ),
    '',
    `${passages.toLocaleString('en')} synthetic passages (${Math.round(megabytes)} MB) and ${queries.toLocaleString('en')} queries in the official layout; \`data get\` keeps 12 000 of them and searches all passages for each. Machine load at the end: ${load.toFixed(0)} on 2 cores.`,
  ],
};
