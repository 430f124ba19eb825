/**
 * `npm test`: every check of the project in sequence, continuing after a failure, with the time of each step.
 * Ends with `N passed, N failed` on a separate line; exits with 1 if anything failed.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useTemporary } from './temporary.ts';

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-check-'));
const testReport = join(scratch, 'tests.json');
/** The temporary directory of all steps, which must leave nothing in it. */
const temporary = join(scratch, 'tmp');
mkdirSync(temporary);
useTemporary(temporary);

const STEPS: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['format and lint', 'biome', 'check', '--error-on-warnings'],
  ['types', 'tsc', '--noEmit'],
  ['dead code and dependencies', 'knip'],
  [
    'tests',
    'vitest',
    'run',
    '--coverage',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${testReport}`,
  ],
  ['build', 'node', 'scripts/build.ts'],
  ['package', 'publint', '--strict'],
  ['packed and installed', 'node', 'scripts/try-package.ts'],
];

let passed = 0;
let failed = 0;
let skipped = 0;
const times: string[] = [];
for (const [name, command, ...args] of STEPS) {
  console.log(`\n== ${name}`);
  const started = performance.now();
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', env: process.env });
  if (error) console.log(`${command}: ${error.message}`);
  if (status === 0) passed++;
  else failed++;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  times.push(`${seconds.padStart(7)} s  ${name}`);
  console.log(`${status === 0 ? 'ok' : 'FAILED'}: ${name} (${seconds} s)`);
}

try {
  const report = JSON.parse(readFileSync(testReport, 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests;
} catch {
  console.log('The tests left no report.');
  failed++;
}
const left = readdirSync(temporary);
if (left.length > 0) {
  console.log(`Left in the temporary directory: ${left.join(', ')}`);
  failed++;
}
rmSync(scratch, { recursive: true });

console.log(`\n${times.join('\n')}`);
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed === 0 ? 0 : 1;
