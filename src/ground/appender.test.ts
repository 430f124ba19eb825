import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { createAppender } from './appender.ts';

it('writes in blocks what arrives at once, however much it is', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'chineseblue-appender-'));
  try {
    const file = join(directory, 'lines');
    const handle = await open(file, 'w');
    const write = vi.spyOn(handle, 'write');
    const appender = createAppender(handle, file, 0);
    const line = 'x'.repeat(3 << 20);
    const begins = Array.from({ length: 7 }, () => appender.write(line));
    await appender.close();
    expect(begins).toEqual(begins.map((_, i) => i * line.length));
    expect(write.mock.calls.length).toBeGreaterThan(1);
    expect((await stat(file)).size).toBe(7 * line.length);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
