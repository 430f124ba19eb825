import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createReader } from './fixtures/written.ts';

const directory = mkdtempSync(join(tmpdir(), 'text2dt-'));
afterAll(() => rmSync(directory, { recursive: true }));
const read = createReader(directory);

const node = (role: unknown, triples: unknown = [], logical_rel: unknown = 'null') => ({
  role,
  triples,
  logical_rel,
});

it('Text2DT is read unchanged, and errors name the official field', async () => {
  const condition = node('C', [['甲', '临床表现', '乙']]);
  const { items } = await read('Text2DT', [{ text: '甲有乙', tree: [condition, node('D'), node('D')] }]);
  expect(items[0].gold).toEqual({
    tree: [
      { role: 'C', triples: [['甲', '临床表现', '乙']], logic: 'null' },
      { role: 'D', triples: [], logic: 'null' },
      { role: 'D', triples: [], logic: 'null' },
    ],
  });
  const fault = (...tree: unknown[]) =>
    read('Text2DT', [{ text: '甲有乙', tree }]).catch(({ code, place }) => [code, place.field]);
  expect(await fault(condition, node('D'))).toEqual(['bad-field', 'tree']);
  expect(await fault(node('c'))).toEqual(['bad-field', 'tree[0].role']);
  expect(await fault(node('D', [], 'nor'))).toEqual(['bad-field', 'tree[0].logical_rel']);
  expect(await fault(node('D', [['甲', '临床表现']]))).toEqual(['bad-field', 'tree[0].triples[0]']);
  expect(await fault(node('D', [['甲', '病因', '乙']]))).toEqual(['unknown-label', 'tree[0].triples[0][1]']);
});
