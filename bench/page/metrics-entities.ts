import { type Result, type Section, seconds, table, times } from './section.ts';

export const metricsEntities: Section = {
  title: 'Strict entity F1 on 100 000 sentences vs. seqeval',
  result: 'metrics-entities',
  command: 'bench/metrics/entities.ts',
  goals: ({ ratio }) => [
    { what: 'Entity F1 with decoding vs. seqeval', measured: ratio.fromTags, goal: 50, unit: 'times' },
  ],
  body: ({ table: rows, ratio }) => [
    ...table(
      ['what', 'wall', 'CPU'],
      Object.entries<Result>(rows).map(([name, row]) => [
        name,
        seconds(row.seconds),
        seconds(row.cpuSeconds),
      ]),
    ),
    '',
    `Scoring entities, the format of our predictions, is ${times(ratio.fromEntities)} as fast as seqeval on tags; including tag decoding, ${times(ratio.fromTags)} (CPU time ${times(ratio.ofCpuFromTags)}). The goal was 50×.`,
  ],
};
