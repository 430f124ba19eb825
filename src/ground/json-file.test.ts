import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readJsonFile } from './json-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'chineseblue-json-'));
const file = join(folder, 'settings.json');
afterAll(() => rmSync(folder, { recursive: true }));

const HINT = { en: 'Fix it.', zh: '请修正。' };
const read = (content: string | Buffer) => {
  writeFileSync(file, content);
  return readJsonFile(file, 'bad-settings', HINT);
};

it('gives the value, of files with a byte-order mark too', async () => {
  expect(await read('\ufeff{"词": 1}\r\n')).toEqual({ 词: 1 });
});

it.each([
  ['cut off', '{\n  "a": 1,\n', 3],
  ['a comma too many', '{\n  "a": 1,\n}\n', 3],
  ['no quotes', '{\n  a: 1\n}\n', 2],
  ['empty', '', 1],
])('names file and line of what is not JSON: %s', async (_, content, line) => {
  await expect(read(content)).rejects.toMatchObject({
    code: 'bad-settings',
    place: { file, line },
    hintText: HINT,
  });
});

it('quotes nothing of the file', async () => {
  await expect(read('{"key": sk-secret, "other": "sk-secret"}')).rejects.toThrow(
    /^The file is not JSON: Unexpected token 's'$/,
  );
});

it('refuses other encodings', async () => {
  // 词 in GB 18030
  await expect(read(Buffer.from([0x22, 0xb4, 0xca, 0x22]))).rejects.toMatchObject({ code: 'not-utf8' });
});
