import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { CommandSpec } from './command.ts';
import { commands } from './commands.ts';

const bin = fileURLToPath(new URL('../../bin/chineseblue.js', import.meta.url));
const samples = fileURLToPath(new URL('../../samples', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'chineseblue-cli-'));
const env = { ...process.env, CHINESEBLUE_DATA: samples, LC_ALL: 'C.UTF-8' };

function chineseblue(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    encoding: 'utf8',
    cwd: folder,
    env,
  });
  return { status, stdout, stderr };
}

const leaves = (specs: readonly CommandSpec[], path: string[] = []): string[][] =>
  specs.flatMap((spec) =>
    spec.subcommands ? leaves(spec.subcommands, [...path, spec.name]) : [[...path, spec.name]],
  );

describe('help', () => {
  it.each(leaves(commands).map((path) => [path.join(' '), path] as const))(
    '%s has one with an example, in both languages',
    (_, path) => {
      const english = chineseblue(...path, '--help');
      expect(english.status).toBe(0);
      expect(english.stdout).toContain('Usage:');
      expect(english.stdout).toMatch(/\n {2}\$ chineseblue /);
      const chinese = chineseblue(...path, '--help', '--lang', 'zh');
      expect(chinese.stdout).toContain('用法：');
      expect(chinese.stdout).toContain('示例:');
      const described = chinese.stdout.split('\n').filter((line) => /^ {2}-/.test(line));
      for (const line of described) expect(line).toMatch(/\p{Script=Han}/u);
    },
  );

  it('speaks the language of the locale', () => {
    const { stdout } = spawnSync(process.execPath, [bin, '--help'], {
      encoding: 'utf8',
      env: { ...env, LC_ALL: 'zh_CN.UTF-8' },
    });
    expect(stdout).toContain('命令：');
  });
});

describe('exit codes', () => {
  it('2 for usage, with a suggestion', () => {
    expect(chineseblue('scores')).toMatchObject({ status: 2, stderr: expect.stringContaining('score') });
    expect(chineseblue('run', '--task', 'cMedQX')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('cMedQ'),
    });
    expect(chineseblue('run', '--model', 'lineal')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('linear'),
    });
    expect(chineseblue('run', '--param', 'colour=blue').status).toBe(2);
    expect(chineseblue('run', '--seed', '-1').status).toBe(2);
    expect(chineseblue('score', '--task', 'cMedIC').status).toBe(2);
  });

  it('3 for bad input, naming the file', () => {
    const missing = chineseblue('score', '--task', 'cMedIC', '--predictions', 'absent.jsonl');
    expect(missing).toMatchObject({ status: 3, stderr: expect.stringContaining('absent.jsonl') });
    const task = join(folder, 'task.json');
    writeFileSync(task, '{"id":"x","family":"poetry"}');
    expect(chineseblue('run', '--task-file', task)).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('family'),
    });
  });

  it('prints errors as JSON under --json', () => {
    const { status, stderr } = chineseblue(
      'score',
      '--task',
      'cMedIC',
      '--predictions',
      'absent.jsonl',
      '--json',
    );
    expect(status).toBe(3);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'file-missing', file: 'absent.jsonl' } });
  });
});

describe('the way of a newcomer', () => {
  it('runs, lists, scores the kept predictions again and checks them', () => {
    const run = chineseblue('run', '--task', 'CMedQC', '--model', 'majority,linear', '--json');
    expect(run.status).toBe(0);
    const [{ directory, scores }] = JSON.parse(run.stdout);
    expect(chineseblue('runs').stdout).toContain('cMedIC (synthetic)');
    const predictions = join(folder, directory, 'predictions.jsonl');
    const again = chineseblue('score', '--task', 'cMedIC', '--predictions', predictions, '--json');
    expect(JSON.parse(again.stdout)).toEqual(scores);
    expect(chineseblue('check', '--task', 'cMedIC', '--predictions', predictions).status).toBe(0);
    writeFileSync(predictions, '{"id":"0","label":"7"}\n');
    const check = chineseblue('check', '--task', 'cMedIC', '--predictions', predictions);
    expect(check).toMatchObject({ status: 3, stdout: expect.stringContaining('unknown-label') });
  });

  it('says that samples are synthetic, and what the published figures are', () => {
    const { stdout } = chineseblue('run', '--task', 'cMedQQ', '--model', 'majority');
    expect(stdout).toContain('cMedQQ (synthetic)');
    expect(stdout).toContain('synthetic samples');
    expect(stdout).toContain('accuracy on dev');
  });

  it('takes a task that is declared in a file', () => {
    const file = join(folder, 'own.json');
    const corpus = {
      folder: 'cMedIC',
      format: 'text-tsv',
      files: { train: 'train.txt', dev: 'dev.txt', test: 'test.txt' },
    };
    writeFileSync(file, JSON.stringify({ id: 'own', family: 'classification', title: 'Our own', corpus }));
    const { status, stdout } = chineseblue('run', '--task-file', file, '--model', 'linear', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)[0].record.task).toMatchObject({ id: 'own', family: 'classification' });
  });
});

describe('search', () => {
  it('scores a whole collection, shows what one query finds, and refuses tasks without documents', () => {
    const { documents, recall } = JSON.parse(chineseblue('search', '--task', 'cMedIR', '--json').stdout);
    expect(documents).toBeGreaterThan(10);
    expect(recall[100]).toBeGreaterThan(recall[1]);
    const hits = JSON.parse(
      chineseblue('search', '--task', 'cMedQA', '--query', '头痛怎么办', '--show', '3', '--json').stdout,
    );
    expect(hits.length).toBeLessThanOrEqual(3);
    expect(hits[0].score).toBeGreaterThanOrEqual(hits.at(-1).score);
    expect(chineseblue('search', '--task', 'cMedIC').status).toBe(2);
  });
});

describe('Ctrl-C', () => {
  it('stops with 130, leaves no lock, and the same command goes on', async () => {
    const args = [
      'run',
      '--task',
      'cMedTC,cMedQQ,cMedQA',
      '--model',
      'linear',
      '--runs-dir',
      'interrupted',
      '--jobs',
      '1',
    ];
    const child: ChildProcess = spawn(process.execPath, [bin, ...args], { cwd: folder, env });
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const root = join(folder, 'interrupted');
    while (!existsSync(root) && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill('SIGINT');
    expect(await exited).toBe(130);
    expect(chineseblue(...args).status).toBe(0);
    const kept = readdirSync(join(folder, 'interrupted'));
    for (const run of kept) expect(readdirSync(join(folder, 'interrupted', run))).not.toContain('lock');
    expect(kept).toHaveLength(3);
  });
});
