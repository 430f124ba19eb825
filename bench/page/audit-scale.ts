import { type Result, type Section, seconds, table } from './section.ts';

export const auditScale: Section = {
  title: 'Auditing a million records',
  result: 'audit-scale',
  command: 'bench/audit/scale.ts',
  body: ({ rows }) => [
    ...table(
      ['records', 'family', 'texts', 'size', 'CPU time', 'wall time', 'load', 'peak memory'],
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
    'Synthetic records of about 1 KB, with a vocabulary to detect truncation. Every fifth test record is a copy of a training record: verbatim, with different punctuation, or with up to 12 characters changed. Peak memory is that of the single process. The goals were 20 minutes on one core and 1 GB.',
    '',
    ...table(
      ['kind of copy', ...rows.map((row: Result) => row.name)],
      rows[0].recall.map(({ what }: Result, i: number) => [
        what,
        ...rows.map(({ recall }: Result) => `${recall[i].found} of ${recall[i].known} found`),
      ]),
    ),
  ],
};
