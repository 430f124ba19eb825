import { describe, expect, it } from 'vitest';
import { readEvents } from './events.ts';

async function read(...pieces: string[]): Promise<string[]> {
  const stream = (async function* () {
    yield* pieces;
  })();
  const events: string[] = [];
  for await (const event of readEvents(stream)) events.push(event);
  return events;
}

describe('readEvents', () => {
  it('reads events however they are split into pieces', async () => {
    const whole = ': hello\ndata: {"a":1}\n\nevent: x\ndata:b\r\ndata: c\r\n\r\ndata: [DONE]\r\r';
    const expected = ['{"a":1}', 'b\nc', '[DONE]'];
    expect(await read(`${whole}\n`)).toEqual(expected);
    expect(await read(...`${whole}\n`)).toEqual(expected);
  });

  it('skips a byte-order mark, and requires no empty line at the end', async () => {
    expect(await read('\ufeffdata: a\n\n', 'data: [DONE]\n')).toEqual(['a', '[DONE]']);
  });

  it('drops an incomplete event', async () => {
    expect(await read('data: a\n\ndata: b')).toEqual(['a']);
  });
});
