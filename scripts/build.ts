/** `npm run build`: a new `dist/` with JavaScript and types, for publishing. */
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });
// What a report inlines: read as it is, not compiled.
cpSync('src/report/page', 'dist/report/page', { recursive: true });
