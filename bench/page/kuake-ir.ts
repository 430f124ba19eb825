import { type Result, type Section, seconds, table } from './section.ts';

export const kuakeIr: Section = {
  title: 'KUAKE-IR at its full size',
  result: 'kuake-ir',
  command: 'bench/datasets/kuake-ir.ts',
  body: ({ passages, queries, megabytes, rows, load }) => [
    ...table(
      ['command', 'CPU', 'peak memory'],
      rows.map((row: Result) => [row.what, seconds(row.cpuSeconds), `${Math.round(row.peakMegabytes)} MB`]),
    ),
    '',
    `${passages.toLocaleString('en')} made-up passages (${Math.round(megabytes)} MB) and ${queries.toLocaleString('en')} queries in the official layout, of which \`data get\` takes 12 000; it searches all passages for each. Load of the machine at the end: ${load.toFixed(0)} on 2 cores.`,
  ],
};
