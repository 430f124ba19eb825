import { expect, it } from 'vitest';
import { listed } from './language.ts';

it('separates names as each language does', () => {
  expect(listed(['train', 'dev'])).toEqual({ en: 'train, dev', zh: 'train、dev' });
  expect(listed([])).toEqual({ en: '', zh: '' });
});
