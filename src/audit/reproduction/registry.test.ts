import { describe, expect, it } from 'vitest';
import type { Example } from '../../tasks/examples.ts';
import { findTask, tasks } from '../../tasks/registry.ts';
import { findReproduction, reproductions } from './registry.ts';

const pairs = (labels: string): Example<'similarity'>[] =>
  [...labels].map((label, i) => ({
    id: String(i),
    input: { textA: `a${i}`, textB: `b${i}` },
    gold: { label },
  }));
const open = (name: string, examples: readonly Example[]) => {
  const task = findTask(name);
  return findReproduction(task).open({ task, split: 'dev', dataDir: '', examples, files: [] });
};

describe('reproductions', () => {
  it('skip the first line of cMedQA and cMedQNLI, but not that of cMedQQ', async () => {
    const examples = pairs('1100');
    const answers = [...'0101'].map((label) => ({ label }));
    for (const name of ['cMedQA', 'cMedQNLI']) {
      const measure = await open(name, examples);
      expect(measure.score(answers).value).toBeCloseTo(2 / 3, 15);
      expect(measure.scope.en).toBe('3 of 4 examples');
    }
    expect((await open('cMedQQ', examples)).score(answers).value).toBe(0.5);
    expect((await open('cMedQQ', examples)).score([undefined, ...answers.slice(1)]).value).toBe(0.5);
  });

  it('print PAIR as the paper does', async () => {
    const task = findTask('cMedIR');
    expect(findReproduction(task).published(task)).toEqual([
      { model: 'BERT-base', value: 1.77 },
      { model: 'MC-BERT', value: 2.04 },
    ]);
    const example: Example<'ranking'> = {
      id: '0',
      input: { query: 'q', documents: ['a', 'b', 'c'].map((title) => ({ title })) },
      gold: { relevance: [2, 1, 0] },
    };
    // Of three pairs two are in order.
    expect((await open('cMedIR', [example])).score([{ scores: [3, 1, 2] }]).value).toBe(2);
  });

  it('exist for every task with a published score on gold that is public, and for no other', () => {
    for (const task of tasks) {
      if (task.published.length > 0 && task.judged === undefined)
        expect(findReproduction(task).published(task)).toHaveLength(2);
      else expect(() => findReproduction(task)).toThrow(/No reproducible score/);
    }
  });

  it('have an id of their family and a description in both languages', () => {
    for (const { id, definition, difference } of reproductions) {
      expect(id).toMatch(/^[a-z]+\/as-published\/.+@\d+$/);
      for (const text of [definition, difference]) {
        expect(text.en.length).toBeGreaterThan(80);
        expect(text.zh).toMatch(/[\u4e00-\u9fff]{10}/);
      }
    }
    expect(new Set(reproductions.map(({ id }) => id)).size).toBe(reproductions.length);
  });
});
