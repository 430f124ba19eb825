import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { issueText } from './issues.ts';

function textOf(schema: z.ZodType, value: unknown) {
  const parsed = schema.safeParse(value);
  if (parsed.success) throw new Error('the value is valid');
  return issueText(parsed.error.issues[0]);
}

describe('what an issue says', () => {
  it.each([
    [
      z.object({ a: z.string() }),
      {},
      'Invalid input: expected string, but it is missing',
      '应为字符串，实际缺失',
    ],
    [z.number(), 'x', 'Invalid input: expected number, received string', '应为数字，实际为字符串'],
    [z.enum(['a', 'b']), 'c', 'Invalid option: expected one of "a"|"b"', '无效选项：期望以下之一 "a"|"b"'],
    [z.strictObject({}), { colour: 'blue' }, 'Unrecognized key: "colour"', '出现未知的键(key): "colour"'],
    [
      z.string().min(1),
      '',
      'Too small: expected string to have >=1 characters',
      '数值过小：期望字符串 >=1 字符',
    ],
  ])('is in both languages: %#', (schema, value, en, zh) => {
    expect(textOf(schema, value)).toEqual({ en, zh });
  });

  it('of a custom rule is the text of the schema', () => {
    const even = z.number().refine((n) => n % 2 === 0, { error: 'must be even', params: { zh: '应为偶数' } });
    expect(textOf(even, 3)).toEqual({ en: 'must be even', zh: '应为偶数' });
  });

  it('is Chinese for every other code', () => {
    for (const [schema, value] of [
      [z.union([z.string(), z.number()]), true],
      [z.number().max(3), 4],
      [z.array(z.string()).max(1), ['a', 'b']],
      [z.number().multipleOf(2), 3],
      [z.string().regex(/^a/), 'b'],
      [z.custom(() => false), 1],
    ] as const) {
      expect(textOf(schema, value).zh).toMatch(/\p{Script=Han}/u);
    }
  });
});
