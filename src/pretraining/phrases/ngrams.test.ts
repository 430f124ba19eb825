import { describe, expect, it } from 'vitest';
import { type Candidate, frequentNgrams } from './ngrams.ts';
import { gatherText } from './text.ts';

async function* documents(...texts: string[][]) {
  for (const text of texts) yield text;
}
const candidatesOf = async (minCount: number, maxLength: number, ...texts: string[][]) => {
  const found = frequentNgrams(await gatherText(documents(...texts), 1e6), { minCount, maxLength });
  return new Map(found.map((candidate) => [candidate.text, candidate]));
};

describe('frequent n-grams', () => {
  it('are counted within runs of letters, by occurrence and by document', async () => {
    const found = await candidatesOf(2, 4, ['腹痛，腹痛三天。', '我腹痛'], ['他腹痛']);
    expect([...found.keys()]).toEqual(['腹痛']);
    expect(found.get('腹痛')).toMatchObject({ count: 4, documents: 2 });
  });

  it('have the entropies of their neighbours, each break counted as different', async () => {
    const { leftEntropy, rightEntropy, leftBreaks, rightBreaks } = (
      await candidatesOf(2, 2, ['我腹痛甲', '我腹痛乙', '，腹痛，', '腹痛'])
    ).get('腹痛') as Candidate;
    const nats = (...shares: number[]) => -shares.reduce((sum, p) => sum + p * Math.log(p), 0);
    expect(leftEntropy).toBeCloseTo(nats(0.5, 0.25, 0.25), 12);
    expect(rightEntropy).toBeCloseTo(nats(0.25, 0.25, 0.25, 0.25), 12);
    expect([leftBreaks, rightBreaks]).toEqual([0.5, 0.5]);
  });

  it('have the mutual information of their weakest split', async () => {
    const text = '甲乙丙甲乙丙甲乙丁';
    const found = await candidatesOf(2, 3, [text]);
    const log = (a: number, b: number, both: number) => Math.log((both * text.length) / (a * b));
    expect(found.get('甲乙')!.pmi).toBeCloseTo(log(3, 3, 3), 12);
    expect(found.get('甲乙丙')!.pmi).toBeCloseTo(Math.min(log(3, 2, 2), log(3, 2, 2)), 12);
    expect(found.get('甲乙')!.absorbed).toBeCloseTo(2 / 3, 12);
    expect(found.get('甲乙丙')!.absorbed).toBe(0);
  });

  it('fold width and case, detect split words, and keep surrogate pairs whole', async () => {
    const found = await candidatesOf(2, 4, ['查CT了', '查ｃｔ吧'], ['𠀀病𠀀病']);
    expect(found.get('查ct')).toMatchObject({ count: 2, insideWord: 0 });
    expect(found.get('查c')).toMatchObject({ insideWord: 1 });
    for (const text of found.keys()) expect(text.isWellFormed()).toBe(true);
    expect(found.get('𠀀病')).toMatchObject({ count: 2 });
  });

  it('agree with plain counting', async () => {
    const text = '一直拉稀怎么办一直拉稀吃什么药一直咳嗽怎么办';
    const found = await candidatesOf(2, 5, [text]);
    const plain = new Map<string, number>();
    for (let length = 2; length <= 5; length++) {
      for (let i = 0; i + length <= text.length; i++) {
        const gram = text.slice(i, i + length);
        plain.set(gram, (plain.get(gram) ?? 0) + 1);
      }
    }
    const expected = [...plain].filter(([, count]) => count >= 2).sort();
    expect([...found].map(([gram, { count }]) => [gram, count]).sort()).toEqual(expected);
  });

  it('require text, which is collected up to a limit', async () => {
    await expect(gatherText(documents(['，。']), 100)).rejects.toMatchObject({ code: 'corpus-empty' });
    await expect(gatherText(documents(), 100)).rejects.toMatchObject({ code: 'corpus-empty' });
    expect((await gatherText(documents(['腹痛'], ['头晕头晕'], ['咳']), 8)).documents).toBe(2);
    expect((await gatherText(documents(['腹痛'], ['头晕头晕'], ['咳']), 7)).documents).toBe(1);
  });
});
