import { type Section, table } from './section.ts';

export const bertTokenizer: Section = {
  title: 'WordPiece tokenization vs. the Rust binding for Node',
  result: 'bert-tokenizer',
  command: 'bench/bert/tokenizer.ts',
  goals: ({ perSecond }) => [
    {
      what: 'WordPiece on pairs with offsets vs. the Rust binding',
      measured:
        perSecond['ours: pairs, ids + types + offsets'] /
        perSecond['Rust encode: pairs, ids + types + offsets'],
      goal: 1,
      unit: 'times',
    },
  ],
  body: ({ perSecond, peer }) =>
    table(
      [`what (peer: ${peer})`, 'per second'],
      Object.entries<number>(perSecond).map(([name, rate]) => [name, Math.round(rate).toLocaleString('en')]),
    ),
};
