import { type Section, seconds, table, times } from './section.ts';

export const bertEmbed: Section = {
  title: 'Sentence embeddings vs. sentence-transformers',
  result: 'bert-embed',
  command: 'bench/bert/embed.ts',
  goals: ({ ratio }) => [
    { what: 'Sentence embeddings vs. sentence-transformers', measured: ratio, goal: 1, unit: 'times' },
  ],
  body: ({ texts, distinct, threads, load, mine, theirs, ratio, cpuRatio, leastCosine }) => [
    ...table(
      ['', 'wall', 'CPU', 'peak memory'],
      [
        ['chineseblue', seconds(mine.seconds), seconds(mine.cpuSeconds), `${Math.round(mine.peakMiB)} MiB`],
        [
          'sentence-transformers',
          seconds(theirs.seconds),
          seconds(theirs.cpuSeconds),
          `${Math.round(theirs.peakMiB)} MiB`,
        ],
      ],
    ),
    '',
    `${texts} sentences of the corpora (${distinct} distinct) with bge-small-zh-v1.5 in fp32, ${threads} threads, alternating: ${times(ratio)} as fast by wall time, ${times(cpuRatio)} by CPU time. The lowest cosine similarity between the two embeddings of a sentence is ${leastCosine.toFixed(6)}. Machine load was ${load.map((one: number) => one.toFixed(1)).join(' before and ')} after, including these two processes; on a shared machine CPU time is more reliable than wall time. Both sort by length; ours uses no padding and computes only \`[CLS]\` in the last layer.`,
  ],
};
