import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runMain } from './fixtures/run-main.ts';

const repository = join(import.meta.dirname, '../..');
const page = readFileSync(join(repository, 'docs/bring-your-own.md'), 'utf8');
/** The walk-throughs of the page that import something. */
const blocks = [...page.matchAll(/^## ([^\n]+)\n[^#]*?^```sh\n(.+?)^```/gms)].filter(([, , code]) =>
  /^chineseblue data import /m.test(code),
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-page-'));
});
afterAll(() => rm(folder, { recursive: true }));

const COMMAND = /^chineseblue .*\n/gm;
/** Words of a command; a path that is there in the folder or the repository stands for it. */
const argvOf = (command: string): string[] =>
  command
    .trim()
    .split(' ')
    .slice(1)
    .map((word) => [folder, repository].map((at) => join(at, word)).find((path) => existsSync(path)) ?? word);

it('has a walk-through for every kind of data', () => {
  expect(blocks.map(([, title]) => title.split(':')[0])).toEqual(
    expect.arrayContaining(['An Excel sheet', 'A doccano project', 'A brat folder', 'A GBK table']),
  );
});

it('has the same commands and tables in Chinese', () => {
  const translated = readFileSync(join(repository, 'docs/bring-your-own.zh.md'), 'utf8');
  const codeOf = (text: string): string[] => text.match(/^```(sh|text)\n.*?^```$/gms) ?? [];
  expect(codeOf(page).length).toBeGreaterThan(8);
  expect(codeOf(translated)).toEqual(codeOf(page));
});

it.each(blocks.map(([, title, code]) => [title, code]))(
  '%s: imports as printed, and names its tasks as they are',
  async (_, code) => {
    execFileSync('bash', ['-e'], { cwd: folder, input: code.replace(COMMAND, '') });
    const [importing, ...others] = [...code.matchAll(COMMAND)].map(([command]) => command);
    const dataDir = join(folder, 'data');
    const argv = argvOf(importing).map((word) => (word === 'data' ? dataDir : word));
    const { status, stdout, stderr } = await runMain('data', ...argv.slice(1), '--json');
    expect([status, stderr]).toEqual([0, '']);
    const made: string[] = JSON.parse(stdout).tasks.map(({ task }: { task: string }) => task);
    const named = others.flatMap((command) => /--task (\S+)/.exec(command)?.[1].split(',') ?? []);
    expect(named.length > 0).toBe(!importing.includes('--dry-run'));
    expect(made).toEqual(expect.arrayContaining(named));
  },
);
