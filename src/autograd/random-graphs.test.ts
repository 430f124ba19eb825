import { describe, expect, it } from 'vitest';
import { checkRandomGraph } from './fixtures/random-graphs.ts';

const GRAPHS = 200;

describe('random graphs', () => {
  it('have the values, first and second derivatives that an interpreter in float64 computes', async () => {
    const found = [];
    for (let seed = 0; seed < GRAPHS; seed++) {
      const wrong = await checkRandomGraph(seed);
      if (wrong) found.push(wrong);
    }
    expect(found).toEqual([]);
  }, 60_000);
});
