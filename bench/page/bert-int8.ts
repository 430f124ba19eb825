import { type Result, type Section, table, times } from './section.ts';

export const bertInt8: Section = {
  title: 'Int8 inference',
  result: 'bert-int8',
  command: 'bench/bert/int8.ts',
  goals: ({ rows }) =>
    rows.map((row: Result) => ({
      what: `Int8 inference, ${row.name}, ${row.threads} thread(s), vs. fp32`,
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
        'CPU time ratio',
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
    `Median of ${rounds} alternating rounds${vnni === undefined ? '' : `, on a processor ${vnni ? 'with' : 'without'} VNNI (fused 8-bit multiply-add instructions)`}.`,
    ...(quality
      ? [
          `A trained ${quality.layers} × ${quality.hidden} model on ${quality.task} dev (${quality.examples} examples, ${quality.metric}): ${quality.fp32.toFixed(2)} in fp32, ${quality.int8.toFixed(2)} in int8; ${(quality.same * 100).toFixed(1)} % of the predictions are the same${quality.processor ? ` (${quality.date}, ${quality.processor})` : ''}.`,
        ]
      : []),
  ],
};
