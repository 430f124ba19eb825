import { type Result, type Section, table, times } from './section.ts';

export const bertSteps: Section = {
  title: 'A training step vs. PyTorch and a bare MatMul of the same FLOPs',
  result: 'bert-steps',
  command: 'bench/bert/steps.ts',
  goals: ({ rows }) =>
    rows.flatMap((row: Result) => [
      {
        what: `Step of ${row.name}, share of MatMul`,
        measured: 100 * row.shareOfMatMul,
        goal: 100 * SHARE_OF_MATMUL,
        unit: 'percent',
      },
      {
        what: `Step of ${row.name} vs. PyTorch`,
        measured: row.speedAgainstPytorch,
        goal: AGAINST_PYTORCH[row.name],
        unit: 'times',
      },
    ]),
  body: stepsBody,
};

/** Target speed of a training step as a share of a bare MatMul. */
export const SHARE_OF_MATMUL = 0.85;

const AGAINST_PYTORCH: Readonly<Record<string, number>> = {
  'BERT-base 16 × 32': 1.25,
  'BERT-base 16 × 128': 1.1,
  'small 4 × 256, 32 × 64': 1.4,
  'small 4 × 512, 32 × 32': 1.3,
};

/** One row per shape. */
function stepsBody({ rows, threads, rounds }: Result): string[] {
  return [
    ...table(
      [
        'shape',
        'tokens/s',
        'PyTorch',
        'ratio',
        'CPU time ratio',
        'share of MatMul',
        'our peak memory',
        'PyTorch peak memory',
      ],
      rows.map((row: Result) => [
        row.name,
        row.tokensPerSecond.toFixed(0),
        row.pytorchTokensPerSecond.toFixed(0),
        times(row.speedAgainstPytorch),
        times(row.cpuAgainstPytorch),
        `${(row.shareOfMatMul * 100).toFixed(0)} % (CPU time ${(row.cpuShareOfMatMul * 100).toFixed(0)} %)`,
        `${Math.round(row.peakMiB)} MiB`,
        `${Math.round(row.pytorchPeakMiB)} MiB`,
      ]),
    ),
    '',
    `${threads} thread(s), ${rounds} alternating rounds, PyTorch and transformers as pinned in bench/peers/requirements.txt. PyTorch computes every layer for every token. Since 2026-11-26 ours computes the last layer only for \`[CLS]\`, which is all the head reads, and the MatMul baseline counts those FLOPs; before, both counted every token. Goals are at the top of the page. Everything but the matrix products (gradients of GELU, layer norm and biases, the optimizer) is memory-bound, so its share grows with the processor's arithmetic speed.`,
  ];
}
