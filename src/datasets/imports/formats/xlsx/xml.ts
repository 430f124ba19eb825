/** Events of reading XML; names are without their prefix. */
export interface XmlHandler {
  /** `attributes` is the text between name and end of the tag; see `attributeOf`. */
  open(name: string, attributes: string): void;
  close(name: string): void;
  /** Decoded text; one text may come in several parts. */
  text(text: string): void;
}

/** Longest tag, comment or text; a cell holds 32 767 characters. */
const MAX_TAG = 1 << 20;

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Text with its entities replaced. Unknown ones are left unchanged. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos));/gi,
    (whole, hex, digits, name) => {
      if (name !== undefined) return NAMED[name.toLowerCase()];
      const point = hex === undefined ? Number(digits) : Number.parseInt(hex, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    },
  );
}

/** The value of an attribute by its name without prefix; undefined if it is absent. */
export function attributeOf(attributes: string, name: string): string | undefined {
  const found = PATTERNS[name] ?? new RegExp(`(?:^|[\\s:])${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`);
  PATTERNS[name] = found;
  const [, double, single] = found.exec(attributes) ?? [];
  const value = double ?? single;
  return value === undefined ? undefined : decodeEntities(value);
}

const PATTERNS: Record<string, RegExp> = {};

/**
 * Reads XML part by part, in constant memory. Document types are refused: the formats that are read have none, and
 * entities that they define may be endless. Throws an Error that says what is wrong.
 */
export function createXmlParser(handler: XmlHandler) {
  let pending = '';
  const tag = (body: string): void => {
    if (body.startsWith('/')) {
      handler.close(localName(body.slice(1).trim()));
      return;
    }
    const isEmpty = body.endsWith('/');
    const inner = isEmpty ? body.slice(0, -1) : body;
    const cut = inner.search(/\s/);
    const name = localName(cut < 0 ? inner : inner.slice(0, cut));
    handler.open(name, cut < 0 ? '' : inner.slice(cut));
    if (isEmpty) handler.close(name);
  };
  /** Where what begins with `<` at `at` ends; -1 where it is not all there. */
  const endOf = (text: string, at: number): number => {
    const end = text.startsWith('<!--', at)
      ? text.indexOf('-->', at + 4) + 2
      : text.startsWith('<![CDATA[', at)
        ? text.indexOf(']]>', at) + 2
        : tagEnd(text, at);
    return end < at + 2 ? -1 : end;
  };
  const markup = (body: string): void => {
    if (body.startsWith('<![CDATA[')) handler.text(body.slice(9, -3));
    else if (/^<!doctype/i.test(body)) throw new Error('it declares a document type');
    else if (body[1] !== '!' && body[1] !== '?') tag(body.slice(1, -1));
  };
  return {
    push(part: string): void {
      const text = pending + part;
      let at = 0;
      for (;;) {
        const start = text.indexOf('<', at);
        if (start < 0) break;
        if (text.length - start < 9 && '<![CDATA['.startsWith(text.slice(start))) {
          pending = text.slice(at);
          return;
        }
        const end = endOf(text, start);
        if (end < 0) {
          pending = text.slice(at);
          if (text.length - start > MAX_TAG) throw new Error('a tag does not end');
          return;
        }
        if (start > at) handler.text(decodeEntities(text.slice(at, start)));
        markup(text.slice(start, end + 1));
        at = end + 1;
      }
      pending = text.slice(at);
      if (pending.length > MAX_TAG) throw new Error('a text is too long');
    },
    end(): void {
      if (pending.trim() !== '') throw new Error('it ends in the middle');
    },
  };
}

/** The end of a tag, `>` outside of quotes; -1 where it is not there. */
function tagEnd(text: string, start: number): number {
  let end = text.indexOf('>', start);
  for (;;) {
    if (end < 0) return -1;
    const body = text.slice(start, end);
    const quotes = body.split('"').length - 1;
    if (quotes % 2 === 0) return end;
    end = text.indexOf('>', end + 1);
  }
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);
