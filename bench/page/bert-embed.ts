import { type Section, seconds, table, times } from './section.ts';

export const bertEmbed: Section = {
  title: 'Vectors of sentences, beside sentence-transformers',
  result: 'bert-embed',
  command: 'bench/bert/embed.ts',
  goals: ({ ratio }) => [
    { what: 'Vectors of sentences, beside sentence-transformers', measured: ratio, goal: 1, unit: 'times' },
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
    `${texts} sentences of the corpora (${distinct} distinct) with bge-small-zh-v1.5 in fp32, ${threads} threads, in turn: ${times(ratio)} as fast, ${times(cpuRatio)} by CPU time. The least cosine between vectors of both is ${leastCosine.toFixed(6)}. The load of the machine was ${load.map((one: number) => one.toFixed(1)).join(' before and ')} after, these two processes included; where others run too, CPU time says more than wall time. Both sort by length; ours pads nothing and computes only \`[CLS]\` in the last layer.`,
  ],
};
