import { describe, expect, it } from 'vitest';
import { choice, flag, integer, list, parseParameters, real, text, withDefaults } from './parameters.ts';

const summary = { en: 'a parameter', zh: '参数' };
const owner = { name: { en: 'the model x', zh: '模型 x' } };

describe('parameters', () => {
  it('that are required must be given', () => {
    const specs = { url: text({ required: true, summary }) };
    const url: string = parseParameters(specs, { url: 'x' }, owner).url;
    expect(url).toBe('x');
    expect(() => parseParameters(specs, {}, owner)).toThrow(
      expect.objectContaining({
        code: 'parameter-missing',
        text: { en: 'the model x needs the parameter url: text', zh: '模型 x缺少参数 url：文本' },
      }),
    );
    expect(() => parseParameters(specs, { url: '' }, owner)).toThrow(
      expect.objectContaining({ code: 'bad-parameter' }),
    );
  });

  it('may be lists of distinct words, any or from given choices', () => {
    const specs = { any: list({ summary }), some: list({ choices: ['a', 'b'], default: ['a'], summary }) };
    expect(parseParameters(specs, {}, owner)).toEqual({ any: [], some: ['a'] });
    expect(parseParameters(specs, { any: 'x, y,x', some: 'b' }, owner)).toEqual({
      any: ['x', 'y'],
      some: ['b'],
    });
    const named = { name: { en: 'The model x', zh: '模型 x' } };
    expect(() => parseParameters(specs, { some: 'c' }, named)).toThrow(/^some of the model x is /);
    expect(() => parseParameters(specs, { some: 'a,c' }, owner)).toThrow(
      expect.objectContaining({ code: 'bad-parameter', hint: expect.stringContaining('Did you mean') }),
    );
  });

  it('are true or false where they are flags; names of object properties are refused', () => {
    const specs = { on: flag({ default: false, summary }) };
    expect(parseParameters(specs, { on: 'true' }, owner)).toEqual({ on: true });
    for (const on of ['constructor', 'TRUE', '', 1])
      expect(() => parseParameters(specs, { on }, owner)).toThrow(
        expect.objectContaining({ code: 'bad-parameter' }),
      );
  });

  it('that are left out or undefined take their defaults in typed options', () => {
    const specs = {
      steps: integer({ default: 3, summary }),
      rate: real({ default: 'auto', summary }),
      kind: choice(['a', 'b'], { default: 'a', summary }),
      path: text({ summary }),
    };
    expect(withDefaults(specs)).toEqual({ steps: 3, rate: 'auto', kind: 'a' });
    const wide = { steps: 0, kind: 'b' as const, rate: undefined, path: 'p', other: 1 };
    expect(withDefaults(specs, wide)).toEqual({ steps: 0, rate: 'auto', kind: 'b', path: 'p' });
  });
});
