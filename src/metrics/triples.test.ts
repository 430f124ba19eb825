import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestMatching, type RelationTriple, relaxedTriple, relaxedTripleF1 } from './triples.ts';

const triple = (subject: string, object: string, predicate = '治疗'): RelationTriple => ({
  subject,
  predicate,
  object,
});

describe('a relaxed match', () => {
  it('lets one boundary contain the other, on both sides, under one predicate', () => {
    expect(relaxedTriple(triple('高血压', '阿司匹林'), triple('原发性高血压', '阿司匹林片'))).toBe(true);
    expect(relaxedTriple(triple('原发性高血压', '阿司'), triple('高血压', '阿司匹林片'))).toBe(true);
    expect(relaxedTriple(triple('高血压', '阿司匹林'), triple('高血压', '阿司匹林', '病因'))).toBe(false);
    expect(relaxedTriple(triple('高血压', '阿司匹林'), triple('高血糖', '阿司匹林'))).toBe(false);
    expect(relaxedTriple(triple('', '阿司匹林'), triple('高血糖', '阿司匹林'))).toBe(false);
  });
});

describe('the largest matching', () => {
  it('moves earlier partners aside', () => {
    const fits = new Set(['0 0', '0 1', '1 0']);
    expect(largestMatching([0, 1], [0, 1], (l, r) => fits.has(`${l} ${r}`))).toBe(2);
  });

  it('is as large as exhaustive search finds, whatever the order', () => {
    const edges = fc.uniqueArray(fc.tuple(fc.nat(4), fc.nat(4)), { selector: String, maxLength: 12 });
    const best = (list: readonly (readonly number[])[]): number => {
      if (list.length === 0) return 0;
      const [[l, r], ...rest] = list;
      return Math.max(best(rest), 1 + best(rest.filter(([a, b]) => a !== l && b !== r)));
    };
    fc.assert(
      fc.property(edges, (list) => {
        const keys = new Set(list.map(String));
        const nodes = [0, 1, 2, 3, 4];
        const turned = [...nodes].reverse();
        const fits = (l: number, r: number): boolean => keys.has(`${l},${r}`);
        expect(largestMatching(nodes, nodes, fits)).toBe(best(list));
        expect(largestMatching(turned, turned, fits)).toBe(best(list));
      }),
    );
  });
});

describe('relaxed F1', () => {
  interface Item {
    readonly gold: readonly RelationTriple[];
    readonly predicted: readonly RelationTriple[];
  }
  const metric = relaxedTripleF1<Item>(
    ({ gold }) => gold,
    ({ predicted }) => predicted,
  );
  const score = (items: readonly Item[]): number => {
    const counts = new Float64Array(metric.width);
    metric.count(items, counts, 0);
    return metric.value(counts);
  };

  it('gives each gold triple to one prediction', () => {
    const gold = [triple('高血压', '药')];
    expect(score([{ gold, predicted: [triple('血压', '药'), triple('高血压', '药')] }])).toBe(2 / 3);
    expect(score([{ gold: [...gold, ...gold], predicted: gold }])).toBe(1);
  });

  it('is undefined where there is nothing', () => expect(score([{ gold: [], predicted: [] }])).toBeNaN());
});
