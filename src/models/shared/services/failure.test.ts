import { describe, expect, it } from 'vitest';
import { errorInside, readFailure, readRetryAfter } from './failure.ts';

describe('a pause that a service asks for', () => {
  const now = Date.parse('2026-11-26T07:00:00Z');
  it.each<[string | undefined, number | undefined]>([
    ['2', 2_000],
    ['0.5', 500],
    [' 3 ', 3_000],
    ['Thu, 26 Nov 2026 07:00:10 GMT', 10_000],
    ['Thu, 26 Nov 2026 06:00:00 GMT', 0],
    ['soon', undefined],
    ['-1x', undefined],
    [undefined, undefined],
  ])('of %s', (value, milliseconds) => {
    expect(readRetryAfter(value, now)).toBe(milliseconds);
  });

  it('is an hour at most', () => {
    expect(readFailure(429, '86400', '')).toMatchObject({
      pauseMs: 3_600_000,
      retry: true,
      overloaded: true,
    });
  });
});

describe('an input that is too long', () => {
  it.each<[string, { readonly error?: object; readonly message?: string }]>([
    ['OpenAI', { error: { code: 'context_length_exceeded', message: 'too many tokens' } }],
    ['llama.cpp', { error: { type: 'exceed_context_size_error', message: 'the request is too big' } }],
    ['vLLM', { message: "This model's maximum context length is 4096 tokens." }],
    ['a message only', { error: { message: 'The input is too long for this model' } }],
  ])('is recognised by the error of %s, and not sent again', (_, body) => {
    const wanted = { failure: 'context-exceeded', retry: false, overloaded: false };
    expect(readFailure(400, undefined, JSON.stringify(body))).toMatchObject(wanted);
    if (body.error) expect(errorInside(body.error)).toMatchObject(wanted);
  });

  it('is not recognised from words of the question', () => {
    expect(
      readFailure(400, undefined, '{"error":{"message":"unknown field response_format"}}'),
    ).toMatchObject({ failure: 'http-400', retry: false });
    expect(readFailure(500, undefined, 'the context window is open')).toMatchObject({
      failure: 'http-500',
      retry: true,
    });
  });
});
