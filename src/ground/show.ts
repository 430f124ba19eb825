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
