import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countMuc, MUC_COUNTS, type MucScheme, mucF1, type Span } from './muc.ts';

const SCHEMES: readonly MucScheme[] = ['strict', 'exact', 'partial', 'type'];

type Row = readonly [start: number, end: number, type: string];
interface Case {
  readonly name: string;
  readonly gold: readonly (readonly Row[])[];
  readonly guess: readonly (readonly Row[])[];
  readonly schemes: Readonly<Record<MucScheme, Record<string, number>>>;
}
interface Item {
  readonly gold: readonly Span[];
  readonly guess: readonly Span[];
}

const { cases } = JSON.parse(readFileSync(new URL('./fixtures/muc.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};
const toSpans = (rows: readonly Row[]): Span[] => rows.map(([start, end, type]) => ({ start, end, type }));
const metricOf = (scheme: MucScheme) =>
  mucF1<Item>(
    scheme,
    ({ gold }) => gold,
    ({ guess }) => guess,
  );

describe.each(cases)('nervaluate: $name', ({ gold, guess, schemes }) => {
  it.each(SCHEMES)('%s', (scheme) => {
    const metric = metricOf(scheme);
    const counts = new Float64Array(metric.width);
    for (const [i, rows] of gold.entries()) {
      metric.count([{ gold: toSpans(rows), guess: toSpans(guess[i]) }], counts, 0);
    }
    const details = metric.details!(counts) as Record<string, number>;
    const theirs = schemes[scheme];
    for (const name of MUC_COUNTS) expect(details[name]).toBe(theirs[name]);
    expect(details.precision).toBeCloseTo(theirs.precision, 12);
    expect(details.recall).toBeCloseTo(theirs.recall, 12);
    expect(metric.value(counts)).toBeCloseTo(theirs.f1, 12);
  });
});

describe('by hand', () => {
  const count = (scheme: MucScheme, gold: Row[], guess: Row[]): Record<string, number> => {
    const counts = new Float64Array(5);
    countMuc(toSpans(gold), toSpans(guess), scheme, counts, 0);
    return Object.fromEntries(MUC_COUNTS.map((name, i) => [name, counts[i]]).filter(([, n]) => n !== 0));
  };

  it('distinguishes wrong boundaries from wrong types', () => {
    const gold: Row[] = [[0, 4, 'x']];
    expect(count('strict', gold, [[0, 4, 'y']])).toEqual({ incorrect: 1 });
    expect(count('exact', gold, [[0, 4, 'y']])).toEqual({ correct: 1 });
    expect(count('partial', gold, [[1, 4, 'y']])).toEqual({ partial: 1 });
    expect(count('type', gold, [[1, 4, 'x']])).toEqual({ correct: 1 });
    expect(count('type', gold, [[1, 4, 'y']])).toEqual({ incorrect: 1 });
  });

  it('does not count adjacent spans as overlapping', () => {
    expect(count('partial', [[0, 4, 'x']], [[4, 6, 'x']])).toEqual({ missed: 1, spurious: 1 });
  });

  it('matches each gold entity once', () => {
    expect(
      count(
        'exact',
        [[0, 4, 'x']],
        [
          [0, 4, 'x'],
          [0, 4, 'x'],
        ],
      ),
    ).toEqual({ correct: 1, spurious: 1 });
  });

  it('counts gold given twice once', () => {
    expect(
      count(
        'exact',
        [
          [0, 4, 'x'],
          [0, 4, 'x'],
        ],
        [[0, 4, 'x']],
      ),
    ).toEqual({ correct: 1 });
  });

  it('is undefined where there is nothing', () => {
    expect(metricOf('partial').value(new Float64Array(5))).toBeNaN();
  });
});

describe('MUC counts', () => {
  const row = fc
    .tuple(fc.nat(8), fc.integer({ min: 1, max: 4 }), fc.constantFrom('x', 'y'))
    .map(([start, length, type]): Row => [start, start + length, type]);
  const rows = fc.array(row, { maxLength: 6 });

  it('do not depend on order and account for every entity', () => {
    fc.assert(
      fc.property(rows, rows, fc.constantFrom(...SCHEMES), (gold, guess, scheme) => {
        const counts = new Float64Array(5);
        countMuc(toSpans(gold), toSpans(guess), scheme, counts, 0);
        const turned = new Float64Array(5);
        countMuc(toSpans([...gold].reverse()), toSpans([...guess].reverse()), scheme, turned, 0);
        expect(turned).toEqual(counts);
        const [correct, incorrect, partial, missed, spurious] = counts;
        expect(correct + incorrect + partial + spurious).toBe(guess.length);
        expect(correct + incorrect + partial + missed).toBe(new Set(gold.map(String)).size);
      }),
    );
  });
});
