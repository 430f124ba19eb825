import { type Result, type Section, table, times } from './section.ts';

export const bertSteps: Section = {
  title: 'A training step, beside PyTorch and a bare MatMul of the same FLOPs',
  result: 'bert-steps',
  command: 'bench/bert/steps.ts',
  goals: ({ rows }) =>
    rows.flatMap((row: Result) => [
      {
        what: `Step of ${row.name}, beside MatMul`,
        measured: 100 * row.shareOfMatMul,
        goal: 100 * SHARE_OF_MATMUL,
        unit: 'percent',
      },
      {
        what: `Step of ${row.name}, beside PyTorch`,
        measured: row.speedAgainstPytorch,
        goal: AGAINST_PYTORCH[row.name],
        unit: 'times',
      },
    ]),
  body: stepsBody,
};

/** Of the speed of a bare MatMul, in a training step. */
export const SHARE_OF_MATMUL = 0.85;

const AGAINST_PYTORCH: Readonly<Record<string, number>> = {
  'BERT-base 16 × 32': 1.25,
  'BERT-base 16 × 128': 1.1,
  'small 4 × 256, 32 × 64': 1.4,
  'small 4 × 512, 32 × 32': 1.3,
};

/** A row per shape. */
function stepsBody({ rows, threads, rounds }: Result): string[] {
  return [
    ...table(
      [
        'shape',
        'tokens/s',
        'PyTorch',
        'ratio',
        'ratio of CPU time',
        'share of MatMul',
        'peak memory',
        "PyTorch's",
      ],
      rows.map((row: Result) => [
        row.name,
        row.tokensPerSecond.toFixed(0),
        row.pytorchTokensPerSecond.toFixed(0),
        times(row.speedAgainstPytorch),
        times(row.cpuAgainstPytorch),
        `${(row.shareOfMatMul * 100).toFixed(0)} % (of CPU time ${(row.cpuShareOfMatMul * 100).toFixed(0)} %)`,
        `${Math.round(row.peakMiB)} MiB`,
        `${Math.round(row.pytorchPeakMiB)} MiB`,
      ]),
    ),
    '',
    `${threads} thread(s), ${rounds} rounds in turn, PyTorch and transformers as pinned in bench/peers/requirements.txt. PyTorch computes every layer for every token; from 2026-11-26 on ours computes the last layer for \`[CLS]\` alone, which is all that the head reads, and the MatMul has the FLOPs of that; before, both had all. The goals are at the top of the page. What is not multiplied (gradients of GELU, layer norm and biases, the optimizer) is bound by memory, and weighs the more the faster a processor multiplies.`,
  ];
}
