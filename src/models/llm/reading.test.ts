import { describe, expect, it } from 'vitest';
import { findJson } from './reading.ts';

describe('findJson', () => {
  it.each([
    ['{"label":"1"}', 'bare'],
    ['  {"label":"1"}\n\n\n   ', 'bare'],
    ['```json\n{"label":"1"}\n```', 'fenced'],
    ['```\n{"label":"1"}```', 'fenced'],
    ['答案是：{"label":"1"}，因为两句同义。', 'embedded'],
    ['Sure!\n```json\n{"label":"1"}\n```\nDone.', 'embedded'],
  ])('reads %j (%s)', (answer, form) => {
    expect(findJson(answer)).toEqual({ value: { label: '1' }, form });
  });

  it('respects strings with brackets and quotes', () => {
    expect(findJson('x {"label":"}{\\"","n":{"m":1}} y')).toMatchObject({
      value: { label: '}{"', n: { m: 1 } },
    });
  });

  it.each([
    ['', 'empty'],
    [' \n\t ', 'empty'],
    ['匹配', 'no-json'],
    ['{"label":"1",}', 'not-json'],
    ["{'label': '1'}", 'not-json'],
    ['{"label":"1"', 'not-json'],
    ['{"label":"0"} 更正：{"label":"1"}', 'several-objects'],
  ])('does not repair %j: %s', (answer, unreadable) => {
    expect(findJson(answer)).toEqual({ unreadable });
  });
});
