import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { counted } from './counted.ts';

it('has the singular for one only', () => {
  expect([0, 1, 2].map((count) => counted(count, 'run'))).toEqual(['0 runs', '1 run', '2 runs']);
  expect(counted(1, 'query', 'queries')).toBe('1 query');
  expect(counted(3, 'file differs', 'files differ')).toBe('3 files differ');
});

it('counts what commands report', () => {
  const room = join(import.meta.dirname, '../cli');
  const files = readdirSync(room, { recursive: true, encoding: 'utf8' });
  const plural =
    /en: `[^`]*\$\{[^}]*\} (\w+ )?(answers|entities|entries|evaluations|examples|files|inputs|predictions|problems|queries|records|rows|runs|splits|submissions|tasks|texts|units)\b[^`]*`/;
  const found = files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) => plural.exec(readFileSync(join(room, file), 'utf8'))?.[0] ?? []);
  expect(found).toEqual([]);
});
