import { expect, it } from 'vitest';
import { MAX_LINE_BYTES } from './files.ts';
import { readWholeLines, type WholeLine } from './whole-lines.ts';

/** A file of which the system returns a few bytes at a time. */
const fileOf = (content: Buffer, most: number) =>
  ({
    async read(buffer: Buffer, offset: number, length: number, position: number) {
      const bytesRead = content.copy(buffer, offset, position, position + Math.min(length, most));
      return { buffer, bytesRead };
    },
  }) as Parameters<typeof readWholeLines>[0];

async function linesOf(content: string | Buffer, most: number): Promise<WholeLine[]> {
  const lines: WholeLine[] = [];
  for await (const batch of readWholeLines(fileOf(Buffer.from(content), most), 'x')) lines.push(...batch);
  return lines;
}

it.each([1, 2, 3, 7, 1 << 20])(
  'returns complete lines and their offsets, %i bytes at a time',
  async (most) => {
    const content = '头痛\n\nsecond line\r\n𝄞\ncut sho';
    const bytes = Buffer.from(content);
    const lines = await linesOf(bytes, most);
    expect(lines.map(({ text, number }) => [text, number])).toEqual([
      ['头痛', 1],
      ['', 2],
      ['second line\r', 3],
      ['𝄞', 4],
    ]);
    for (const { text, at, length } of lines)
      expect(bytes.subarray(at, at + length + 1).toString()).toBe(`${text}\n`);
  },
);

it('is empty for a file without a whole line', async () => {
  expect(await linesOf('', 9)).toEqual([]);
  expect(await linesOf('cut', 2)).toEqual([]);
});

it('refuses a file without line ends before it fills memory', async () => {
  let asked = 0;
  const endless = {
    async read(buffer: Buffer, _offset: number, length: number) {
      asked += length;
      return { buffer: buffer.fill(0), bytesRead: length };
    },
  } as Parameters<typeof readWholeLines>[0];
  const reading = (async () => {
    for await (const _ of readWholeLines(endless, 'x'));
  })();
  await expect(reading).rejects.toMatchObject({ code: 'line-too-long', place: { file: 'x', line: 1 } });
  expect(asked).toBeLessThan(MAX_LINE_BYTES + (1 << 20));
});
