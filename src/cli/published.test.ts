import { expect, it } from 'vitest';
import { findTask } from '../tasks/registry.ts';
import { onRealText, publishedModels } from './published.ts';

it('published scores stand only beside scores on real text', () => {
  const tasks = ['cMedIC', 'CMeEE'].map((name) => findTask(name));
  const summaries = [
    { task: 'cMedIC', synthetic: true },
    { task: 'CMeEE', synthetic: false },
  ];
  expect(onRealText(tasks, summaries).map(({ id }) => id)).toEqual(['CMeEE']);
  expect(publishedModels(onRealText(tasks, summaries))).toEqual([
    'BERT-base',
    'RoBERTa-wwm-ext',
    'MacBERT-large',
    'human',
  ]);
  expect(publishedModels(onRealText(tasks, [{ task: 'cMedIC', synthetic: false }]))).toEqual([
    'BERT-base',
    'MC-BERT',
  ]);
});
