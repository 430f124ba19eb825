import { type Result, type Section, seconds, table } from './section.ts';

export const importing: Section = {
  title: 'Importing records and Parquet vs. pandas and datasets',
  result: 'import',
  command: 'bench/datasets/import.ts',
  body: ({ megabytes, records, rows, predictions, predictionRows, load }) => [
    ...table(
      ['what', 'CPU time', 'MB per CPU second', 'peak memory'],
      rows.map((row: Result) => [
        `${row.what}${row.version ? ` (${row.version})` : ''}`,
        seconds(row.cpuSeconds),
        row.megabytesPerSecond.toFixed(1),
        `${Math.round(row.peakMegabytes)} MB`,
      ]),
    ),
    ...(predictions === undefined ? [] : ['', ...predictionsTable(predictions, predictionRows)]),
    '',
    `A doccano export of ${records.toLocaleString('en')} records (${Math.round(megabytes)} MB, three spans each), read, split and written as JSON Lines; the peers do not check encodings, offsets, ids or duplicates. Machine load at the end: ${load.toFixed(0)} on 2 cores.`,
  ],
};

const predictionsTable = (predictions: Result, rows: number): string[] => [
  ...table(
    [`${rows.toLocaleString('en')} predictions in Parquet`, 'CPU time', 'peak memory'],
    predictions.map((row: Result) => [
      `${row.what}${row.version ? ` (${row.version})` : ''}`,
      seconds(row.cpuSeconds),
      `${Math.round(row.peakMegabytes)} MB`,
    ]),
  ),
  '',
  `Each row has an id and a label${predictions.some(({ what }: Result) => String(what).includes('scores')) ? ', and three scores where stated' : ''}. CPU time includes the start-up of pandas, but not that of Node or the generation of rows; the goals were 2 s to read and 3 s to write.`,
];
