/** `npm run build`: a new `dist/` with JavaScript and types, for publishing. */
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });
// Assets of pages: copied, not compiled.
for (const page of ['report/page', 'server/playground/page', 'cli/playground/page'])
  cpSync(`src/${page}`, `dist/${page}`, { recursive: true });
// What an export of batches comes with.
cpSync('src/pretraining/batch-export/train.py', 'dist/pretraining/batch-export/train.py');
