import { randomBytes } from 'node:crypto';
import { readdirSync, readlinkSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { createHarness } from './fixtures/harness.ts';
import { readZip } from './zip.ts';

const harness = createHarness();

/** How often this process has a file open. */
const timesOpen = (file: string): number =>
  readdirSync('/proc/self/fd').filter((name) => {
    try {
      return readlinkSync(join('/proc/self/fd', name)) === file;
    } catch {
      return false;
    }
  }).length;

async function archiveWith(content: Buffer): Promise<string> {
  const zip = new ZipFile();
  zip.addBuffer(content, 'a.txt');
  zip.end();
  const file = join(harness.dataDir, 'a.zip');
  await writeFile(file, await buffer(zip.outputStream));
  return file;
}

describe.skipIf(process.platform !== 'linux')('an archive', () => {
  it('is closed where a reader stops before the end of a file', async () => {
    const file = await archiveWith(randomBytes(1 << 20));
    const [entry] = await readZip(file);
    for await (const chunk of entry.read()) if (chunk.length > 0) break;
    await sleep(20);
    expect(timesOpen(file)).toBe(0);
  });

  it('is closed where a file in it is damaged', async () => {
    const file = await archiveWith(randomBytes(1 << 20));
    const bytes = await readFile(file);
    bytes.fill(0xff, 100, 200);
    await writeFile(file, bytes);
    const [entry] = await readZip(file);
    await expect(buffer(entry.read())).rejects.toThrow();
    await sleep(20);
    expect(timesOpen(file)).toBe(0);
  });
});
