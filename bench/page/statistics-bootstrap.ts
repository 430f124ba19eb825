import { type Result, type Section, seconds, table, times } from './section.ts';

export const statisticsBootstrap: Section = {
  title: 'Bootstrap, 10 000 resamples of 10 000 units, one core, beside scipy',
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
      what: "Bootstrap, beside scipy's BCa, CPU time, the least of all metrics",
      measured: Math.min(
        ...rows.flatMap(({ ours, bca }: Result) => (bca ? [bca.cpuSeconds / ours.cpuSeconds] : [])),
      ),
      goal: 1,
      unit: 'times',
    },
  ],
  body: ({ table: rows, peers, load }) => [
    ...table(
      ['metric', 'counts a unit', 'ours', `scipy ${peers.scipy}, percentile`, 'scipy, BCa', 'ratio to BCa'],
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
    `CPU time, as other work shared the machine (load ${load[0].toFixed(0)}). Ours: the intervals of every score, a Bayesian bootstrap corrected for bias and widened by a jackknife. Of scipy's, BCa is the one that corrects for bias as well.`,
  ],
};
