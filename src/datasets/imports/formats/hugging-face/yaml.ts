/** A value of YAML: scalars are strings, whatever they stand for; nothing is an empty one. */
export type Yaml = string | readonly Yaml[] | { readonly [key: string]: Yaml };

interface Line {
  readonly indent: number;
  readonly text: string;
}

/** Levels inside each other. */
const MAX_DEPTH = 64;

/**
 * Reads the part of YAML 1.2 in which dataset cards are written: block mappings and sequences, plain and quoted scalars,
 * flow sequences of scalars, block scalars, comments. Anything else is read as a plain scalar. No anchors, tags, or
 * several documents. Throws an Error if it is nested absurdly.
 */
export function parseYaml(text: string): Yaml {
  const lines = text.split(/\r?\n/).flatMap((line): Line[] => {
    const body = line.trimStart();
    return body === '' || body.startsWith('#')
      ? []
      : [{ indent: line.length - body.length, text: body.trimEnd() }];
  });
  return parseBlock(lines, { at: 0 }, 0);
}

const isItem = ({ text }: Line): boolean => text === '-' || text.startsWith('- ');
const KEY = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#'"[{][^#]*?):(?:\s+(.*))?$/;

/** The mapping or sequence whose first line is next; moves `cursor` behind it. */
function parseBlock(lines: Line[], cursor: { at: number }, depth: number): Yaml {
  const first = lines[cursor.at];
  if (!first) return '';
  if (depth > MAX_DEPTH) throw new Error('it is nested too deeply');
  if (isItem(first)) return parseItems(lines, cursor, depth);
  return KEY.test(first.text) ? parseMapping(lines, cursor, depth) : scalar(lines[cursor.at++].text);
}

function parseItems(lines: Line[], cursor: { at: number }, depth: number): Yaml {
  const { indent } = lines[cursor.at];
  const items: Yaml[] = [];
  for (let line = lines[cursor.at]; line && line.indent === indent && isItem(line); line = lines[cursor.at]) {
    const rest = line.text.slice(1).trimStart();
    if (rest === '') {
      cursor.at++;
      const isInside = (lines[cursor.at]?.indent ?? -1) > indent;
      items.push(isInside ? parseBlock(lines, cursor, depth + 1) : '');
    } else if (KEY.test(rest) || rest.startsWith('- ')) {
      // What follows the dash is the first line of a block that is indented as far as it stands.
      lines[cursor.at] = { indent: indent + line.text.length - rest.length, text: rest };
      items.push(parseBlock(lines, cursor, depth + 1));
    } else {
      cursor.at++;
      items.push(scalar(rest));
    }
  }
  return items;
}

function parseMapping(lines: Line[], cursor: { at: number }, depth: number): Yaml {
  const { indent } = lines[cursor.at];
  const entries: [string, Yaml][] = [];
  for (
    let line = lines[cursor.at];
    line && line.indent === indent && !isItem(line);
    line = lines[cursor.at]
  ) {
    const [, key = line.text, value = ''] = KEY.exec(line.text) ?? [];
    cursor.at++;
    const next = lines[cursor.at];
    if (/^[|>][+-]?\d?$/.test(value)) entries.push([unquoted(key), blockScalar(lines, cursor, indent)]);
    else if (value !== '' && !value.startsWith('#')) entries.push([unquoted(key), scalar(value)]);
    else if (next && (next.indent > indent || (next.indent === indent && isItem(next))))
      entries.push([unquoted(key), parseBlock(lines, cursor, depth + 1)]);
    else entries.push([unquoted(key), '']);
  }
  // Lines indented between two levels belong to neither.
  while (lines[cursor.at] && lines[cursor.at].indent > indent) cursor.at++;
  return Object.fromEntries(entries);
}

function blockScalar(lines: Line[], cursor: { at: number }, indent: number): string {
  const parts: string[] = [];
  while (lines[cursor.at] && lines[cursor.at].indent > indent) parts.push(lines[cursor.at++].text);
  return parts.join('\n');
}

function scalar(text: string): Yaml {
  const plain = /^(["'])/.test(text) ? text : text.replace(/\s+#.*$/, '');
  if (!/^\[.*\]$/.test(plain)) return unquoted(plain);
  const inner = plain.slice(1, -1).trim();
  return inner === ''
    ? []
    : (inner.match(/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,]+/g) ?? []).map((item) => unquoted(item.trim()));
}

function unquoted(text: string): string {
  const [, single, double] = /^(?:'((?:[^']|'')*)'|"((?:[^"\\]|\\.)*)")/.exec(text) ?? [];
  if (single !== undefined) return single.replaceAll("''", "'");
  if (double === undefined) return text;
  try {
    return JSON.parse(`"${double}"`);
  } catch {
    return double;
  }
}
