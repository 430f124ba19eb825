import { expect, it } from 'vitest';
import { familyIds } from '../tasks/families/registry.ts';
import { findTask } from '../tasks/registry.ts';
import { fitRequest } from './fixtures/fitted.ts';
import { findModel, modelKinds } from './registry.ts';

it('bert gives a reason for each family that it does not serve, and ensemble serves all', () => {
  const { families, lacks = {} } = findModel('bert');
  expect([...families, ...Object.keys(lacks)].sort()).toEqual([...familyIds].sort());
  expect([...findModel('ensemble').families].sort()).toEqual([...familyIds].sort());
});

it('no kind gives a reason for a family that it serves', () => {
  for (const { families, lacks = {} } of modelKinds())
    expect(families.filter((family) => lacks[family])).toEqual([]);
});

it('the error contains the reason', async () => {
  const asked = findModel('bert').fit(fitRequest(findTask('generation'), []));
  await expect(asked).rejects.toMatchObject({
    code: 'family-not-served',
    hintText: {
      en: expect.stringContaining('does not generate text'),
      zh: expect.stringContaining('不生成文本'),
    },
  });
});
