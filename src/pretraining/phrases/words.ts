import { loadJieba } from '../../text/jieba.ts';

/** The words of a text, end to end, by jieba's general-purpose dictionary. */
export const cutWords = (text: string): string[] => loadJieba().jieba.cut(text, true);

export interface GeneralWords {
  /** Of at least two characters, most frequent first. */
  readonly words: readonly { readonly word: string; readonly frequency: number }[];
  /** Characters in the text that the frequencies were counted in. */
  readonly total: number;
}

/** The `count` most frequent words of jieba's dictionary. */
export function generalWords(count: number): GeneralWords {
  const words: { word: string; frequency: number }[] = [];
  let total = 0;
  for (const line of Buffer.from(loadJieba().dictionary).toString('utf8').split('\n')) {
    const [word, number] = line.split(' ');
    const frequency = Number(number);
    if (!(frequency > 0)) continue;
    total += frequency * word.length;
    if (word.length > 1) words.push({ word, frequency });
  }
  words.sort((a, b) => b.frequency - a.frequency || (a.word < b.word ? -1 : 1));
  return { words: words.slice(0, count), total };
}
