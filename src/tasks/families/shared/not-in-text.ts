import type { Text } from '../../../ground/language.ts';
import { createQuoteFinder } from '../../../text/quotes.ts';
import type { MadeUp } from '../family.ts';

/** Precedes examples of quotes that a model invented. */
export const NOT_IN_TEXT: Text = {
  en: 'Examples of quotes that are not in the text:',
  zh: '原文中没有的引文示例：',
};

/** Those that are not in the text, after folding neither: each quote once, under its last label. */
export function notInText(text: string, quoted: readonly MadeUp[]): MadeUp[] {
  const { occurrences } = createQuoteFinder(text);
  const madeUp = new Map<string, string>();
  for (const { quote, label } of quoted) if (occurrences(quote).length === 0) madeUp.set(quote, label);
  return Array.from(madeUp, ([quote, label]) => ({ quote, label }));
}
