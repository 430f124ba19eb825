/**
 * Packs the package, installs the tarball in an empty folder and uses it there as a new user would: the
 * command, the shipped models, every example of docs/api.md and those of both READMEs. Needs `dist/` and the npm registry or its cache.
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { type Example, examplesOf, writePrograms } from './examples.ts';

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
    maxBuffer: 2 ** 26,
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
  requirePages();
  tryExamples();
  console.log('The packed package installs and runs.');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Throws unless the package has every page that its READMEs link to; messages name some of them. */
function requirePages(): void {
  const home = join(folder, 'node_modules/chineseblue');
  for (const page of ['README.md', 'README.zh.md'])
    for (const [, link] of readFileSync(join(home, page), 'utf8').matchAll(/\]\(([^):#]+)\)/g))
      if (!existsSync(join(home, link))) throw new Error(`${page} links to ${link}, which is not packed`);
}

/** Every example of docs/api.md and the READMEs: compiled as a strict consumer compiles, then run; its values are checked. */
function tryExamples(): void {
  const examples = [
    ...readExamples('docs/api.md'),
    ...readExamples('README.md'),
    ...readExamples('README.zh.md'),
  ];
  writePrograms(join(folder, 'examples'), examples);
  writeFileSync(
    join(folder, 'examples/types.ts'),
    [
      "import { findTask, type Task } from 'chineseblue';",
      "const task: Task = findTask('CMedQQ');",
      '// @ts-expect-error: a task has no such field, so the types are really there',
      'task.colour;',
    ].join('\n'),
  );
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  symlinkSync(resolve('node_modules/@types/node'), join(folder, 'node_modules/@types/node'));
  const compilerOptions = {
    ...{ strict: true, skipLibCheck: false, noEmit: true, types: ['node'] },
    ...{ module: 'nodenext', target: 'es2024', verbatimModuleSyntax: true, allowImportingTsExtensions: true },
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['examples'] }));
  run(resolve('node_modules/.bin/tsc'), '--pretty', 'false');
  run('node', 'examples/all.ts');
  console.log(`${examples.length} examples of docs/api.md and the READMEs compile and give what they show.`);
}

function readExamples(page: string): Example[] {
  const examples = examplesOf(readFileSync(page, 'utf8'), basename(page, '.md'));
  if (examples.length === 0) throw new Error(`${page} has no examples`);
  return examples;
}

function expect(output: string, part: string): void {
  if (!output.includes(part)) throw new Error(`expected ${part} in:\n${output}`);
}
