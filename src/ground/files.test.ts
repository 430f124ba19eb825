import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from './errors.ts';
import {
  explainFileError,
  MAX_LINE_BYTES,
  makeDirectory,
  readLineBatches,
  readLines,
  writeAtomic,
  writeJson,
} from './files.ts';
import { acquireLock } from './lock.ts';

/** Size of the blocks that `readLineBatches` reads: texts around it are cut in the middle. */
const BLOCK = 1 << 18;

const folder = mkdtempSync(join(tmpdir(), 'chineseblue-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function fileOf(content: string | Uint8Array): string {
  const file = join(folder, `file-${++files}`);
  writeFileSync(file, content);
  return file;
}

async function linesOf(content: string | Uint8Array): Promise<string[]> {
  const lines: string[] = [];
  for await (const { text, number } of readLines(fileOf(content))) {
    lines.push(text);
    expect(number).toBe(lines.length);
  }
  return lines;
}

async function failure(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

describe('an error of the file system', () => {
  it.each(['ENOENT', 'EACCES', 'ENOSPC', 'EROFS', 'EEXIST', 'EMFILE', 'ENFILE'])(
    '%s is explained in both languages',
    (code) => {
      const error = explainFileError(Object.assign(new Error(code), { code }), 'a.txt');
      expect(error).toBeInstanceOf(UserError);
      const { text, hintText } = error as UserError;
      for (const { en, zh } of [text, hintText]) {
        expect(en).toMatch(/^[A-Z]/);
        expect(zh).toMatch(/\p{Script=Han}/u);
      }
    },
  );

  it('is returned unchanged when it is something else', () => {
    const bug = new TypeError('x is not a function');
    expect(explainFileError(bug, 'a.txt')).toBe(bug);
  });
});

describe('lines', () => {
  it('end with \\n or \\r\\n; a final newline makes no line', async () => {
    expect(await linesOf('一\n二\r\n\n三')).toEqual(['一', '二', '', '三']);
    expect(await linesOf('一\n')).toEqual(['一']);
    expect(await linesOf('一\r\n\r\n')).toEqual(['一', '']);
    expect(await linesOf('一\r')).toEqual(['一']);
    expect(await linesOf('')).toEqual([]);
    expect(await linesOf('\n')).toEqual(['']);
  });

  it('keep every other character: inner \\r, tabs, blanks, U+2028', async () => {
    expect(await linesOf(' a\rb \t\u2028\u0085\u3000\n')).toEqual([' a\rb \t\u2028\u0085\u3000']);
  });

  it('lose a byte-order mark on line 1 only', async () => {
    expect(await linesOf('\ufeff一\n\ufeff二')).toEqual(['一', '\ufeff二']);
    expect(await linesOf('\ufeff\n一')).toEqual(['', '一']);
    expect(await linesOf('\ufeff')).toEqual([]);
  });

  it('are whole where a block ends inside a character, inside \\r\\n, or on a newline', async () => {
    for (const character of ['痛', '𠮷', 'é', '\r', '\n']) {
      for (let before = BLOCK - 4; before <= BLOCK + 1; before++) {
        const text = `${'x'.repeat(before)}${character}\n尾`;
        expect(await linesOf(text)).toEqual(text.replace(/\r\n/, '\n').split('\n'));
      }
    }
  });

  it('equal those of split for any text, in constant memory', async () => {
    const piece = fc.constantFrom('a', '痛', '𠮷', '\n', '\r\n', ' ', '\t', 'x'.repeat(700_000));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const text = pieces.join('');
        const expected = text.replaceAll('\r\n', '\n').split('\n');
        if (expected.at(-1) === '') expected.pop();
        expect(await linesOf(text)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('come in several batches from a large file', async () => {
    const file = fileOf(`${'行'.repeat(30)}\n`.repeat(40_000));
    let batches = 0;
    let lines = 0;
    for await (const batch of readLineBatches(file)) {
      batches++;
      lines += batch.length;
    }
    expect(lines).toBe(40_000);
    expect(batches).toBeGreaterThan(2);
  });
});

describe('what cannot be read', () => {
  const all = async (file: string) => {
    for await (const _ of readLines(file));
  };

  it('names a missing file', async () => {
    const file = join(folder, 'none');
    expect(await failure(all(file))).toMatchObject({ code: 'file-missing', place: { file } });
  });

  it('names a directory', async () => {
    expect(await failure(all(folder))).toMatchObject({ code: 'not-a-file', place: { file: folder } });
  });

  it('names the line that is not UTF-8, even far into the file and on the last line', async () => {
    const gb18030 = Buffer.from([0xc4, 0xe3, 0xba, 0xc3]);
    for (const before of [0, 2, 60_000]) {
      for (const after of ['\n好\n', '']) {
        const content = Buffer.concat([
          Buffer.from('患者头痛三天\n'.repeat(before)),
          gb18030,
          Buffer.from(after),
        ]);
        const file = fileOf(content);
        const error = await failure(all(file));
        expect(error).toMatchObject({ code: 'not-utf8', place: { file, line: before + 1 } });
        expect(error.hint).toContain('iconv');
      }
    }
  });

  it('treats a file that ends inside a character as not UTF-8', async () => {
    const file = fileOf(Buffer.from('好\n好').subarray(0, -1));
    expect(await failure(all(file))).toMatchObject({ code: 'not-utf8', place: { line: 2 } });
  });

  it('stops at a line that is too long', async () => {
    const file = fileOf(Buffer.concat([Buffer.from('a\n'), Buffer.alloc(MAX_LINE_BYTES + 2 * BLOCK, 'x')]));
    expect(await failure(all(file))).toMatchObject({ code: 'line-too-long', place: { file, line: 2 } });
    rmSync(file);
  });
});

describe('an atomic write', () => {
  const temporaries = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.tmp'));

  it('writes strings, bytes and iterables, and makes directories', async () => {
    async function* later() {
      yield '一';
      yield Buffer.from('二');
    }
    for (const [content, expected] of [
      ['好', '好'],
      [Buffer.from('好'), '好'],
      [['a', Buffer.from('b')], 'ab'],
      [later(), '一二'],
      [[], ''],
    ] as const) {
      const file = join(folder, 'deep', String(++files), 'file');
      await writeAtomic(file, content);
      expect(readFileSync(file, 'utf8')).toBe(expected);
      expect(readdirSync(join(file, '..'))).toEqual(['file']);
    }
  });

  it('is whole when several write the same file, and one of them remains', async () => {
    const file = fileOf('old');
    const contents = ['a', 'b', 'c'].map((letter) => letter.repeat(300_000));
    await Promise.all(contents.map((content) => writeAtomic(file, content)));
    expect(contents).toContain(readFileSync(file, 'utf8'));
    expect(temporaries()).toEqual([]);
  });

  it('leaves the old file and nothing else when writing fails half-way', async () => {
    const file = fileOf('old');
    function* failing(error: Error) {
      yield 'new';
      throw error;
    }
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    expect(await failure(writeAtomic(file, failing(full)))).toMatchObject({
      code: 'disk-full',
      place: { file },
    });
    await expect(writeAtomic(file, failing(new Error('a bug')))).rejects.toThrow('a bug');
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(temporaries()).toEqual([]);
  });

  it('explains a target that is a directory, or below a file', async () => {
    const directory = join(folder, 'taken');
    await mkdir(join(directory, 'full'), { recursive: true });
    expect((await failure(writeAtomic(directory, 'x'))).code).toBe('not-a-file');
    expect(readdirSync(directory)).toEqual(['full']);
    const file = fileOf('x');
    for (const below of [join(file, 'below'), join(file, 'far', 'below')])
      expect((await failure(writeAtomic(below, 'x'))).code).toBe('not-a-directory');
    expect(readFileSync(file, 'utf8')).toBe('x');
    expect(temporaries()).toEqual([]);
  });
});

describe('JSON', () => {
  it('keeps non-finite numbers as strings', async () => {
    const file = join(folder, 'numbers.json');
    await writeJson(file, {
      a: Number.NaN,
      b: Number.POSITIVE_INFINITY,
      c: [-0.5, Number.NEGATIVE_INFINITY],
    });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      a: 'NaN',
      b: 'Infinity',
      c: [-0.5, '-Infinity'],
    });
    expect(readFileSync(file, 'utf8').endsWith('}\n')).toBe(true);
  });
});

it.runIf(process.platform === 'linux')(
  'reports that nothing can be created on a file system without user files',
  async () => {
    await expect(makeDirectory('/proc/chineseblue')).rejects.toMatchObject({ code: 'not-writable' });
    await expect(acquireLock('/proc/chineseblue/lock')).rejects.toMatchObject({ code: 'not-writable' });
  },
);
