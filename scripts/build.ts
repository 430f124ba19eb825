/** `npm run build`: `dist/` with JavaScript and types, for publishing. Afresh each time. */
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });
// What a report inlines: read as it stands, not compiled.
cpSync('src/report/page', 'dist/report/page', { recursive: true });
