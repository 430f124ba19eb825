import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../ground/random.ts';
import { bandsFor, createSketches, findDuplicates, SKETCH_DEFAULTS } from './minhash.ts';
import { jaccard, shinglesOf } from './shingles.ts';

/** Texts of `count` random characters, and copies of them with some characters changed. */
function makeTexts(count: number, changed: number): string[] {
  const random = createRandom(5);
  const character = (): string => String.fromCharCode(0x4e00 + random.below(2000));
  return Array.from({ length: count }, () => Array.from({ length: 40 }, character)).flatMap((text) => {
    const copy = [...text];
    for (let i = 0; i < changed; i++) copy[random.below(copy.length)] = character();
    return [text.join(''), copy.join('')];
  });
}

describe('shingles', () => {
  it('are the distinct runs, packed without loss', () => {
    expect(shinglesOf('ababa', 2)).toHaveLength(2);
    expect(shinglesOf('痛', 3)).toHaveLength(1);
    expect(shinglesOf('', 3)).toHaveLength(0);
    expect(jaccard(shinglesOf('\uffff\uffff\uffff', 3), shinglesOf('\uffff\uffff\ufffe', 3))).toBe(0);
  });

  it('compare as sets do', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 20 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const grams = (t: string) =>
          new Set(
            t.length < 2
              ? [t].filter(Boolean)
              : Array.from({ length: t.length - 1 }, (_, i) => t.slice(i, i + 2)),
          );
        const [x, y] = [grams(a), grams(b)];
        const shared = [...x].filter((gram) => y.has(gram)).length;
        const union = x.size + y.size - shared;
        expect(jaccard(shinglesOf(a, 2), shinglesOf(b, 2))).toBe(union === 0 ? 1 : shared / union);
      }),
    );
  });
});

describe('duplicates', () => {
  it('groups equal and nearly equal texts', () => {
    const long = '患者三天前出现上腹部疼痛伴有恶心呕吐，无发热，未予特殊治疗，今来我院就诊';
    const { exact, near, pairs } = findDuplicates([
      long,
      '高血压怎么办',
      `${long}。`,
      '高血压怎么办',
      '糖尿病吃什么好',
    ]);
    expect(exact).toEqual([[1, 3]]);
    expect(near).toEqual([
      [0, 2],
      [1, 3],
    ]);
    expect(pairs).toHaveLength(1);
    expect(pairs[0].similarity).toBeCloseTo(
      shinglesOf(long, 3).length / (shinglesOf(long, 3).length + 1),
      12,
    );
  });

  it('takes texts that are empty or shorter than a shingle', () => {
    expect(findDuplicates(['', '痛', '', '痛', '疼']).near).toEqual([
      [0, 2],
      [1, 3],
    ]);
    expect(findDuplicates([]).near).toEqual([]);
  });

  it('finds what comparing all pairs finds', () => {
    for (const threshold of [0.5, 0.8, 0.95]) {
      const texts = makeTexts(150, threshold > 0.9 ? 0 : threshold > 0.7 ? 1 : 3);
      const sets = texts.map((text) => shinglesOf(text, 3));
      const expected = new Set<string>();
      for (let b = 1; b < sets.length; b++) {
        for (let a = 0; a < b; a++) {
          if (texts[a] !== texts[b] && jaccard(sets[a], sets[b]) >= threshold) expected.add(`${a} ${b}`);
        }
      }
      const found = findDuplicates(texts, { threshold }).pairs.map(({ a, b }) => `${a} ${b}`);
      expect(found.filter((pair) => !expected.has(pair))).toEqual([]);
      expect(found.length).toBeGreaterThanOrEqual(expected.size * 0.98);
    }
  });

  it('joins chains and leads with the smallest index', () => {
    const base = '患者三天前出现上腹部疼痛伴有恶心呕吐无发热未予特殊治疗';
    expect(findDuplicates([`${base}今`, base, `${base}今天`, '别的']).near).toEqual([[0, 1, 2]]);
  });
});

describe('sketches', () => {
  it('use as many rows as the threshold allows', () => {
    expect(bandsFor(0.8)).toEqual({ bands: 16, rows: 4 });
    expect(bandsFor(0.95).rows).toBeGreaterThan(4);
    expect(bandsFor(0.1)).toEqual({ bands: 64, rows: 1 });
  });

  it('are the same for the same seed and put equal texts into every bucket together', () => {
    const sketches = createSketches(SKETCH_DEFAULTS);
    for (const text of ['高血压怎么办', '糖尿病', '高血压怎么办', '']) sketches.add(shinglesOf(text, 3));
    const buckets: number[][] = [];
    sketches.eachBucket((members) => buckets.push([...members]));
    expect(sketches.size).toBe(4);
    expect(buckets).toEqual(Array.from({ length: sketches.bands }, () => [0, 2]));
  });
});
