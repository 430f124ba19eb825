import { type Result, type Section, table, times } from './section.ts';

export const bertInt8: Section = {
  title: 'Answering in 8 bits',
  result: 'bert-int8',
  command: 'bench/bert/int8.ts',
  goals: ({ rows }) =>
    rows.map((row: Result) => ({
      what: `Answering in 8 bits, ${row.name}, ${row.threads} thread(s), beside fp32`,
      measured: row.ratio,
      goal: 1,
      unit: 'times',
    })),
  body: ({ rows, quality, rounds, vnni }) => [
    ...table(
      [
        'shape',
        'threads',
        'texts',
        'fp32, texts/s',
        'int8',
        'ratio',
        'of CPU time',
        'fp32 file',
        'int8 file',
      ],
      rows.map((row: Result) => [
        row.name,
        String(row.threads),
        String(row.texts),
        row.fp32PerSecond.toFixed(1),
        row.int8PerSecond.toFixed(1),
        times(row.ratio),
        times(row.cpuRatio),
        ...row.megabytes.map((size: number) => `${size.toFixed(0)} MB`),
      ]),
    ),
    '',
    `Median of ${rounds} rounds, in turn${vnni === undefined ? '' : `, on a processor ${vnni ? 'with' : 'without'} VNNI, whose instructions multiply and add 8-bit numbers in one step`}.`,
    ...(quality
      ? [
          `A trained ${quality.layers} × ${quality.hidden} model on ${quality.task} dev (${quality.examples} examples, ${quality.metric}): ${quality.fp32.toFixed(2)} in fp32, ${quality.int8.toFixed(2)} in int8; ${(quality.same * 100).toFixed(1)} % of the answers are the same${quality.processor ? ` (${quality.date}, ${quality.processor})` : ''}.`,
        ]
      : []),
  ],
};
