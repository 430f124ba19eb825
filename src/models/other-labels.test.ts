import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Example } from '../tasks/examples.ts';
import { findTask } from '../tasks/registry.ts';
import type { Task } from '../tasks/task.ts';
import { fitOn, predict } from './fixtures/fitted.ts';
import { findModel } from './registry.ts';

const directory = mkdtempSync(join(tmpdir(), 'other-labels-'));
afterAll(() => rmSync(directory, { recursive: true }));

const TEXTS = ['发热三天', '咳嗽有痰', '发热咳嗽', '头痛恶心'];
const texts = TEXTS.map((text, i): Example<'classification'> => {
  return { id: String(i), input: { text }, gold: { label: 'ab'[i % 2] } };
});
const sets = TEXTS.map((text, i): Example<'multilabel'> => {
  return { id: String(i), input: { text }, gold: { labels: ['ab'[i % 2]] } };
});
const pairs = TEXTS.map((text, i): Example<'similarity'> => {
  return {
    id: String(i),
    input: { textA: text, textB: TEXTS[i - (i % 2)] },
    gold: { label: 'ab'[i % 2] },
  };
});
const labelled = (id: string, labels: readonly string[]): Task => ({
  ...findTask(id),
  positive: undefined,
  labels: labels.map((label) => ({ id: label, meaning: { en: label, zh: label } })),
});

const CASES: readonly [kind: string, task: string, train: readonly Example[]][] = [
  ...['majority', 'linear', 'fasttext', 'knn'].flatMap((kind): (typeof CASES)[number][] => [
    [kind, 'cMedIC', texts],
    [kind, 'multilabel', sets],
    [kind, 'cMedQQ', pairs],
    [kind, 'inference', pairs],
  ]),
  ['bm25', 'cMedQQ', pairs],
];

describe('a kept model with labels that the task lacks', () => {
  it.each(CASES)('%s of %s is refused when it is loaded', async (id, taskId, train) => {
    const kind = findModel(id);
    const file = join(directory, `${id}-${taskId}`);
    await (await fitOn(kind, labelled(taskId, ['a', 'b']), train)).save?.(file);
    await expect(kind.load(file, labelled(taskId, ['a', 'c']))).rejects.toMatchObject({
      code: 'other-labels',
      message: expect.stringMatching(/does not have: b/),
      place: { file },
    });
    for (const labels of [['a', 'b'], ['a', 'b', 'c'], []]) {
      const loaded = await kind.load(file, labelled(taskId, labels));
      expect(await predict(loaded, [train[0].input])).toHaveLength(1);
    }
  });
});
