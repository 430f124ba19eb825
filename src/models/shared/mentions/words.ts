import { loadJieba } from '../../../text/jieba.ts';
import type { Characters } from './characters.ts';

/** The place of a position in its word. */
export const WORD_PLACES = ['begin', 'middle', 'end', 'single'] as const;

/** The words of a text, end to end (jieba with its own dictionary and HMM). The dictionary loads on first use. */
export const segment = (text: string): string[] => loadJieba().jieba.cut(text, true);

/**
 * Calls `visit` for every word with the positions it covers, `to` exclusive. Should the segmenter leave
 * anything out, words are located again at their places.
 */
export function eachWord(
  text: string,
  characters: Characters,
  visit: (word: string, from: number, to: number) => void,
): void {
  let offset = 0;
  let position = 0;
  for (const word of segment(text)) {
    const at = text.startsWith(word, offset) ? offset : text.indexOf(word, offset);
    if (at < 0 || word.length === 0) continue;
    while (position < characters.length && characters.starts[position] < at) position++;
    const from = position;
    while (position < characters.length && characters.starts[position] < at + word.length) position++;
    if (position > from) visit(word, from, position);
    offset = at + word.length;
  }
}
