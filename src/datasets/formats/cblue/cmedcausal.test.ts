import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createReader } from './fixtures/written.ts';

const directory = mkdtempSync(join(tmpdir(), 'cmedcausal-'));
afterAll(() => rmSync(directory, { recursive: true }));
const read = createReader(directory);

describe('CMedCausal', () => {
  const mention = (words: string, start_idx: number, end_idx = start_idx + Array.from(words).length) => ({
    ...{ mention: words, start_idx, end_idx },
  });
  const direct = (head: object, tail: object, relation: unknown = 1) => ({
    ...{ head, relation, tail: { type: 'mention', ...tail } },
  });

  it('has places in code points, one past the last, and conditions on relations', async () => {
    const inner = direct(mention('贫血', 4), mention('𬌗痛', 7));
    const condition = { head: mention('孕妇', 1), relation: 2, tail: { type: 'relation', ...inner } };
    const { items, notices } = await read('CMedCausal', [
      { text: '🩺孕妇，贫血致𬌗痛', relation_of_mention: [condition, inner] },
    ]);
    const [cause, effect] = [
      { start: 5, end: 7 },
      { start: 8, end: 11 },
    ];
    const own = { head: cause, relation: '1', tail: effect };
    expect(items[0].gold).toEqual({
      relations: [{ head: { start: 2, end: 4 }, relation: '2', tail: own }, own],
    });
    expect(notices).toEqual([]);
  });

  it('reads a copy whose end is the last character, and says so', async () => {
    const { items, notices } = await read('CMedCausal', [
      { text: '贫血致头痛', relation_of_mention: [direct(mention('贫血', 0, 1), mention('头痛', 3, 4))] },
    ]);
    expect(items[0].gold).toMatchObject({ relations: [{ tail: { start: 3, end: 5 } }] });
    expect(notices).toEqual(['offset-rule']);
  });

  it('counts mentions that differ from the text, drops spans outside it, and names the official field', async () => {
    const right = direct(mention('贫血', 0), mention('头痛', 3));
    const { items, notices } = await read('CMedCausal', [
      {
        text: '贫血致头痛',
        relation_of_mention: [
          right,
          direct(mention('贫', 0, 2), mention('头痛', 3)),
          direct(mention('贫血', 0), mention('痛', 4, 9)),
        ],
      },
    ]);
    expect(items[0].gold).toEqual({ relations: expect.objectContaining({ length: 2 }) });
    expect(notices).toEqual(['mention-differs', 'mention-outside']);
    const fault = (relation: object) =>
      read('CMedCausal', [{ text: '贫血致头痛', relation_of_mention: [relation] }]);
    await expect(fault({ ...right, relation: 4 })).rejects.toMatchObject({
      code: 'unknown-label',
      place: { field: 'relation_of_mention[0].relation' },
    });
    await expect(fault({ ...right, head: mention('贫血', 0.5, 2) })).rejects.toMatchObject({
      code: 'bad-field',
      place: { field: 'relation_of_mention[0].head.start_idx' },
    });
    await expect(fault({ ...right, tail: '头痛' })).rejects.toMatchObject({
      place: { field: 'relation_of_mention[0].tail' },
    });
  });
});
