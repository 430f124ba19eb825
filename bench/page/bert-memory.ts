import { type Result, type Section, table } from './section.ts';

export const bertMemory: Section = {
  title: 'Memory over many training steps',
  result: 'bert-memory',
  command: 'bench/bert/memory.ts',
  body: ({ rows, batch, threads }) => [
    ...rows.flatMap(({ name, samples }: Result) => [
      ...table(
        [`${name}, step`, ...samples.map((sample: Result) => String(sample.step))],
        [['MiB', ...samples.map((sample: Result) => sample.rssMiB.toFixed(0))]],
      ),
      '',
    ]),
    `Resident memory of \`train\` on sentences of cMedTC, batch size ${batch}, ${threads} thread(s), with an evaluation and a checkpoint after every epoch.`,
  ],
};
