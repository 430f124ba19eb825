import { type Result, type Section, seconds, table } from './section.ts';

export const auditScale: Section = {
  title: 'Auditing a million records',
  result: 'audit-scale',
  command: 'bench/audit/scale.ts',
  body: ({ rows }) => [
    ...table(
      ['records', 'family', 'texts', 'size', 'CPU', 'clock', 'load', 'peak memory'],
      rows.map((row: Result) => [
        row.records.toLocaleString('en'),
        row.family,
        row.writing === 'notes' ? 'notes on 40 forms' : 'characters',
        `${(row.bytes / 1e6).toFixed(0)} MB`,
        ...[seconds(row.cpuSeconds), seconds(row.seconds), row.load.toFixed(0)],
        `${Math.round(row.peakMiB)} MiB`,
      ]),
    ),
    '',
    'Made-up records of about 1 KB, with a vocabulary for truncation. Every fifth record of test was made from one of train: as it is, with other punctuation, or with up to 12 characters changed. Peak memory is that of the only process. The goals were 20 minutes of one core and 1 GB.',
    '',
    ...table(
      ['of these twins', ...rows.map((row: Result) => row.name)],
      rows[0].recall.map(({ what }: Result, i: number) => [
        what,
        ...rows.map(({ recall }: Result) => `${recall[i].found} of ${recall[i].known} found`),
      ]),
    ),
  ],
};
