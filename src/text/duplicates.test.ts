import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../ground/random.ts';
import { type Duplicates, findDuplicates } from './duplicates.ts';
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

  it('joins chains, with the smallest index first', () => {
    const base = '患者三天前出现上腹部疼痛伴有恶心呕吐无发热未予特殊治疗';
    expect(findDuplicates([`${base}今`, base, `${base}今天`, '别的']).near).toEqual([[0, 1, 2]]);
  });
});

/** A note from a template, so that most notes are candidates of each other. */
const NOTE = '患者因反复咳嗽咳痰伴活动后气促入院查体体温正常双肺呼吸音粗可闻及湿啰音心率齐腹软无压痛';

const notes = fc.array(
  fc
    .tuple(
      fc.array(fc.tuple(fc.nat(NOTE.length - 1), fc.constantFrom('甲', '乙', '丙')), { maxLength: 4 }),
      fc.nat(2),
    )
    .map(([changes, part]) => {
      const characters = [...NOTE];
      for (const [at, other] of changes) characters[at] = other;
      return { text: characters.join(''), part };
    }),
  { maxLength: 25 },
);

/** By distinct text: its parts, and the sets of parts of its twins. */
function twinParts(
  { pairs }: Duplicates,
  texts: readonly string[],
  parts: readonly number[],
): Map<string, Set<string>> {
  const occurs = (text: string): string =>
    [...new Set(parts.filter((_, i) => texts[i] === text))].sort().join('');
  const found = new Map<string, Set<string>>();
  for (const { a, b } of pairs)
    for (const [one, other] of [
      [texts[a], texts[b]],
      [texts[b], texts[a]],
    ])
      found.set(one, (found.get(one) ?? new Set()).add(occurs(other)));
  return found;
}

describe('duplicates that are too many to be listed', () => {
  it('have the groups, and the parts of the twins of every text, that all pairs have', () => {
    fc.assert(
      fc.property(notes, (given) => {
        const [texts, parts] = [given.map(({ text }) => text), given.map(({ part }) => part)];
        const all = findDuplicates(texts, { parts });
        const some = findDuplicates(texts, { parts, most: { compared: -1, pairs: 0 } });
        expect([all.extent, some.extent]).toEqual(['all', 'examples']);
        expect([some.near, some.exact]).toEqual([all.near, all.exact]);
        expect(twinParts(some, texts, parts)).toEqual(twinParts(all, texts, parts));
        const named = (one: Duplicates) => one.pairs.map(({ a, b, similarity }) => `${a} ${b} ${similarity}`);
        const listed = new Set(named(all));
        expect(named(some).filter((pair) => !listed.has(pair))).toEqual([]);
        expect(new Set(named(some)).size).toBe(some.pairs.length);
      }),
      { numRuns: 25 },
    );
  });

  it('are compared only as far as they join groups', () => {
    const random = createRandom(3);
    const texts = Array.from({ length: 700 }, () => `${NOTE}${random.below(1e6)}`);
    const { near, pairs, extent } = findDuplicates(texts, { most: { compared: 1e5, pairs: 1e5 } });
    expect([near, extent]).toEqual([[texts.map((_, i) => i)], 'examples']);
    expect(pairs.length).toBeLessThan(texts.length);
  });

  it('are marked as partial where there are too many candidates to compare', () => {
    const texts = makeTexts(20, 1);
    const { extent, pairs } = findDuplicates(texts, { most: { compared: -1, pairs: 0 }, budget: 0 });
    expect(extent).toBe('at-least');
    expect(pairs).toEqual(findDuplicates(texts).pairs);
  });
});
