import { createRequire } from 'node:module';
import type { Jieba } from '@node-rs/jieba';
import type { Characters } from './characters.ts';

/** Where in its word a position stands. */
export const WORD_PLACES = ['begin', 'middle', 'end', 'single'] as const;

let jieba: Jieba | undefined;

/** The words of a text, end to end (jieba with its own dictionary and HMM). The dictionary loads on first use. */
export function segment(text: string): string[] {
  if (jieba === undefined) {
    const require = createRequire(import.meta.url);
    const { Jieba } = require('@node-rs/jieba') as typeof import('@node-rs/jieba');
    const { dict } = require('@node-rs/jieba/dict.js') as typeof import('@node-rs/jieba/dict.js');
    jieba = Jieba.withDict(dict);
  }
  return jieba.cut(text, true);
}

/**
 * Calls `visit` for every word with the positions it covers, `to` exclusive. Should the segmenter leave
 * anything out, words are found again where they stand.
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
