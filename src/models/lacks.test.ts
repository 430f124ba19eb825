import { expect, it } from 'vitest';
import { familyIds } from '../tasks/families/registry.ts';
import { findTask } from '../tasks/registry.ts';
import { fitRequest } from './fixtures/fitted.ts';
import { findModel, modelKinds } from './registry.ts';

it('bert says of each family that it does not serve why, and ensemble serves all', () => {
  const { families, lacks = {} } = findModel('bert');
  expect([...families, ...Object.keys(lacks)].sort()).toEqual([...familyIds].sort());
  expect([...findModel('ensemble').families].sort()).toEqual([...familyIds].sort());
});

it('no kind says so of a family that it serves', () => {
  for (const { families, lacks = {} } of modelKinds())
    expect(families.filter((family) => lacks[family])).toEqual([]);
});

it('the reason stands in the error', async () => {
  const asked = findModel('bert').fit(fitRequest(findTask('generation'), []));
  await expect(asked).rejects.toMatchObject({
    code: 'family-not-served',
    hintText: {
      en: expect.stringContaining('does not generate text'),
      zh: expect.stringContaining('不生成文本'),
    },
  });
});
