import { mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { createAppender } from './appender.ts';

it('writes in blocks however much arrives at once', async () => {
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

it('collects what arrives while a slow disk syncs, and syncs it once', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'chineseblue-appender-'));
  try {
    const file = join(directory, 'lines');
    const handle = await open(file, 'w');
    const { write } = handle;
    // The system writes a few bytes at a time.
    vi.spyOn(handle, 'write').mockImplementation((...[block, from, length, at]: unknown[]) =>
      Reflect.apply(write, handle, [block, from, Math.min(Number(length), 3), at]),
    );
    let finish = (): void => {};
    const sync = vi.spyOn(handle, 'datasync').mockImplementationOnce(
      () =>
        new Promise((done) => {
          finish = done;
        }),
    );
    const appender = createAppender(handle, file, 0);
    appender.write('first\n');
    const first = appender.flushed();
    await vi.waitFor(() => expect(sync).toHaveBeenCalledTimes(1));
    const others = ['second\n', 'third\n'].map((line) => {
      appender.write(line);
      return appender.flushed();
    });
    // Longer than the pause between two groups.
    await new Promise((later) => setTimeout(later, 70));
    expect(sync).toHaveBeenCalledTimes(1);
    finish();
    await Promise.all([first, ...others]);
    expect(sync).toHaveBeenCalledTimes(2);
    await appender.close();
    expect(await readFile(file, 'utf8')).toBe('first\nsecond\nthird\n');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
