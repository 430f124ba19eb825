import { type Result, type Section, seconds, table } from './section.ts';

export const importing: Section = {
  title: 'Import of records and Parquet, beside pandas and datasets',
  result: 'import',
  command: 'bench/datasets/import.ts',
  body: ({ megabytes, records, rows, reading, load }) => [
    ...table(
      ['what', 'CPU', 'MB per CPU-second', 'peak memory'],
      rows.map((row: Result) => [
        `${row.what}${row.version ? ` (${row.version})` : ''}`,
        seconds(row.cpuSeconds),
        row.megabytesPerSecond.toFixed(1),
        `${Math.round(row.peakMegabytes)} MB`,
      ]),
    ),
    '',
    `A doccano export of ${records.toLocaleString('en')} records (${Math.round(megabytes)} MB, three spans each), read, divided and written as JSON Lines; the peers look neither at encodings, offsets, ids nor twins. ${reading.rows.toLocaleString('en')} predictions in Parquet (pyarrow, Snappy) are read in ${seconds(reading.cpuSeconds)} of CPU time and ${Math.round(reading.peakMegabytes)} MB; the goal was 2 s. Load of the machine at the end: ${load.toFixed(0)} on 2 cores.`,
  ],
};
