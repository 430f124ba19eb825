import { type Result, type Section, seconds, table, times } from './section.ts';

/** Target speed-up of an epoch over the Trainer with dynamic padding. */
export const EPOCH_RATIO = 1.5;
/** Peak memory before all sequence lengths shared one session. */
const PEAK_MIB: Readonly<Record<string, number>> = { 'cMedQQ, 4 × 512': 1066, 'cMedQANER, 4 × 512': 1337 };

export const bertEpoch: Section = {
  title: 'An epoch on real data vs. the transformers Trainer',
  result: 'bert-epoch',
  command: 'bench/bert/epoch.ts',
  goals: ({ rows }) =>
    rows.flatMap(({ name, mine, dynamic }: Result) => [
      {
        what: `Epoch on ${name} vs. the Trainer with dynamic padding`,
        measured: dynamic.seconds / mine.seconds,
        goal: EPOCH_RATIO,
        unit: 'times',
      },
      ...(PEAK_MIB[name] === undefined
        ? []
        : [
            {
              what: `Epoch on ${name}, peak memory`,
              measured: mine.peakMiB,
              goal: PEAK_MIB[name],
              unit: 'MiB',
              atMost: true,
            },
          ]),
    ]),
  body: ({ rows, batch, slice }) => [
    ...table(
      [
        'corpus and shape',
        'threads',
        'examples',
        'sequences',
        'tokens',
        'ours',
        'Trainer, padded to 128',
        'ratio',
        'Trainer, dynamic padding by length',
        'ratio',
        'peak memory: ours, padded, dynamic',
      ],
      rows.map((row: Result) => [
        row.name,
        String(row.threads),
        row.examples === row.of ? `all ${row.of}` : `${row.examples} of ${row.of}`,
        String(row.sequences),
        String(row.tokens),
        seconds(row.mine.seconds),
        seconds(row.fixed.seconds) + (row.parts.fixed > 1 ? ` (extrapolated from 1/${row.parts.fixed})` : ''),
        times(row.fixed.seconds / row.mine.seconds),
        seconds(row.dynamic.seconds) +
          (row.parts.dynamic > 1 ? ` (extrapolated from 1/${row.parts.dynamic})` : ''),
        times(row.dynamic.seconds / row.mine.seconds),
        [row.mine, row.fixed, row.dynamic].map(({ peakMiB }) => `${Math.round(peakMiB)} MiB`).join(', '),
      ]),
    ),
    '',
    `Random weights, batches of at most ${batch}; cMedQANER is split into windows of 126 tokens with an overlap of 32, the same for all three. One run each, interleaved in slices of ${slice} s, timed from the first step to the end. Our time includes compilation for each sequence length and a final checkpoint (1.8 GB for BERT-base); the Trainer was configured to save none. "Extrapolated from 1/16": every 16th sequence was run and the time multiplied by 16, since the cost per step of the Trainer does not change over an epoch. Goals are at the top of the page.`,
    '',
    ...rows.flatMap(({ name, flops, mine, dynamic }: Result) =>
      flops === undefined ? [] : [`${name}: ${speeds(flops, mine, dynamic)}\n`],
    ),
    ...rows.map(
      (row: Result) =>
        `Our resident memory at each tenth of the epoch, ${row.name} (${row.mine.steps} steps): ${row.mine.residentMiB.join(', ')} MiB.\n`,
    ),
  ],
};

/** What bounds the ratio: neither side exceeds the bare MatMul measured under training steps. */
function speeds(flops: number, mine: Result, dynamic: Result): string {
  const rate = ({ seconds }: Result): string => `${(flops / seconds / 1e9).toFixed(0)} GFLOPS`;
  return `the matrix products of all layers for all tokens, excluding padding, take ${(flops / 1e12).toFixed(1)} TFLOP. Over the whole epoch that is ${rate(mine)} for ours and ${rate(dynamic)} for the Trainer with dynamic padding. Where the head reads only \`[CLS]\`, ours does less work: it computes the last layer for that token alone.`;
}
