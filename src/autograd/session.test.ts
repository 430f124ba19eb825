import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { add, compile, input, mul } from './index.ts';

it('writes large outputs only into the given arrays', async () => {
  const size = 2 ** 20;
  const program = await compile(
    { total: mul(input('s', []), 2), large: add(input('x', [size]), 1) },
    { threads: 1, uncopied: true },
  );
  onTestFinished(() => program.release());
  const into = { large: new Float32Array(size) };
  const feeds = { s: Float32Array.of(4), x: new Float32Array(size).fill(3) };
  const before = process.memoryUsage().arrayBuffers;
  const { total, large } = await program.run(feeds, { into });
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(into.large.byteLength / 2);
  expect([[...total], large === into.large, large.at(-1)]).toEqual([[8], true, 4]);
  await expect(program.run(feeds, { fetch: ['total'] })).resolves.toEqual({ total: Float32Array.of(8) });
});

it('sends no telemetry of the runtime, and leaves none of its files', () => {
  const home = mkdtempSync(join(tmpdir(), 'chineseblue-session-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const index = new URL('index.ts', import.meta.url).href;
  const program = `
    const { add, compile, input } = await import('${index}');
    const run = await compile({ y: add(input('x', [1]), 1) });
    const { y } = await run.run({ x: Float32Array.of(1) });
    console.log(y[0]);`;
  const { ORT_DISABLE_TELEMETRY: _, NODE_COMPILE_CACHE: __, ...env } = process.env;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...env, HOME: home, XDG_CACHE_HOME: home, TMPDIR: home },
    encoding: 'utf8',
  });
  expect(printed).toBe('2\n');
  expect(readdirSync(home)).toEqual([]);
});
