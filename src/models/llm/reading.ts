/** An answer's JSON, and how it stood there. */
export type FoundJson =
  | { readonly value: unknown; readonly form: 'bare' | 'fenced' | 'embedded' }
  | { readonly unreadable: string };

const FENCED = /^```(?:json|JSON)?\s*\n([\s\S]*?)\n?\s*```$/;

/**
 * The JSON of an answer: all of it, all of one fenced block, or the only object among other words. Nothing is repaired:
 * a trailing comma or a missing bracket leaves nothing to read, and of several objects none is chosen.
 */
export function findJson(answer: string): FoundJson {
  const text = answer.trim();
  if (text === '') return { unreadable: 'empty' };
  const whole = parse(text);
  if (whole) return { ...whole, form: 'bare' };
  const fenced = FENCED.exec(text);
  const inside = fenced && parse(fenced[1]);
  if (inside) return { ...inside, form: 'fenced' };
  const objects = topObjects(text);
  if (objects.length === 0) return { unreadable: text.includes('{') ? 'not-json' : 'no-json' };
  if (objects.length > 1) return { unreadable: 'several-objects' };
  const only = parse(objects[0]);
  return only ? { ...only, form: 'embedded' } : { unreadable: 'not-json' };
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** The outermost `{…}` of a text, strings respected; an unclosed object does not count. */
function topObjects(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (inString) {
      if (character === '\\') i++;
      else if (character === '"') inString = false;
    } else if (character === '{') {
      if (depth++ === 0) from = i;
    } else if (depth > 0 && character === '"') inString = true;
    else if (depth > 0 && character === '}' && --depth === 0) found.push(text.slice(from, i + 1));
  }
  return found;
}
