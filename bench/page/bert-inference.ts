import { type Result, type Section, table, times } from './section.ts';

export const bertInference: Section = {
  title: 'Inference vs. @huggingface/transformers on the same ONNX file',
  result: 'bert-inference',
  command: 'bench/bert/inference.ts',
  goals: ({ rows }) =>
    rows.map((row: Result) => ({
      what: `Inference, ${row.name}, ${row.threads} thread(s), vs. the faster mode of transformers.js`,
      measured: Math.min(row.againstBatches, row.againstSingle),
      goal: 1,
      unit: 'times',
    })),
  body: ({ rows, batch, peer, rounds }) => [
    ...table(
      [
        'shape',
        'threads',
        'texts',
        'ours, texts/s',
        `theirs, batch ${batch}`,
        'ratio',
        'CPU time ratio',
        'theirs, batch 1',
        'ratio',
        'CPU time ratio',
      ],
      rows.map((row: Result) => [
        row.name,
        String(row.threads),
        String(row.texts),
        row.oursPerSecond.toFixed(1),
        row.batchesPerSecond.toFixed(1),
        times(row.againstBatches),
        times(row.cpuAgainstBatches),
        row.singlePerSecond.toFixed(1),
        times(row.againstSingle),
        times(row.cpuAgainstSingle),
      ]),
    ),
    '',
    `Sentences of cMedTC dev, from text to label, fp32, random weights. The pipeline of ${peer} runs in batches of ${batch} in dataset order, padded to the longest text, or on one text at a time without padding. Ours sorts by length. ${rows.every((row: Result) => row.sameLabels) ? 'All labels are the same.' : 'LABELS DIFFER.'} Median of ${rounds} alternating rounds.`,
  ],
};
