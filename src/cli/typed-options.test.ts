import { Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import type { UserError } from '../ground/errors.ts';
import { choice, flag, integer, integers, list, real, text } from '../ground/parameters.ts';
import { defineCommand } from './command.ts';
import { runCommand } from './fixtures/run-command.ts';
import { describeOption, optionSpecs, parseOptions, requireOption } from './typed-options.ts';

const SPECS = {
  out: text({ required: true, placeholder: 'dir', summary: { en: 'the folder to write', zh: '输出目录' } }),
  steps: integer({ min: 1, default: 100, summary: { en: 'optimizer steps', zh: '更新步数' } }),
  learningRate: real({ min: 0, max: 1, default: 'auto', summary: { en: 'learning rate', zh: '学习率' } }),
  schedule: choice(['linear', 'cosine'], { default: 'linear', summary: { en: 'schedule', zh: '调度' } }),
  seed: integers({ min: 0, default: [0], summary: { en: 'seeds', zh: '种子' } }),
  fields: list({ summary: { en: 'columns with text', zh: '文本列' } }),
  dtype: list({ choices: ['fp32', 'int8'], default: ['fp32'], summary: { en: 'precisions', zh: '精度' } }),
  nextSentence: flag({ default: true, summary: { en: 'do not make pairs', zh: '不做句对' } }),
  force: flag({ default: false, summary: { en: 'replace', zh: '替换' } }),
  init: text({ summary: { en: 'start from', zh: '起点' } }),
};

/** What commander passes to a command, with the flags of the specs. */
function optionsOf(...args: string[]): Record<string, string | boolean> {
  const command = new Command().exitOverride();
  for (const { flags, summary } of optionSpecs(SPECS)) command.addOption(new Option(flags, summary.en));
  return command.parse(args, { from: 'user' }).opts();
}
const parse = (...args: string[]) => parseOptions(SPECS, optionsOf(...args));
function refusal(...args: string[]): UserError {
  try {
    parse('--out', 'x', ...args);
  } catch (error) {
    return error as UserError;
  }
  throw new Error('accepted');
}

describe('typed options', () => {
  it('have flags and help in both languages, with bounds, choices and defaults', () => {
    const help = optionSpecs(SPECS).map(({ flags, summary }) => [flags, summary.en, summary.zh]);
    expect(help).toEqual([
      ['--out <dir>', 'the folder to write (required)', '输出目录（必填）'],
      ['--steps <n>', 'optimizer steps (1 or more; default: 100)', '更新步数（不小于 1；默认 100）'],
      ['--learning-rate <x>', 'learning rate (0 to 1; default: auto)', '学习率（0 到 1；默认 auto）'],
      [
        '--schedule <name>',
        'schedule (linear, cosine; default: linear)',
        '调度（linear、cosine；默认 linear）',
      ],
      ['--seed <list>', 'seeds (0 or more; default: 0)', '种子（不小于 0；默认 0）'],
      ['--fields <list>', 'columns with text', '文本列'],
      ['--dtype <list>', 'precisions (fp32, int8; default: fp32)', '精度（fp32、int8；默认 fp32）'],
      ['--no-next-sentence', 'do not make pairs', '不做句对'],
      ['--force', 'replace', '替换'],
      ['--init <text>', 'start from', '起点'],
    ]);
  });

  it('are parsed to typed values', () => {
    const steps: number = parse('--out', 'x').steps;
    expect(steps).toBe(100);
    expect(parse('--out', 'x')).toEqual({
      out: 'x',
      steps: 100,
      learningRate: 'auto',
      schedule: 'linear',
      seed: [0],
      fields: [],
      dtype: ['fp32'],
      nextSentence: true,
      force: false,
    });
    const given = parse(
      ...['--out', 'x', '--steps', '7', '--learning-rate', '0.5', '--schedule', 'cosine'],
      ...[
        '--fields',
        'ask, answer,ask',
        '--dtype',
        'int8,fp32',
        '--seed',
        '3, 1,3',
        '--no-next-sentence',
        '--force',
        '--init',
        'y',
      ],
    );
    expect(given).toEqual({
      out: 'x',
      steps: 7,
      learningRate: 0.5,
      schedule: 'cosine',
      seed: [3, 1],
      fields: ['ask', 'answer'],
      dtype: ['int8', 'fp32'],
      nextSentence: false,
      force: true,
      init: 'y',
    });
  });

  it('name flag and accepted values where a value is wrong, in both languages', () => {
    expect(refusal('--steps', '0')).toMatchObject({
      code: 'bad-option',
      exitCode: 2,
      text: {
        en: '--steps must be a whole number from 1, not "0"',
        zh: '--steps 应为整数，不小于 1，而不是“0”',
      },
      hintText: { en: 'Its default is 100.', zh: '默认值为 100。' },
    });
    expect(refusal('--learning-rate', 'fast')).toMatchObject({
      message: '--learning-rate must be a number from 0 to 1, or auto, not "fast"',
    });
    for (const value of ['1.5', '', 'Infinity']) expect(refusal('--steps', value).code).toBe('bad-option');
  });

  it('refuse a list with anything else in it', () => {
    for (const value of ['0,x', '1.5', '-1', ',']) {
      expect(refusal('--seed', value).message).toBe(
        `--seed must be a comma-separated list of whole numbers from 0, not "${value}"`,
      );
    }
  });

  it('must be omitted to be absent: an empty value is refused', () => {
    expect(refusal('--init', '')).toMatchObject({
      code: 'bad-option',
      message: '--init must be non-empty text, not ""',
      hint: 'Leave it out if you do not need it.',
    });
    for (const value of ['', ' ,'])
      expect(refusal('--fields', value).hint).toBe('Leave it out if you do not need it.');
    expect(refusal('--dtype', '').hint).toBe('Its default is fp32.');
  });

  it('suggest the nearest choice', () => {
    expect(refusal('--schedule', 'cosin')).toMatchObject({
      text: { en: '--schedule must be one of linear, cosine, not "cosin"' },
      hintText: { en: 'Did you mean cosine?', zh: '是否指 cosine？' },
    });
    expect(refusal('--dtype', 'fp32,int4')).toMatchObject({
      text: { en: '--dtype must be a comma-separated list of fp32, int8, not "fp32,int4"' },
      hint: 'Did you mean int8?',
    });
  });

  it('may be required, always or by the command', () => {
    const text = { en: '--out is required', zh: '缺少选项 --out' };
    const missing = { code: 'option-missing', exitCode: 2, text };
    expect(() => parse()).toThrow(expect.objectContaining(missing));
    expect(() => parse('--out', '')).toThrow(expect.objectContaining(missing));
    expect(requireOption(SPECS, parse('--out', 'x', '--init', 'y'), 'init')).toBe('y');
    expect(() => requireOption(SPECS, parse('--out', 'x'), 'init')).toThrow(
      expect.objectContaining({
        code: 'option-missing',
        message: '--init is required',
        hint: 'Add --init <text>: start from.',
      }),
    );
  });

  it('that are neither on nor off by default can be given both ways', () => {
    const specs = { normalize: flag({ summary: { en: 'scale', zh: '归一化' } }) };
    const [{ flags, negation }] = optionSpecs(specs);
    expect([flags, negation?.flags]).toEqual(['--normalize', '--no-normalize']);
    expect(optionSpecs(SPECS).filter((option) => option.negation)).toEqual([]);
    const read = (given: { normalize?: boolean }) => parseOptions(specs, given).normalize;
    expect([read({}), read({ normalize: true }), read({ normalize: false })]).toEqual([
      undefined,
      true,
      false,
    ]);
  });

  it('reach the command, and nothing else does', async () => {
    const seen: unknown[] = [];
    const command = defineCommand({
      name: 'try',
      summary: { en: 'try', zh: '试' },
      options: SPECS,
      examples: [],
      run: async ({ operands, options }) => void seen.push(operands, options),
    });
    await runCommand(command, ['a'], { out: 'x', steps: '3', json: true });
    expect(seen).toEqual([['a'], expect.objectContaining({ out: 'x', steps: 3 })]);
    expect(seen[1]).not.toHaveProperty('json');
  });
});

it('a parameter of a model, described in a sentence, is an option without a stop', () => {
  const spec = integer({
    min: 1,
    summary: { en: 'Maximum number of concurrent calls.', zh: '同时调用数上限。' },
  });
  expect(describeOption(spec)).toEqual({
    en: 'Maximum number of concurrent calls (1 or more)',
    zh: '同时调用数上限（不小于 1）',
  });
});
