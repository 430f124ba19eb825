import type { core } from 'zod';
import zhCN from 'zod/v4/locales/zh-CN.js';
import type { Text } from './language.ts';

const { localeError } = zhCN();

/** Words of zod's messages, in Chinese. */
const TYPES: Readonly<Record<string, string>> = {
  string: '字符串',
  number: '数字',
  int: '整数',
  boolean: '布尔值',
  array: '数组',
  object: '对象',
  record: '对象',
  null: 'null',
};

/**
 * What an issue of zod says, in both languages. Schemas keep zod's own messages; one that states its own rule
 * with `refine` gives the Chinese text as `params: { zh: '…' }`.
 */
export function issueText(issue: core.$ZodIssue): Text {
  return { en: english(issue), zh: chinese(issue) };
}

function english({ message }: core.$ZodIssue): string {
  return message.replace(/, received undefined$/, ', but it is missing');
}

const named = (type: string): string => TYPES[type] ?? type;

function chinese(issue: core.$ZodIssue): string {
  if (issue.code === 'custom' && typeof issue.params?.zh === 'string') return issue.params.zh;
  if (issue.code === 'invalid_type') {
    // A reported issue no longer holds its input: the type that was found stands in the English message only.
    const received = /received (\S+)$/.exec(issue.message)?.[1];
    const found = received === 'undefined' ? '，实际缺失' : received ? `，实际为${named(received)}` : '';
    return `应为${named(issue.expected)}${found}`;
  }
  const found = localeError({ ...issue, input: undefined });
  const text = (typeof found === 'string' ? found : found?.message) ?? '无效输入';
  return text.replace(/期望 (\w+) /, (_, type: string) => `期望${named(type)} `);
}
