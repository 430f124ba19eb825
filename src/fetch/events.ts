/**
 * The `data` of server-sent events (WHATWG HTML, 9.2), one string per event; other fields and comments are left out. Unlike
 * there, an event with complete lines counts without the empty line after it, which some servers omit at the end.
 */
export async function* readEvents(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  let data: string[] = [];
  let isFirst = true;
  for await (const piece of pieces) {
    rest += isFirst ? piece.replace(/^\ufeff/, '') : piece;
    isFirst &&= piece === '';
    // A carriage return at the end may be half of a line break.
    const usable = rest.endsWith('\r') ? rest.length - 1 : rest.length;
    const lines = rest.slice(0, usable).split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? '') + rest.slice(usable);
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield data.join('\n');
        data = [];
      } else if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
    }
  }
  if (data.length > 0) yield data.join('\n');
}
