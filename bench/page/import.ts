import { type Result, type Section, seconds, table } from './section.ts';

export const importing: Section = {
  title: 'Import of records and Parquet, beside pandas and datasets',
  result: 'import',
  command: 'bench/datasets/import.ts',
  body: ({ megabytes, records, rows, predictions, predictionRows, load }) => [
    ...table(
      ['what', 'CPU', 'MB per CPU-second', 'peak memory'],
      rows.map((row: Result) => [
        `${row.what}${row.version ? ` (${row.version})` : ''}`,
        seconds(row.cpuSeconds),
        row.megabytesPerSecond.toFixed(1),
        `${Math.round(row.peakMegabytes)} MB`,
      ]),
    ),
    ...(predictions === undefined ? [] : ['', ...predictionsTable(predictions, predictionRows)]),
    '',
    `A doccano export of ${records.toLocaleString('en')} records (${Math.round(megabytes)} MB, three spans each), read, divided and written as JSON Lines; the peers look neither at encodings, offsets, ids nor twins. Load of the machine at the end: ${load.toFixed(0)} on 2 cores.`,
  ],
};

const predictionsTable = (predictions: Result, rows: number): string[] => [
  ...table(
    [`${rows.toLocaleString('en')} predictions in Parquet`, 'CPU', 'peak memory'],
    predictions.map((row: Result) => [
      `${row.what}${row.version ? ` (${row.version})` : ''}`,
      seconds(row.cpuSeconds),
      `${Math.round(row.peakMegabytes)} MB`,
    ]),
  ),
  '',
  `An id and a label each${predictions.some(({ what }: Result) => String(what).includes('scores')) ? ', and three scores where it says so' : ''}. CPU time includes the start of pandas, not that of Node and of making the rows; the goals were 2 s to read and 3 s to write.`,
];
