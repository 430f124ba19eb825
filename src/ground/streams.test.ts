import { execFileSync, spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readLines, readTextFile, writeAtomic } from './files.ts';

const folder = mkdtempSync(join(tmpdir(), 'chineseblue-streams-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let paths = 0;
const fresh = (): string => join(folder, `path-${++paths}`);

async function linesOf(file: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const { text } of readLines(file)) lines.push(text);
  return lines;
}

describe('what is not a regular file', () => {
  it('is written through, not replaced', async () => {
    const pipe = fresh();
    execFileSync('mkfifo', [pipe]);
    const [read] = await Promise.all([readFile(pipe, 'utf8'), writeAtomic(pipe, ['一', '二'])]);
    expect(read).toBe('一二');
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    await writeAtomic('/dev/null', 'x');
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('gives a typed error where the reader stops early', async () => {
    const pipe = fresh();
    execFileSync('mkfifo', [pipe]);
    const reader = open(pipe, 'r').then((handle) => handle.close());
    await expect(writeAtomic(pipe, Array(100).fill('x'.repeat(100_000)))).rejects.toMatchObject({
      code: 'reader-gone',
      place: { file: pipe },
    });
    await reader;
  });

  it('is written to the target of links, existing or not', async () => {
    const [target, first, second] = [fresh(), fresh(), fresh()];
    symlinkSync(target, first);
    symlinkSync(first, second);
    for (const content of ['new', 'newer']) {
      await writeAtomic(second, content);
      expect(readFileSync(target, 'utf8')).toBe(content);
      expect([first, second].every((link) => lstatSync(link).isSymbolicLink())).toBe(true);
    }
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('gives a typed error for circular links', async () => {
    const [a, b] = [fresh(), fresh()];
    symlinkSync(a, b);
    symlinkSync(b, a);
    await expect(writeAtomic(a, 'x')).rejects.toMatchObject({ code: 'link-loop' });
  });

  it('is standard input and output as `-`', () => {
    const files = JSON.stringify(join(import.meta.dirname, 'files.ts'));
    const script = `import { readLines, writeAtomic } from ${files};
      async function* lines() { for await (const { text } of readLines('-')) yield '<' + text + '>'; }
      await writeAtomic('-', lines());`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      input: '一\n二\n',
      encoding: 'utf8',
    });
    expect([stdout, stderr]).toEqual(['<一><二>', '']);
  });
});

describe('a file that is not UTF-8 text', () => {
  const text = '0\t患者头痛三天\n1\t咳嗽\n';
  const utf16 = Buffer.from(text, 'utf16le');
  const swapped = Buffer.from(utf16).swap16();

  it.each([
    ['gzip', gzipSync(text), 'compressed', /gzip/],
    ['UTF-16 with a mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), 'not-utf8', /UTF-16/],
    [
      'big-endian UTF-16 with a mark',
      Buffer.concat([Buffer.from([0xfe, 0xff]), swapped]),
      'not-utf8',
      /UTF-16/,
    ],
    ['UTF-16 without a mark', utf16, 'not-utf8', /UTF-16/],
    ['big-endian UTF-16 without a mark', swapped, 'not-utf8', /UTF-16/],
    ['GB18030', Buffer.from([0x31, 0x09, 0xc4, 0xe3, 0xba, 0xc3, 0x0a]), 'not-utf8', /GB18030 -t/],
    ['noise', Buffer.from([0x31, 0xff, 0xff, 0x0a]), 'not-utf8', /not GB18030 either/],
    ['cut off', Buffer.from(text).subarray(0, -3), 'not-utf8', /truncated/],
  ])('is named: %s', async (_, content, code, words) => {
    const file = fresh();
    writeFileSync(file, content);
    for (const read of [linesOf, readTextFile]) {
      const error = await read(file).catch((reason) => reason);
      expect(error).toMatchObject({ code, place: { file } });
      expect(`${error.message} ${error.hint}`).toMatch(words);
    }
  });

  it('is not assumed merely because it begins like a compressed file', async () => {
    const file = fresh();
    writeFileSync(file, 'BZh 药物\nPK 试验\n');
    expect(await linesOf(file)).toEqual(['BZh 药物', 'PK 试验']);
  });
});
