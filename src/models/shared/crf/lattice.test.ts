import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../ground/random.ts';
import { addTransitions, backward, createLattice, forward, reserve, setTransitions } from './lattice.ts';
import { tagCount } from './tags.ts';
import { bestPath, bestPaths } from './viterbi.ts';

/** Every legal tag sequence with its score, by enumeration. */
function everyPath(scores: Float64Array, length: number, transitions: Float64Array, types: number) {
  const tags = tagCount(types);
  const paths: { tags: number[]; score: number }[] = [];
  const grow = (prefix: number[], score: number): void => {
    if (prefix.length === length) {
      paths.push({ tags: prefix, score });
      return;
    }
    const t = prefix.length;
    for (let j = 0; j < tags; j++) {
      const before = prefix[t - 1];
      if (j > types && before !== j && before !== j - types) continue;
      const step = t === 0 ? 0 : transitions[before * tags + j];
      grow([...prefix, j], score + step + scores[t * tags + j]);
    }
  };
  grow([], 0);
  return paths.sort((a, b) => b.score - a.score);
}

function randomProblem(types: number, length: number, scale = 2) {
  const random = createRandom(types * 100 + length);
  const tags = tagCount(types);
  const draw = (count: number): Float64Array =>
    Float64Array.from({ length: count }, () => (random.next() - 0.5) * scale);
  return { tags, scores: draw(length * tags), transitions: draw(tags * tags) };
}

const CASES = [
  [0, 3],
  [1, 1],
  [1, 6],
  [2, 5],
  [3, 4],
  [4, 3],
] as const;

describe.each(CASES)('%i types, %i positions', (types, length) => {
  const { tags, scores, transitions } = randomProblem(types, length);
  const paths = everyPath(scores, length, transitions, types);
  const logZ = Math.log(paths.reduce((sum, { score }) => sum + Math.exp(score), 0));
  const lattice = createLattice(types);
  reserve(lattice, length);
  setTransitions(lattice, transitions);
  lattice.scores.set(scores);
  const found = forward(lattice, length);
  backward(lattice, length);

  it('sums over all legal sequences', () => {
    expect(found).toBeCloseTo(logZ, 10);
  });

  it('gives the marginals of tags', () => {
    for (let t = 0; t < length; t++) {
      for (let j = 0; j < tags; j++) {
        const right = paths.reduce((sum, p) => sum + (p.tags[t] === j ? Math.exp(p.score - logZ) : 0), 0);
        expect(lattice.alpha[t * tags + j] * lattice.beta[t * tags + j]).toBeCloseTo(right, 10);
      }
    }
  });

  it('gives the expected transitions', () => {
    const begun = new Float64Array(types);
    const inside = new Float64Array(types);
    addTransitions(lattice, length, begun, inside);
    for (let i = 0; i < tags; i++) {
      for (let j = 0; j < tags; j++) {
        let right = 0;
        for (const { tags: path, score } of paths) {
          for (let t = 1; t < length; t++)
            if (path[t - 1] === i && path[t] === j) right += Math.exp(score - logZ);
        }
        const k = j - types - 1;
        let sum = 0;
        if (j <= types)
          sum = lattice.expected[i * lattice.columns + j] * lattice.open[i * lattice.columns + j];
        else if (i === j) sum = inside[k] * lattice.inside[k];
        else if (i === j - types) sum = begun[k] * lattice.begun[k];
        expect(sum).toBeCloseTo(right, 10);
      }
    }
  });

  it('finds the best sequence', () => {
    const best = bestPath(scores, length, transitions, types);
    expect(Array.from(best.tags)).toEqual(paths[0].tags);
    expect(best.score).toBeCloseTo(paths[0].score, 10);
  });

  it.each([1, 2, 5, 1000])('finds the %i best sequences in order', (k) => {
    const best = bestPaths(scores, length, transitions, types, k);
    expect(best.map((path) => Array.from(path.tags))).toEqual(paths.slice(0, k).map((path) => path.tags));
    best.forEach(({ score }, rank) => {
      expect(score).toBeCloseTo(paths[rank].score, 10);
    });
  });
});

it('stays finite where scores are thousands apart and texts are long', () => {
  const types = 3;
  const length = 10_000;
  const { tags, scores, transitions } = randomProblem(types, length, 5000);
  const lattice = createLattice(types);
  reserve(lattice, length);
  setTransitions(lattice, transitions);
  lattice.scores.set(scores);
  expect(Number.isFinite(forward(lattice, length))).toBe(true);
  backward(lattice, length);
  for (let t = 0; t < length; t++) {
    let sum = 0;
    for (let j = 0; j < tags; j++) sum += lattice.alpha[t * tags + j] * lattice.beta[t * tags + j];
    expect(sum).toBeCloseTo(1, 6);
  }
});

it('finds the empty sequence of an empty text', () => {
  expect(bestPath(new Float64Array(0), 0, new Float64Array(9), 1)).toEqual({
    tags: new Uint8Array(0),
    score: 0,
  });
  expect(bestPaths(new Float64Array(0), 0, new Float64Array(9), 1, 3)).toHaveLength(1);
});
