import { type Result, type Section, table, times } from './section.ts';

export const bertInference: Section = {
  title: 'Answering, beside @huggingface/transformers on the same ONNX file',
  result: 'bert-inference',
  command: 'bench/bert/inference.ts',
  goals: ({ rows }) =>
    rows.map((row: Result) => ({
      what: `Answering, ${row.name}, ${row.threads} thread(s), beside the faster way of transformers.js`,
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
        `theirs, ${batch} at a time`,
        'ratio',
        'of CPU time',
        'theirs, one at a time',
        'ratio',
        'of CPU time',
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
    `Sentences of cMedTC dev, from text to label, fp32, random weights, ${peer}: its pipeline gets ${batch} texts as they come and pads them to the longest, or one text and pads nothing. Ours sorts by length. ${rows.every((row: Result) => row.sameLabels) ? 'All labels are the same.' : 'LABELS DIFFER.'} Median of ${rounds} rounds, in turn.`,
  ],
};
