import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readJsonValues } from './json-values.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-json-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function valuesOf(content: string | Uint8Array): Promise<[unknown, number][]> {
  const file = join(folder, 'values.json');
  await writeFile(file, content);
  const values: [unknown, number][] = [];
  for await (const { text, line } of readJsonValues(file)) values.push([JSON.parse(text), line]);
  return values;
}

it('finds the ends of strings of any length, with quotes, backslashes and brackets in them', async () => {
  const odd = ['"', '\\', '\\"', '{]', '头\u2028痛', 'a', '\ufeff'];
  const strings = Array.from({ length: 120 }, (_, i) =>
    Array.from({ length: i }, (_, k) => odd[(i * 7 + k * k) % odd.length]).join(''),
  );
  const values = strings.map((text, i) => ({ [text]: [text, i] }));
  expect(await valuesOf(JSON.stringify(values))).toEqual(values.map((value) => [value, 1]));
  const lines = values.map((value) => JSON.stringify(value, null, 1)).join('\n');
  let line = 1;
  const placed = values.map((value) => {
    const at = line;
    line += JSON.stringify(value, null, 1).split('\n').length;
    return [value, at];
  });
  expect(await valuesOf(lines)).toEqual(placed);
});

it('skips a byte-order mark between values, and keeps one inside a text', async () => {
  expect(await valuesOf('\ufeff{"a":1}\n\ufeff{"a":"\ufeffb"}\n')).toEqual([
    [{ a: 1 }, 1],
    [{ a: '\ufeffb' }, 2],
  ]);
});

it('refuses an unterminated string, even across blocks', async () => {
  const long = 'x'.repeat(3 << 20);
  expect(await valuesOf(`["${long}"]`)).toEqual([[long, 1]]);
  await expect(valuesOf(`["a",\n"${long}\\`)).rejects.toMatchObject({ code: 'bad-json', place: { line: 2 } });
});
