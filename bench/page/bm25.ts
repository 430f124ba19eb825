import { type Result, type Section, seconds, table } from './section.ts';

export const bm25: Section = {
  title: 'BM25 over 100 000 documents, beside bm25s',
  result: 'bm25',
  command: 'bench/models/bm25.ts',
  body: (result) => [
    ...table(
      ['tokens', 'system', 'index', 'a search'],
      ['bigram', 'word'].flatMap((kind) =>
        Object.entries<Result>(result[kind].table).map(([name, row]) => [
          kind,
          name,
          seconds(row['index, s']),
          `${row['search, ms a query'].toFixed(3)} ms`,
        ]),
      ),
    ),
    '',
    `One core, the best ${result.settings.depth}. Scores are equal to the bit on all ${result.bigram.queries} queries and rankings equal up to the order of ties, which bm25s leaves open.`,
  ],
};
