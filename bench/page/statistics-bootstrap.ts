import { type Result, type Section, seconds, table, times } from './section.ts';

export const statisticsBootstrap: Section = {
  title: 'Bootstrap vs. scipy: 10 000 resamples of 10 000 units on one core',
  result: 'statistics-bootstrap',
  command: 'bench/statistics/bootstrap.ts',
  goals: ({ table: rows }) => [
    ...rows.map((row: Result) => ({
      what: `Bootstrap of ${row.name}, CPU time`,
      measured: row.ours.cpuSeconds,
      goal: 1,
      unit: 'seconds',
      atMost: true,
    })),
    {
      what: "Bootstrap vs. scipy's BCa, CPU time, lowest ratio over metrics",
      measured: Math.min(
        ...rows.flatMap(({ ours, bca }: Result) => (bca ? [bca.cpuSeconds / ours.cpuSeconds] : [])),
      ),
      goal: 1,
      unit: 'times',
    },
  ],
  body: ({ table: rows, peers, load }) => [
    ...table(
      ['metric', 'counts per unit', 'ours', `scipy ${peers.scipy}, percentile`, 'scipy, BCa', 'ratio to BCa'],
      rows.map((row: Result) => [
        row.name,
        String(row.width),
        seconds(row.ours.cpuSeconds),
        row.percentile === null ? 'not timed' : seconds(row.percentile.cpuSeconds),
        row.bca === null ? 'not timed' : seconds(row.bca.cpuSeconds),
        row.bca === null ? '' : times(row.bca.cpuSeconds / row.ours.cpuSeconds),
      ]),
    ),
    '',
    `CPU time, because the machine was shared (load ${load[0].toFixed(0)}). Ours is the interval reported with every score: a Bayesian bootstrap with bias correction, widened by a jackknife. BCa is scipy's bias-corrected counterpart.`,
  ],
};
