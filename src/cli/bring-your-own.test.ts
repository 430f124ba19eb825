import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const repository = join(import.meta.dirname, '../..');
const pageOf = (name: string): string => readFileSync(join(repository, 'docs', name), 'utf8');

interface Walk {
  readonly title: string;
  readonly code: string;
  /** What the page shows of the output. */
  readonly shown: string;
}

/** The shell blocks of a page under their headings, each with the output printed below it, if there is any. */
function walksOf(page: string): Walk[] {
  const walks: Walk[] = [];
  let title = '';
  for (const [, heading, kind, code] of page.matchAll(/^##+ ([^\n]+)$|^```(sh|text)\n(.*?)^```$/gms)) {
    if (heading) title = heading;
    else if (kind === 'sh') walks.push({ title, code, shown: '' });
    else walks.push({ ...walks.pop()!, shown: code });
  }
  return walks;
}

/** Cells of the rows of printed tables. */
const rowsOf = (shown: string): string[][] =>
  shown
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('──'))
    .map((line) => line.trim().split(/ {2,}/));

/** The scores of a BERT depend on the machine. */
const SCORE = /^-?\d+\.\d/;
const comparable = (row: readonly string[]): string[] =>
  row.some((cell) => cell.startsWith('bert:')) ? row.filter((cell) => !SCORE.test(cell)) : [...row];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chineseblue-page-'));
  mkdirSync(join(folder, 'bin'));
  const program = `exec '${process.execPath}' '${join(repository, 'bin/chineseblue.js')}' "$@"\n`;
  writeFileSync(join(folder, 'bin/chineseblue'), `#!/bin/sh\n${program}`, { mode: 0o755 });
  writeFileSync(join(folder, 'bin/npx'), `#!/bin/sh\nshift\n${program}`, { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A folder as a checkout looks to a user, without what others left in it. */
function place(name: string): string {
  const directory = join(folder, name);
  mkdirSync(directory);
  for (const part of ['src', 'bench']) symlinkSync(join(repository, part), join(directory, part));
  return directory;
}

/** What a BERT is trained on here, so that all pages together take a minute. */
const BUDGET = '--param token-budget=2000';
const quickly = (code: string): string =>
  code.replaceAll(/^npx chineseblue run .*,bert:.*$/gm, `$& ${BUDGET}`);

/** Types a block into a shell; the first command that fails ends it. */
function type(code: string, cwd: string, language = 'C.UTF-8') {
  const path = `${join(folder, 'bin')}${delimiter}${process.env.PATH}`;
  const env = { ...process.env, PATH: path, LANG: language, LC_ALL: '', LANGUAGE: '' };
  const { status, stdout, stderr } = spawnSync('bash', ['-e'], { cwd, env, input: code, encoding: 'utf8' });
  return { status, stdout, stderr };
}

function expectShown({ shown }: Walk, stdout: string): void {
  // The budget is shown next to the model: `bert:cbert-tiny (17 of 28)`, in Chinese `bert:cbert-tiny（17/28）`.
  const printed = rowsOf(stdout.replaceAll(/ \(\d+ of \d+\)|（\d+\/\d+）/g, ''));
  for (const row of rowsOf(shown).map(comparable))
    expect(printed).toContainEqual(expect.arrayContaining(row));
}

const page = walksOf(pageOf('bring-your-own.md'));

describe('docs/bring-your-own.md', { timeout: 300_000 }, () => {
  let at: string;
  beforeAll(() => {
    at = place('own');
  });

  it.each(page.map((walk) => [walk.title, walk]))('%s: does as printed, and shows the tables', (_, walk) => {
    const { status, stdout, stderr } = type(quickly(walk.code), at);
    expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
    expectShown(walk, stdout);
  });

  it('goes from every kind of data to all baselines, a BERT, an audit and a report', () => {
    const whole = page.filter(({ code }) => /all-baselines,bert:.*data audit .*report runs/s.test(code));
    expect(whole.map(({ title }) => title.split(':')[0])).toEqual([
      ...['Excel', 'doccano', 'brat', 'GBK CSV'],
    ]);
    const reports = whole.flatMap(({ code }) => /report .*--out (\S+)/.exec(code)?.[1] ?? []);
    for (const report of reports) expect(readFileSync(join(at, report), 'utf8')).toContain('ward-');
    expect(readdirSync(at).filter((name) => name.endsWith('.html'))).toHaveLength(reports.length);
  });
});

it('docs/models.md: a user-defined kind runs in a checkout, where chineseblue is not installed', () => {
  const [, name, module] = /^```js\n\/\/ (\S+)\n(.*?)^```$/ms.exec(pageOf('models.md'))!;
  const [{ code }] = walksOf(pageOf('models.md'));
  const at = place('models');
  writeFileSync(join(at, name), module);
  const { status, stdout, stderr } = type(code, at);
  expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
  expect(stdout).toContain('always-first');
});

const hasPython = spawnSync('python3', ['--version']).status === 0;

describe.skipIf(!hasPython)('docs/cblue.md', { timeout: 300_000 }, () => {
  it('works as printed with an archive that Python wrote', () => {
    const [walk] = walksOf(pageOf('cblue.md'));
    const { status, stdout, stderr } = type(walk.code, place('cblue'));
    expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
    expectShown(walk, stdout);
  });
});

describe.each(['bring-your-own', 'cblue'])('docs/%s.zh.md', (name) => {
  const blocksOf = (page: string, kind: 'sh' | 'text'): string[] =>
    page.match(new RegExp(`^\`\`\`${kind}\\n.*?^\`\`\`$`, 'gms')) ?? [];
  const [english, chinese] = [pageOf(`${name}.md`), pageOf(`${name}.zh.md`)];

  it('has the commands of the English page', () => {
    expect(blocksOf(english, 'sh').length).toBeGreaterThan(2);
    expect(blocksOf(chinese, 'sh')).toEqual(blocksOf(english, 'sh'));
  });

  it('shows the same figures in its tables', () => {
    const figuresOf = (page: string) => blocksOf(page, 'text').map((block) => block.match(/\d+(\.\d+)?/g));
    expect(figuresOf(chinese)).toEqual(figuresOf(english));
  });
});

it('docs/bring-your-own.zh.md shows what is printed in Chinese', { timeout: 300_000 }, () => {
  const [walk] = walksOf(pageOf('bring-your-own.zh.md'));
  const { status, stdout, stderr } = type(quickly(walk.code), place('chinese'), 'zh_CN.UTF-8');
  expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
  expectShown(walk, stdout);
});
