/** Items in one line; `∅` where there are none. */
export const listed = (items: readonly string[]): string => (items.length === 0 ? '∅' : items.join('、'));

/** Longest text in a line, in characters. */
const SHOWN = 60;

/** The beginning of a text in one line. */
export const shownText = (text: string): string => {
  const characters = Array.from(text.replaceAll(/\s+/gu, ' '));
  return characters.length <= SHOWN ? characters.join('') : `${characters.slice(0, SHOWN).join('')}…`;
};
