/**
 * Packs the package, installs the tarball in an empty folder and uses it there as a new user would: the
 * command, the shipped models and typed imports. Needs `dist/` and the npm registry or its cache.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'chineseblue-package-'));
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  ONNXRUNTIME_NODE_INSTALL: 'skip',
  CHINESEBLUE_DATA: undefined,
  XDG_CACHE_HOME: join(folder, 'cache'),
};
const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });

try {
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
    stdio: 'inherit',
  });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (!tarball) throw new Error('npm pack left no tarball');
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, type: 'module', allowScripts: { 'onnxruntime-node': false } }),
  );
  run('npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline', `./${tarball}`);
  expect(run('npx', 'chineseblue', 'tasks', '--json'), '"cMedQANER"');
  expect(
    run('npx', 'chineseblue', 'run', '--task', 'cMedIC', '--model', 'majority', '--jobs', '1'),
    'majority',
  );
  for (const model of existsSync('models') ? readdirSync('models') : []) {
    expect(run('npx', 'chineseblue', 'fill-mask', model, '患者出现[MASK]痛', '--json'), '"probability"');
    expect(
      readFileSync(join(folder, 'node_modules/chineseblue/models', model, 'README.md'), 'utf8'),
      'license: apache-2.0',
    );
  }
  writeFileSync(
    join(folder, 'use.ts'),
    [
      "import { findTask, type Task } from 'chineseblue';",
      "import { grad } from 'chineseblue/autograd';",
      "const task: Task = findTask('CMedQQ');",
      '// @ts-expect-error: a task has no such field, so the types are really there',
      'task.colour;',
      'export const both = [task.id, typeof grad];',
    ].join('\n'),
  );
  const tsc = resolve('node_modules/.bin/tsc');
  run(tsc, '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--skipLibCheck', 'use.ts');
  expect(
    run(
      'node',
      '--input-type=module',
      '-e',
      "import { findTask } from 'chineseblue'; console.log(findTask('CMedQQ').id)",
    ),
    'cMedQQ',
  );
  console.log('The packed package installs, runs and type-checks.');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function expect(output: string, part: string): void {
  if (!output.includes(part)) throw new Error(`expected ${part} in:\n${output}`);
}
