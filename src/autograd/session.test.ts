import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

it('reports nothing to the makers of the runtime, and leaves no files of theirs', () => {
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
