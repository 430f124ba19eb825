import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { beforeEach, expect, test } from 'vitest';
import { createHarness, failure } from '../../fetch/fixtures/harness.ts';
import { content, official } from '../../fetch/fixtures/server.ts';
import { takeFromArchive } from './archive.ts';

const harness = createHarness();
let dataDir: string;
beforeEach(() => {
  dataDir = harness.dataDir;
});

type Entry = readonly [header: Partial<Header> & Pick<Header, 'name'>, body?: Buffer];

async function archive(entries: readonly Entry[]): Promise<Buffer> {
  const tar = pack();
  for (const [header, body] of entries) body ? tar.entry(header, body) : tar.entry(header);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function take(bytes: Buffer) {
  const file = join(dataDir, 'release.tar.gz');
  await writeFile(file, bytes);
  return takeFromArchive(file, [official], join(dataDir, 'out'));
}

test.each(['train.txt', './cMedIC/train.txt', 'any/where/train.txt'])(
  '%s is detected by its content',
  async (name) => {
    const report = await take(
      gzipSync(
        await archive([
          [{ name: 'notes.md' }, Buffer.from('x')],
          [{ name }, content],
        ]),
      ),
    );
    expect(report).toEqual({ fetched: [official.path], ignored: [] });
    expect(await readFile(join(dataDir, 'out', official.path))).toEqual(content);
  },
);

test('an archive that is not compressed', async () => {
  expect((await take(await archive([[{ name: 'train.txt' }, content]]))).fetched).toEqual([official.path]);
});

test('links, paths out of the archive and other contents are skipped and reported', async () => {
  const other = Buffer.from(content);
  other[0] ^= 1;
  const report = await take(
    gzipSync(
      await archive([
        [{ name: '../../train.txt' }, content],
        [{ name: '/etc/train.txt' }, content],
        [{ name: 'train.txt', type: 'symlink', linkname: '/etc/passwd' }],
        [{ name: 'cMedIC/train.txt', type: 'link', linkname: 'x' }],
        [{ name: 'cMedIC/train.txt' }, other],
        [{ name: 'cMedIC/', type: 'directory' }],
      ]),
    ),
  );
  expect(report.fetched).toEqual([]);
  expect(report.ignored.map(({ reason }) => reason.en)).toEqual([
    'its name points outside the archive',
    'its name points outside the archive',
    'a symlink, not a file',
    'a link, not a file',
    'not an official file of that name',
  ]);
  expect(existsSync(join(dataDir, 'out'))).toBe(false);
});

test('an archive that is truncated, or not an archive', async () => {
  const whole = gzipSync(await archive([[{ name: 'train.txt' }, content]]));
  expect((await failure(take(whole.subarray(0, whole.length / 2)))).code).toBe('bad-archive');
  expect(
    (await failure(take(Buffer.from('not an archive, but long enough to be one'.repeat(30))))).code,
  ).toBe('bad-archive');
});

test('more entries than any release has', async () => {
  const header = (await archive([[{ name: 'x' }, Buffer.alloc(0)]])).subarray(0, 512);
  const bomb = Buffer.alloc(512 * 10_010, header);
  expect((await failure(take(gzipSync(bomb, { level: 1 })))).code).toBe('archive-too-large');
});
