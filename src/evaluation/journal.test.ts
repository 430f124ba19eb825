import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openJournal, readReplies } from './journal.ts';

/** The largest file that Node may read at once in these tests; its real limit is 2 GiB. */
const LARGEST_BUFFER = 1 << 20;
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    async readFile(...asked: Parameters<typeof real.readFile>) {
      const content = await real.readFile(...asked);
      if (content.length > LARGEST_BUFFER) throw new RangeError('ERR_FS_FILE_TOO_LARGE');
      return content;
    },
  };
});

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-journal-'));
  file = join(folder, 'run', 'answers.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

const lines = async (): Promise<string[]> => (await readFile(file, 'utf8')).trimEnd().split('\n');

async function write(...ids: string[]): Promise<void> {
  const journal = await openJournal(file, 'run-1');
  for (const id of ids) journal.append(id, { raw: { label: id } });
  await journal.close();
}

describe('the journal', () => {
  it('begins with a header and has one line per reply', async () => {
    const journal = await openJournal(file, 'run-1');
    journal.append('a', { raw: 'x', key: 'k', usage: { promptTokens: 3 } });
    journal.append('b', { raw: { label: '1' } });
    await journal.close();
    expect(await lines()).toEqual([
      '{"schema":"chineseblue/answers@1","run":"run-1"}',
      '{"id":"a","key":"k","raw":"x","usage":{"promptTokens":3}}',
      '{"id":"b","raw":{"label":"1"}}',
    ]);
  });

  it('writes replies while answering continues', async () => {
    const journal = await openJournal(file, 'run-1');
    journal.append('a', { raw: 1 });
    await setTimeout(300);
    expect(await lines()).toHaveLength(2);
    await journal.close();
  });

  it('is read even if larger than one buffer, and resumed at its end', async () => {
    const raw = '痛'.repeat(50_000);
    const journal = await openJournal(file, 'run-1');
    for (let i = 0; i < 20; i++) journal.append(String(i), { raw });
    await journal.close();
    await appendFile(file, '{"id":"cut');
    expect((await stat(file)).size).toBeGreaterThan(2 * LARGEST_BUFFER);
    const again = await openJournal(file, 'run-1');
    expect([again.replies.size, again.replies.get('19')?.raw === raw]).toEqual([20, true]);
    again.append('20', { raw });
    await again.close();
    expect([...(await readReplies(file, 'run-1')).keys()].at(-1)).toBe('20');
  });

  it('returns what it has, and appends to it', async () => {
    await write('a', 'b');
    const journal = await openJournal(file, 'run-1');
    expect([...journal.replies]).toEqual([
      ['a', { raw: { label: 'a' } }],
      ['b', { raw: { label: 'b' } }],
    ]);
    await journal.close();
    await write('c');
    expect((await readReplies(file, 'run-1')).size).toBe(3);
  });

  it('cuts off a last line that a crash left incomplete, at any byte', async () => {
    await write('a', '发热');
    const whole = await readFile(file);
    const first = whole.indexOf(10, whole.indexOf(10) + 1) + 1;
    for (let length = first; length < whole.length; length++) {
      await writeFile(file, whole.subarray(0, length));
      const journal = await openJournal(file, 'run-1');
      expect([...journal.replies.keys()]).toEqual(['a']);
      journal.append('发热', { raw: { label: '发热' } });
      await journal.close();
      expect((await readFile(file)).equals(whole)).toBe(true);
    }
  });

  it('starts from scratch where even the header is incomplete', async () => {
    await write('a');
    await writeFile(file, (await readFile(file)).subarray(0, 9));
    await write('b');
    expect(await lines()).toHaveLength(2);
  });

  it('refuses the answers of another run, and a damaged line by its number', async () => {
    await write('a');
    await expect(openJournal(file, 'run-2')).rejects.toMatchObject({ code: 'other-answers' });
    await appendFile(file, '{"raw":1}\n');
    await expect(openJournal(file, 'run-1')).rejects.toMatchObject({
      code: 'damaged-run',
      place: { file, line: 3 },
    });
  });
});
