/** Shown in place of what is nested too deeply to be written as JSON. */
const TOO_DEEP = '[…]';

/** A value as it stands in JSON, cut to `longest` characters; numbers that JSON lacks stand as JavaScript writes them. */
export function showJson(value: unknown, longest: number): string {
  const text = typeof value === 'number' ? String(value) : (stringify(value) ?? String(value));
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // V8 reads JSON of any depth but writes it by recursion.
    if (error instanceof RangeError) return TOO_DEEP;
    throw error;
  }
}

/** All control characters but tab and line feed: escape sequences begin with one, and a carriage return overwrites. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** A text as a terminal may show it: control characters as JSON writes them (`\u001b`), so that they have no effect. */
export const inert = (text: string): string =>
  text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
