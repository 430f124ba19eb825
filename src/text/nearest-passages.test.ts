import { expect, it } from 'vitest';
import { createRandom } from '../ground/random.ts';
import { nearestPassages } from './nearest-passages.ts';

/** BM25 of one query and one passage, from its definition. */
function plain(query: string, passages: readonly string[]): number[] {
  const pairs = (text: string): string[] => [...text].slice(0, -1).map((one, i) => one + [...text][i + 1]);
  const bags = passages.map(pairs);
  const mean = bags.reduce((sum, { length }) => sum + length, 0) / bags.length;
  return bags.map((bag) => {
    let score = 0;
    for (const pair of new Set(pairs(query))) {
      const having = bags.filter((other) => other.includes(pair)).length;
      const times = bag.filter((other) => other === pair).length;
      const weight = Math.log(1 + (bags.length - having + 0.5) / (having + 0.5));
      score += (weight * times * 2.2) / (times + 1.2 * (0.25 + (0.75 * bag.length) / mean));
    }
    return score;
  });
}

it('finds the passages that BM25 over all pairs finds, best first, and none that shares nothing', async () => {
  const random = createRandom(5);
  const text = (length: number) => Array.from({ length }, () => '头痛咳嗽发热吃药'[random.below(8)]).join('');
  const passages = Array.from({ length: 60 }, () => text(4 + random.below(12)));
  const queries = Array.from({ length: 20 }, () => text(3 + random.below(4)));
  const counts = queries.map((_, i) => i % 7);
  const found = await nearestPassages({ queries, passages: () => passages, counts });
  for (const [i, query] of queries.entries()) {
    const scores = plain(query, passages);
    const order = [...scores.keys()].filter((at) => scores[at] > 0);
    order.sort((a, b) => (Math.abs(scores[b] - scores[a]) < 1e-9 ? a - b : scores[b] - scores[a]));
    expect(found[i]).toEqual(order.slice(0, counts[i]));
  }
});

it('folds case and blanks, finds single characters, and stops when aborted', async () => {
  const search = { queries: ['C T', '痛'], passages: () => ['ct', '痛', '无'], counts: [2, 2] };
  expect(await nearestPassages(search)).toEqual([[0], [1]]);
  const many = { ...search, passages: () => new Array<string>(300).fill('痛') };
  await expect(nearestPassages(many, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});
