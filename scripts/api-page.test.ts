import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { faultsOf, isCurrent, readExports } from './api-page.ts';
import { examplesOf, programOf, writePrograms } from './examples.ts';
import { same } from './same.ts';

it('docs/api.md equals the docstrings, and every export has a docstring and an example', () => {
  const exports = readExports();
  expect(faultsOf(exports)).toEqual([]);
  expect(isCurrent(exports)).toBe(true);
});

it('a missing docstring, a missing example and one that is not TypeScript are faults', () => {
  const complete = { kind: 'function', text: 'Adds.', examples: ["```ts\nimport 'x';\n```"] } as const;
  const exports = [
    { ...complete, name: 'complete' },
    { ...complete, name: 'silent', text: '' },
    { ...complete, name: 'unshown', examples: [] },
    { ...complete, name: 'unmarked', examples: ['add(1, 2)'] },
    { ...complete, name: 'elsewhere', text: '', describedIn: 'other' },
    { name: 'Type', kind: 'type', text: 'A type.', examples: [] } as const,
  ];
  expect(faultsOf(new Map([['entry', exports]]))).toEqual([
    'entry: silent has no docstring',
    'entry: unshown has no example',
    'entry: unmarked has no example',
  ]);
});

it('an example becomes a program that checks what it shows', () => {
  const page =
    '## chineseblue/metrics\n\n### f1\n\nText.\n\n```ts\nconst x = f1(); // 1\nx; // 0.5, half\n  [x]; // [0.5]\n```\n';
  const [example] = examplesOf(page);
  expect(example.name).toBe('metrics-f1');
  expect(programOf(example.code).split('\n').slice(2, 5)).toEqual([
    'const x = f1(); // 1',
    'checked[0] = same(x, "0.5");',
    '  checked[1] = same([x], "[0.5]");',
  ]);
  const folder = mkdtempSync(join(tmpdir(), 'chineseblue-examples-'));
  try {
    writePrograms(folder, [example]);
    expect(readFileSync(join(folder, 'all.ts'), 'utf8')).toContain('"metrics-f1"');
    expect(readFileSync(join(folder, 'metrics-f1.ts'), 'utf8')).toBe(programOf(example.code));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('an example fails where a value that it shows is never computed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chineseblue-examples-'));
  const code = (thrower: string) => `try {\n  ${thrower};\n} catch {\n  1 + 1; // 2\n}\n`;
  try {
    writePrograms(folder, [
      { name: 'throws', code: code("throw new Error('expected')") },
      { name: 'silent', code: code("'nothing'") },
    ]);
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'all.ts')], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^silent Error: not reached: value 1/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it.each([
  [0.6667, '0.667'],
  [[1, 0.25], '[1, 0.25]'],
  ['1.25', "'1.25'"],
  [{ a: 1, b: ['x'] }, "{ a: 1, b: ['x'] }"],
  [undefined, 'undefined'],
  [true, 'true'],
])('%j is shown as %s', (value, shown) => {
  expect(() => same(value, shown)).not.toThrow();
});

it.each([
  [0.6667, '0.668'],
  [0.6667, '1'],
  [[1, 2], '[1]'],
  ['1', '1'],
  [{ a: 1 }, '{ a: 2 }'],
])('%j is not shown as %s', (value, shown) => {
  expect(() => same(value, shown)).toThrow('instead of');
});
