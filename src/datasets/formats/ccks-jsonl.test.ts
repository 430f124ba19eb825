import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { findTask } from '../../tasks/registry.ts';
import { readFileItems } from '../read.ts';
import type { Notice } from './format.ts';

const directory = mkdtempSync(join(tmpdir(), 'ccks-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function read(content: string) {
  const path = join(directory, 'part.txt');
  await writeFile(path, content);
  const notices: Notice[] = [];
  const items = await readFileItems({ format: 'ccks-jsonl', path, name: 'x' }, findTask('CCKS2019'), notices);
  return { gold: items.map(({ gold }) => gold), notices: notices.map(({ code }) => code) };
}

const line = (originalText: string, ...entities: [string, number, number][]): string =>
  JSON.stringify({
    originalText,
    entities: entities.map(([label_type, start_pos, end_pos]) => ({
      label_type,
      overlap: 0,
      start_pos,
      end_pos,
    })),
  });

it('reads concatenated parts: an inner byte-order mark, CRLF, ends one past the last code point', async () => {
  const parts = `\ufeff${line('𬌗面痛', ['解剖部位', 0, 2])}\n\ufeff${line(' 肺炎', ['疾病和诊断', 0, 3])}\r\n`;
  expect(await read(parts)).toEqual({
    gold: [
      { entities: [{ start: 0, end: 3, type: '解剖部位' }] },
      { entities: [{ start: 0, end: 3, type: '疾病和诊断' }] },
    ],
    notices: [],
  });
});

it('drops spans outside their text, and names wrong fields as the file does', async () => {
  const { gold, notices } = await read(line('肺炎', ['疾病和诊断', 0, 9], ['疾病和诊断', 0, 2]));
  expect([gold, notices]).toEqual([
    [{ entities: [{ start: 0, end: 2, type: '疾病和诊断' }] }],
    ['mention-outside'],
  ]);
  const fault = (text: string) =>
    read(text).catch((error) => [error.code, error.place.line, error.place.field]);
  expect(await fault(line('肺炎', ['疾病和诊断', 9, 9], ['病', 0, 2]))).toEqual([
    'unknown-label',
    1,
    'entities[1].label_type',
  ]);
  expect(await fault('{"originalText": "肺炎", "entities": [{"start_pos": "0"}]}')).toEqual([
    'bad-field',
    1,
    'entities[0].start_pos',
  ]);
  expect(await fault(`${line('肺炎')}\n{"text": "肺炎"}`)).toEqual(['bad-field', 2, 'originalText']);
});
