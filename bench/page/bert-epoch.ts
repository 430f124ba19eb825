import { type Result, type Section, seconds, table, times } from './section.ts';

/** How many times as fast as the Trainer with dynamic padding an epoch is to be. */
export const EPOCH_RATIO = 1.5;
/** Peak memory before all lengths shared one session. */
const PEAK_MIB: Readonly<Record<string, number>> = { 'cMedQQ, 4 × 512': 1066, 'cMedQANER, 4 × 512': 1337 };

export const bertEpoch: Section = {
  title: 'An epoch of real texts, beside the transformers Trainer',
  result: 'bert-epoch',
  command: 'bench/bert/epoch.ts',
  goals: ({ rows }) =>
    rows.flatMap(({ name, mine, dynamic }: Result) => [
      {
        what: `Epoch of ${name}, beside the Trainer with dynamic padding`,
        measured: dynamic.seconds / mine.seconds,
        goal: EPOCH_RATIO,
        unit: 'times',
      },
      ...(PEAK_MIB[name] === undefined
        ? []
        : [
            {
              what: `Epoch of ${name}, peak memory`,
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
        seconds(row.fixed.seconds) + (row.parts.fixed > 1 ? ` (${row.parts.fixed} × a part)` : ''),
        times(row.fixed.seconds / row.mine.seconds),
        seconds(row.dynamic.seconds) + (row.parts.dynamic > 1 ? ` (${row.parts.dynamic} × a part)` : ''),
        times(row.dynamic.seconds / row.mine.seconds),
        [row.mine, row.fixed, row.dynamic].map(({ peakMiB }) => `${Math.round(peakMiB)} MiB`).join(', '),
      ]),
    ),
    '',
    `Random weights, batches of at most ${batch}; of cMedQANER, windows of 126 tokens that share 32 with the next, the same for all three. One run each, all three at the same time but taking turns of ${slice} s, from the first step to the end: our time includes what is compiled for each length and a checkpoint at the end (1.8 GB at BERT-base); the Trainer was configured to write none. "16 × a part": every 16th sequence was run and the time taken 16 times, for an epoch of the Trainer is the same step over and over. The goals are at the top of the page.`,
    '',
    ...rows.flatMap(({ name, flops, mine, dynamic }: Result) =>
      flops === undefined ? [] : [`${name}: ${speeds(flops, mine, dynamic)}\n`],
    ),
    ...rows.map(
      (row: Result) =>
        `Our resident memory at every tenth of the epoch, ${row.name} (${row.mine.steps} steps): ${row.mine.residentMiB.join(', ')} MiB.\n`,
    ),
  ],
};

/** What bounds the ratio: neither side multiplies faster than the bare MatMul of the section on steps. */
function speeds(flops: number, mine: Result, dynamic: Result): string {
  const rate = ({ seconds }: Result): string => `${(flops / seconds / 1e9).toFixed(0)} GFLOPS`;
  return `the products of all layers for all tokens, without padding, are ${(flops / 1e12).toFixed(1)} TFLOP, which makes ${rate(mine)} of our epoch and ${rate(dynamic)} of the Trainer's with dynamic padding, everything else included. Where a head reads \`[CLS]\` only, ours needs fewer: the last layer is computed for that token alone.`;
}
