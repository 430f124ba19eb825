/** Items in one line; `∅` where there are none. */
export const listed = (items: readonly string[]): string => (items.length === 0 ? '∅' : items.join('、'));
