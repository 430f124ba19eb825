import { type Result, type Section, seconds, table } from './section.ts';

const SEARCH = 'search, ms a query';
const KINDS = ['bigram', 'word'];

export const bm25: Section = {
  title: 'BM25 over 100 000 documents vs. bm25s',
  result: 'bm25',
  command: 'bench/models/bm25.ts',
  goals: (result) =>
    KINDS.map((kind) => {
      const [ours, ...peers] = Object.values<Result>(result[kind].table).map((row) => row[SEARCH]);
      return {
        what: `BM25 over ${kind}s, query time vs. the faster bm25s backend`,
        measured: Math.min(...peers) / ours,
        goal: 1,
        unit: 'times',
      };
    }),
  body: (result) => [
    ...table(
      ['tokens', 'system', 'indexing', 'per query'],
      KINDS.flatMap((kind) =>
        Object.entries<Result>(result[kind].table).map(([name, row]) => [
          kind,
          name,
          seconds(row['index, s']),
          `${row[SEARCH].toFixed(3)} ms`,
        ]),
      ),
    ),
    '',
    `One core, top ${result.settings.depth}. On all ${result.bigram.queries} queries scores are bit-identical and rankings equal up to the order of ties, which bm25s leaves undefined.`,
  ],
};
