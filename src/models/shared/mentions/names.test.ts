import { describe, expect, it } from 'vitest';
import { learnNames, restoreNames } from './names.ts';

describe('the dictionary of names', () => {
  const names = learnNames([
    ['拉肚子', '腹泻'],
    ['拉肚子', '腹泻'],
    ['拉肚子', '稀便'],
    ['流鼻涕', '鼻流涕'],
    ['发烧', '发热'],
  ]);

  it('takes the most frequent name of a mention', () => {
    expect(names.find('拉肚子')).toBe('腹泻');
  });

  it('gives an unknown mention the name of the most similar one', () => {
    expect(names.find('老拉肚子')).toBe('腹泻');
    expect(names.find('流清鼻涕')).toBe('鼻流涕');
  });

  it('gives no name when nothing is similar', () => {
    expect(names.find('骨折')).toBeUndefined();
    expect(names.find('')).toBeUndefined();
  });

  it('is the same when restored', () => {
    const again = restoreNames(new Map(names.entries));
    for (const mention of ['拉肚子', '老拉肚子', '骨折'])
      expect(again.find(mention)).toBe(names.find(mention));
  });
});
