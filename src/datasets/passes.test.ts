import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTask } from '../tasks/schema.ts';
import { openDataset } from './dataset.ts';
import { openPasses, type Pass } from './passes.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'chineseblue-passes-'));
  mkdirSync(join(dir, 'ward'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const files = { train: 'train.jsonl', test: 'test.jsonl' };
const task = parseTask(
  {
    ...{ id: 'ward', family: 'classification', title: 'Ward', labels: ['0', '1'] },
    corpus: { folder: 'ward', format: 'jsonl', files },
  },
  'ward.json',
);
const line = (text: string, more: object = { label: '0' }): string =>
  `${JSON.stringify({ text, ...more })}\n`;
const open = async (content: string | Buffer, mostHeld?: number) => {
  writeFileSync(join(dir, 'ward', 'train.jsonl'), content);
  writeFileSync(join(dir, 'ward', 'test.jsonl'), line('发热'));
  return openPasses(await openDataset({ task, dir }), mostHeld);
};

async function readAll(passes: readonly Pass[]) {
  const read = [];
  for (const pass of passes) {
    const items = [];
    for await (const examples of pass.examples())
      for (const { id, input, gold } of examples) items.push({ id, input, gold });
    read.push({
      name: pass.name,
      files: pass.files,
      hasGold: pass.hasGold,
      synthetic: pass.synthetic,
      items,
    });
  }
  return read;
}

/** The result of reading a content, in memory and in passes over the file. */
async function outcomes(content: string | Buffer) {
  const found = [];
  for (const mostHeld of [undefined, 0])
    found.push(
      await open(content, mostHeld)
        .then(readAll)
        .catch(({ code, place, text }) => ({ code, place, text })),
    );
  return found;
}

describe('passes over a file', () => {
  it('read the same as reading into memory, every time', async () => {
    const content = `\ufeff${line('头痛', { id: 'a', label: '1' })}\r\n${line('咳嗽', { label: '0' })}`;
    const [whole, streamed] = await outcomes(content);
    expect(streamed).toEqual(whole);
    expect(whole).toMatchObject([{ name: 'train', items: [{ id: 'a' }, { id: '1' }] }, { name: 'test' }]);
    const [train] = await open(content, 0);
    const [first, second] = await readAll([train, train]);
    expect(train.held).toBeUndefined();
    expect(second).toEqual(first);
    expect(second.items).toHaveLength(2);
  });

  it.each([
    ['an empty file', '', 'split-empty'],
    ['blank lines only', '\n\n', 'split-empty'],
    ['a line that is cut off', `${line('头痛')}{"text": "咳`, 'bad-json'],
    ['an id twice', line('头痛', { id: 'a', label: '0' }).repeat(2), 'duplicate-id'],
    ['gold in some records only', line('头痛') + line('咳嗽', {}), 'mixed-gold'],
    ['no gold', line('头痛', {}), 'no-gold'],
    ['a label that the task has not', line('头痛', { label: '7' }), 'unknown-label'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xb8, 0xd0, 0x0a]), 'not-utf8'],
  ])('report the same for %s as reading it into memory', async (_what, content, code) => {
    const [whole, streamed] = await outcomes(content);
    expect(whole).toMatchObject({ code });
    expect(streamed).toEqual(whole);
  });

  it('refuse a line that is too long for memory', async () => {
    const place = expect.objectContaining({ file: join(dir, 'ward', 'train.jsonl'), line: 1 });
    await expect(open(Buffer.alloc((64 << 20) + (1 << 18), 0x20), 0)).rejects.toMatchObject({
      ...{ code: 'line-too-long', place },
    });
  });
});
