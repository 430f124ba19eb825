import { describe, expect, it } from 'vitest';
import { createTokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import { createVocabulary, SPECIAL_TOKENS } from '../../encoders/tokenizers/vocabulary.ts';
import { markedSequences, windowAround } from './marked.ts';

const tokenizer = createTokenizer(
  createVocabulary([...Object.values(SPECIAL_TOKENS), ...'医患：有没发热吗头痛。']),
);
const turns = [
  { speaker: '医', text: '发热吗' },
  { speaker: '患', text: '没有' },
  { speaker: '患', text: '头痛。' },
];
const read = (turn: number, start: number, end: number, maxLength = 128): string =>
  markedSequences(tokenizer, turns, [{ turn, start, end }], maxLength)
    .map(({ ids }) => Array.from(ids, (id) => tokenizer.textOf(id)).join(''))
    .join('')
    .replaceAll('[CLS]', '<')
    .replaceAll('[SEP]', '|');

describe('a part of a dialogue, marked in it', () => {
  it('is between separators, with the dialogue before and after it', () => {
    expect(read(0, 0, 2)).toBe('<医：|发热|吗患：没有患：头痛。|');
    expect(read(2, 0, 3)).toBe('<医：发热吗患：没有患：|头痛。||');
  });

  it('is truncated evenly before and after, with more on one side where the other is short', () => {
    expect(read(1, 0, 2, 4 + 2 + 4)).toBe('<患：|没有|患：|');
    expect(read(0, 0, 2, 4 + 2 + 6)).toBe('<医：|发热|吗患：没|');
    expect(read(2, 0, 2, 4 + 2 + 6)).toBe('<：没有患：|头痛|。|');
  });

  it('keeps the beginning of a part that is too long, and nothing where there is no token', () => {
    expect(read(0, 0, 3, 6)).toBe('<|发热||');
    expect(read(0, 1, 1, 8)).toBe('<：发||热吗|');
    expect(() => read(0, 0, 2, 3)).toThrow(expect.objectContaining({ code: 'max-length' }));
  });

  it('never exceeds the text or the limit', () => {
    for (const count of [0, 1, 7]) {
      for (let first = 0; first <= count; first++) {
        for (let last = first; last <= count; last++) {
          for (let room = 0; room < 9; room++) {
            const { start, end } = windowAround(count, first, last, room);
            expect(start).toBeGreaterThanOrEqual(0);
            expect(end - start).toBe(Math.min(count, room));
            expect(end).toBeLessThanOrEqual(count);
            expect(start).toBeLessThanOrEqual(first);
          }
        }
      }
    }
  });
});
