import { type Section, seconds } from './section.ts';

export const audit: Section = {
  title: 'Auditing every corpus',
  result: 'audit',
  command: 'bench/audit/audit.ts',
  body: (result) => [
    `\`data audit\` of ${result.tasks.length} corpora, ${result.examples.toLocaleString('en')} examples: ${seconds(result.cpuSeconds)} of CPU time, ${seconds(result.seconds)} of wall time at a load of ${result.load.toFixed(0)}, peak memory ${Math.round(result.peakMiB)} MiB. The goal was 60 s on two idle cores.`,
  ],
};
