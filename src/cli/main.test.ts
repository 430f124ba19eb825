import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { modelKinds } from '../models/registry.ts';
import type { CommandSpec } from './command.ts';
import { commands } from './commands.ts';
import { runMain } from './fixtures/run-main.ts';
import { optionSpecs } from './typed-options.ts';
import { displayWidth } from './width.ts';

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

const everyCommand = (specs: readonly CommandSpec[]): CommandSpec[] =>
  specs.flatMap((spec) => [spec, ...everyCommand(spec.subcommands ?? [])]);

const leaves = (specs: readonly CommandSpec[], path: string[] = []): string[][] =>
  specs.flatMap((spec) =>
    spec.subcommands ? leaves(spec.subcommands, [...path, spec.name]) : [[...path, spec.name]],
  );

beforeAll(() => {
  vi.stubEnv('LC_ALL', 'C.UTF-8').stubEnv('CHINESEBLUE_DATA', samples);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Chinese text may hold names, values and paths, but no sentence of English. */
const ENGLISH_SENTENCE = /\b(the|of|to|is|are|a|an|in|with|for|and|or|not|no)\b \w+ \w+/i;

describe('help', () => {
  it.each(leaves(commands).map((path) => [path.join(' '), path] as const))(
    '%s has one with an example, in both languages',
    async (_, path) => {
      const english = await runMain(...path, '--help');
      expect(english.status).toBe(0);
      expect(english.stdout).toContain('Usage:');
      expect(english.stdout).toMatch(/\n {2}\$ chineseblue /);
      const { stdout } = await runMain(...path, '--help', '--lang', 'zh');
      expect(stdout).toContain('用法：');
      expect(stdout).toContain('示例：');
      const [text] = stdout.split('示例：');
      for (const title of ['Usage', 'Options', 'Commands', 'default', '[options]'])
        expect(text).not.toContain(title);
      expect(text).not.toMatch(ENGLISH_SENTENCE);
      const [, summary] = text.split('\n\n');
      expect(summary).toMatch(/\p{Script=Han}/u);
    },
  );

  it.each(everyCommand(commands).map((spec) => [spec.name, spec] as const))(
    'of %s and its options has a summary in both languages',
    (_, { summary, options = {} }) => {
      for (const text of [summary, ...optionSpecs(options).map((option) => option.summary)]) {
        expect(text.en).toMatch(/[a-z]/);
        expect(text.en).not.toMatch(/\p{Script=Han}/u);
        expect(text.zh).toMatch(/\p{Script=Han}/u);
        expect(text.zh).not.toMatch(ENGLISH_SENTENCE);
      }
    },
  );

  it.each(['en', 'zh'])('fits 80 columns in %s', async (language) => {
    for (const path of [[], ...leaves(commands)]) {
      const [text] = (await runMain(...path, '--help', '--lang', language)).stdout.split('$ chineseblue');
      for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80);
    }
  });

  it('is in the language of the locale', async () => {
    vi.stubEnv('LC_ALL', 'zh_CN.UTF-8');
    expect((await runMain('--help')).stdout).toContain('命令：');
    vi.stubEnv('LC_ALL', 'C.UTF-8');
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

describe('global options', () => {
  it('may also precede the command', async () => {
    expect((await runMain('--lang', 'zh', '--quiet', 'tasks')).stdout).toContain('任务');
    expect(JSON.parse((await runMain('--json', 'data', 'path')).stdout).dataDir).toBe(samples);
  });

  it('refuse a language that is neither English nor Chinese, and name both', async () => {
    for (const given of [['--lang', 'fr'], ['--lang=fr'], ['--lang', '']]) {
      const { status, stderr } = await runMain('tasks', ...given);
      expect(status).toBe(2);
      expect(stderr).toContain('[unknown-language]');
      expect(stderr).toMatch(/\ben\b.*\bzh\b/);
    }
    expect((await runMain('tasks', '--lang', 'zh-CN')).stdout).toContain('任务');
    expect((await runMain('tasks', '--lang')).stderr).toContain('[value-missing]');
  });

  it('show names in errors without their control characters, and suggest only what is similar', async () => {
    const { stderr } = await runMain('check', '--task', 'cMedIC', '--predictions', 'x\u001b[2J.jsonl');
    expect(stderr).toContain('x\\u001b[2J.jsonl');
    expect(stderr).not.toContain('\u001b');
    const none = await runMain('run', '--model', 'foo');
    expect(none.stderr).toContain('[unknown-model]');
    expect(none.stderr).not.toContain('Did you mean');
    const family = await runMain('conventions', 'foo');
    expect(family.stderr).toContain('  Families: ner, ');
    expect((await runMain('conventions', 'rankin')).stderr).toContain('Did you mean ranking? Families:');
  });

  it('name the damaged file of a run that is skipped', async () => {
    const record = join(folder, 'damaged', 'run', 'run.json');
    mkdirSync(dirname(record), { recursive: true });
    writeFileSync(record, '{"schema"');
    const { status, stderr } = await runMain('runs', '--runs-dir', join(folder, 'damaged'));
    expect(status).toBe(0);
    expect(stderr).toContain(`Skipped ${record}: `);
  });

  it('print usage errors as JSON too', async () => {
    for (const [code, ...args] of [
      ['unknown-language', 'tasks', '--lang', 'fr', '--json'],
      ['unknown-option', 'tasks', '--json=3'],
      ['unknown-option', 'tasks', '--colour', '--json'],
      ['unknown-option', '--colour', '--json'],
      ['unknown-command', 'task', '--json'],
      ['command-missing', 'data', '--json'],
      ['value-missing', 'run', '--json', '--seed'],
      ['operand-missing', 'compare', '--json'],
      ['too-many-operands', 'tasks', 'all', '--json'],
    ]) {
      const { status, stdout, stderr } = await runMain(...args);
      expect([status, stdout, JSON.parse(stderr).error.code]).toEqual([2, '', code]);
    }
  });
});

describe('with --lang zh', () => {
  it.each([
    [['tasks', '--colour'], '没有选项 --colour'],
    [['score', '--tsk', 'x'], '是否指 --task？'],
    [['scores'], '没有命令 scores'],
    [['compare'], '缺少参数 <run>'],
    [['run', '--seed'], '需要一个值'],
    [['tasks', 'a'], '不接受参数'],
    [['conventions', 'a', 'b'], '最多接受 1 个参数'],
    [['conventions', 'foo'], '没有以“foo”开头的口径'],
    [['score', '--task', 'cMedIC'], '缺少选项 --predictions'],
    [['run', '--jobs', 'x'], '--jobs 应为整数，不小于 1，而不是“x”'],
    [['run', '--seed', '0,x'], '--seed 应为以逗号分隔的整数列表'],
    [['run', '--split', 'validation'], '--split 应为以下之一：train、dev、test、regrouped@1'],
    [['search', '--task', 'cMedIR', '--show', '0'], '--show 应为整数'],
    [['runs', '--runs-dir', ''], '--runs-dir 应为非空文本'],
    [['compare', 'a', '--level', 'x'], '--level 应为数'],
    [['compare', 'a', '--format', 'x'], '--format 应为'],
    [['check', '--predictions', 'x'], '只能指定一个任务'],
  ] as const)('%j is refused in Chinese', async (args, part) => {
    const { status, stderr } = await runMain(...args, '--lang', 'zh');
    expect(status).toBe(2);
    expect(stderr).toContain(part);
    for (const line of stderr.trim().split('\n')) expect(line).toMatch(/\p{Script=Han}/u);
  });
});

describe('lists with --lang zh', () => {
  const lists = [['tasks'], ['kinds'], ['conventions'], ['model', 'list'], ['runs', '--runs-dir', 'none']];
  const kinds = modelKinds().map(({ id }) => ['kinds', id]);
  it.each([...lists, ...kinds].map((argv) => [argv.join(' '), argv] as const))(
    '%s is in Chinese',
    async (_, argv) => {
      const { status, stdout } = await runMain(...argv, '--lang', 'zh');
      expect(status).toBe(0);
      expect(stdout).toMatch(/\p{Script=Han}/u);
      expect(stdout).not.toMatch(/[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}/);
      expect(stdout).not.toMatch(ENGLISH_SENTENCE);
    },
  );
});

describe('an older Node', () => {
  it('is told which one is needed, in both languages', () => {
    const pretend = 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"22.17.1"})';
    const { status, stderr } = spawnSync(process.execPath, ['--import', pretend, bin, 'tasks'], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('needs Node.js 22.18 or later');
    expect(stderr).toContain('需要 Node.js 22.18 或更高版本');
  });
});

describe('the first session of a new user', () => {
  it('runs, lists, scores the kept predictions again and checks them', () => {
    const run = chineseblue('run', '--task', 'CMedQC', '--model', 'majority,linear', '--json');
    expect(run.status).toBe(0);
    const [{ directory, scores }] = JSON.parse(run.stdout);
    expect(chineseblue('runs').stdout).toContain('cMedIC‡');
    const predictions = join(folder, directory, 'predictions.jsonl');
    const again = chineseblue('score', '--task', 'cMedIC', '--predictions', predictions, '--json');
    const { answers, ...sheet } = JSON.parse(again.stdout);
    expect(sheet).toEqual(scores);
    expect(answers).toEqual({ ...sheet.coverage, truncated: 0, failed: 0 });
    expect(chineseblue('check', '--task', 'cMedIC', '--predictions', predictions).status).toBe(0);
    writeFileSync(predictions, '{"id":"0","label":"7"}\n');
    const check = chineseblue('check', '--task', 'cMedIC', '--predictions', predictions);
    expect(check).toMatchObject({ status: 3, stdout: expect.stringContaining('unknown-label') });
  });

  it('says that samples are synthetic, and has no published figures beside their scores', () => {
    const { stdout } = chineseblue('run', '--task', 'cMedQQ', '--model', 'majority');
    expect(stdout).toContain('cMedQQ‡');
    expect(stdout).toContain('‡ Synthetic samples');
    expect(stdout).not.toContain('BERT-base');
    expect(stdout).not.toContain('Published figures');
  });

  it('refuses an unknown source', () => {
    const { status, stderr } = chineseblue('run', '--task', 'cMedQQ', '--source', 'bio');
    expect([status, stderr]).toEqual([2, expect.stringContaining('primary, alternative')]);
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
  it('exits with 130 and leaves no lock; the same command resumes', async () => {
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
