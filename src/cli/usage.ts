import type { CommanderError } from 'commander';
import { EXIT, UserError } from '../ground/errors.ts';
import type { Text } from '../ground/language.ts';

type Rule = readonly [code: string, pattern: RegExp, text: (found: readonly string[]) => Text];

/** Commander's English error messages, in both languages. */
const RULES: readonly Rule[] = [
  [
    'unknown-option',
    /^error: unknown option '(.*?)'/,
    ([flag]) => ({ en: `Unknown option ${flag}`, zh: `没有选项 ${flag}` }),
  ],
  [
    'unknown-command',
    /^error: unknown command '(.*?)'/,
    ([name]) => ({ en: `Unknown command ${name}`, zh: `没有命令 ${name}` }),
  ],
  [
    'operand-missing',
    /^error: missing required argument '(.*)'/,
    ([name]) => ({ en: `The argument <${name}> is missing`, zh: `缺少参数 <${name}>` }),
  ],
  [
    'value-missing',
    /^error: option '(.*)' argument missing/,
    ([flags]) => ({ en: `The option ${flags} needs a value`, zh: `选项 ${flags} 需要一个值` }),
  ],
  [
    'option-missing',
    /^error: required option '(.*)' not specified/,
    ([flags]) => ({ en: `The option ${flags} is required`, zh: `必须给出选项 ${flags}` }),
  ],
  [
    'too-many-operands',
    /^error: too many arguments.*Expected (\d+) arguments? but got (\d+): (.*)\.$/s,
    ([expected, got, list]) => ({
      en: `Expected ${expected === '0' ? 'no arguments' : `at most ${expected}`}, got ${got}: ${list}`,
      zh: `${expected === '0' ? '不接受参数' : `最多接受 ${expected} 个参数`}，却给出 ${got} 个：${list}`,
    }),
  ],
  [
    'conflicting-options',
    /^error: option '(.*)' cannot be used with option '(.*)'/,
    ([one, other]) => ({
      en: `${one} and ${other} cannot be combined`,
      zh: `${one} 与 ${other} 不能同时使用`,
    }),
  ],
  [
    'bad-value',
    /^error: (?:option|command-argument value) '(.*?)' (?:argument '(.*?)')?.*is invalid/s,
    ([flags, value = flags]) => ({ en: `${flags}: "${value}" is not valid`, zh: `${flags}：“${value}”无效` }),
  ],
];

/** A usage error that commander found, in both languages, with its suggestion as the hint. `path` is the command. */
export function usageError({ message }: CommanderError, path: string): UserError {
  for (const [code, pattern, text] of RULES) {
    const found = pattern.exec(message);
    if (found)
      return new UserError(code, text(found.slice(1)), {
        hint: hintFor(message, path),
        exitCode: EXIT.usage,
      });
  }
  return new UserError('usage', { en: message, zh: `命令用法有误：${message}` }, { exitCode: EXIT.usage });
}

function hintFor(message: string, path: string): Text {
  const [, flag] = /unknown option '(--[^=']+)=/.exec(message) ?? [];
  if (flag !== undefined && message.includes(`(Did you mean ${flag}?)`))
    return { en: `${flag} takes no value.`, zh: `${flag} 不带值。` };
  const similar = /\(Did you mean (?:one of )?(.*?)\?\)/.exec(message)?.[1];
  return similar
    ? { en: `Did you mean ${similar}?`, zh: `是否指 ${similar.replaceAll(', ', '、')}？` }
    : { en: `\`${path} --help\` shows the usage.`, zh: `用法见 \`${path} --help\`。` };
}
