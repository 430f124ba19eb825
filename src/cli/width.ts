/** Text in columns of a terminal: how wide it is, and where it may be broken. */

/** Drawn over the character before: no width of their own. */
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]$/u;
/** East Asian Wide and Fullwidth characters, and emoji: two columns. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u;
const ASCII = /^[\x20-\x7e]*$/;

const characterWidth = (character: string): number =>
  ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : 1;

/** Columns that a text occupies: 2 for a Chinese character. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** Closing punctuation, which never starts a line, and characters that never end one. */
const CLOSING = '，。；：、！？）》」』”’…,.;:!?)]}%';
const OPENING = '（《「『“‘([{';

/** Whether a line may be broken between two neighbouring characters. */
const mayBreak = (before: string, after: string): boolean =>
  after !== ' ' &&
  !CLOSING.includes(after) &&
  !OPENING.includes(before) &&
  (before === ' ' || before === '/' || WIDE.test(before) || WIDE.test(after));

/** The parts of a line that stay whole: words, single Chinese characters, intervals such as `[84.0, 88.0]`, `± 0.4`. */
function breakable(line: string): string[] {
  const parts: string[] = [];
  let part = '';
  let before = '';
  let inside = false;
  for (const character of line) {
    if (before !== '' && !inside && !part.endsWith('± ') && mayBreak(before, character)) {
      parts.push(part);
      part = '';
    }
    if (character === '[') inside = /\[[-\d., ]+\]/.test(line);
    else if (character === ']') inside = false;
    part += character;
    before = character;
  }
  return part === '' ? parts : [...parts, part];
}

/** Width of the longest part that stays whole, among those that `counts` accepts. */
export const unbreakableWidth = (text: string, counts: (part: string) => boolean = () => true): number =>
  Math.max(
    0,
    ...text
      .split('\n')
      .flatMap((line) => breakable(line).map((part) => part.trimEnd()))
      .filter(counts)
      .map(displayWidth),
  );

/** A part that is wider than a whole line is broken anywhere. */
function chop(part: string, width: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const character of part) {
    if (piece !== '' && displayWidth(piece + character) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}

/** The lines of a text, none wider than `width` columns; line ends in it are kept. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => {
    if (displayWidth(line) <= width) return [line];
    const lines: string[] = [];
    let current = '';
    for (const part of breakable(line)) {
      if (displayWidth((current + part).trimEnd()) <= width) {
        current += part;
        continue;
      }
      if (current !== '') lines.push(current.trimEnd());
      const pieces = displayWidth(part.trimEnd()) > width ? chop(part, width) : [part];
      lines.push(...pieces.slice(0, -1));
      current = pieces[pieces.length - 1];
    }
    return [...lines, current.trimEnd()];
  });
}

/** As `wrap`, in one text; what follows a line indented by blanks is indented alike. */
export function wrapIndented(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const indent = /^ */.exec(line)![0];
      return wrap(line.slice(indent.length), width - indent.length).map((part) => indent + part);
    })
    .join('\n');
}

/** Padded with blanks to a width, on the right or, for numbers, on the left. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? text + blanks : blanks + text;
}
