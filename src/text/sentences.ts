/** A stretch of a text in UTF-16 code units, `end` exclusive. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

const STOPS = '。！？!?…';
const CLOSERS = '”’」』）】》)]"\'';
const isSpace = (unit: string): boolean => /\s/.test(unit);
const isDigitOrLetter = (unit: string | undefined): boolean => unit !== undefined && /[0-9A-Za-z]/.test(unit);

/**
 * The sentences of a Chinese text, in order, without surrounding white space: every other character is in exactly one. A
 * sentence ends after 。！？!?… (a run of them counts once, with quotes and brackets that close behind it), after a full stop
 * that is not a decimal point or part of a name, and at a line end.
 */
export function splitSentences(text: string): Stretch[] {
  const sentences: Stretch[] = [];
  let start = 0;
  const close = (end: number): void => {
    let from = start;
    let to = end;
    while (from < to && isSpace(text[from])) from++;
    while (to > from && isSpace(text[to - 1])) to--;
    if (to > from) sentences.push({ start: from, end: to });
    start = end;
  };
  for (let i = 0; i < text.length; i++) {
    const unit = text[i];
    if (unit === '\n' || unit === '\r' || unit === '\u2028' || unit === '\u2029') close(i + 1);
    else if (STOPS.includes(unit) || isFullStop(text, i)) {
      let end = i + 1;
      while (end < text.length && (STOPS.includes(text[end]) || text[end] === '.')) end++;
      const stopped = end;
      while (end < text.length && CLOSERS.includes(text[end])) end++;
      // An opening quote of the ASCII kind belongs to what follows it.
      if (
        end > stopped &&
        (text[end - 1] === '"' || text[end - 1] === "'") &&
        isOpening(text, end - 1, start)
      )
        end--;
      close(end);
      i = end - 1;
    }
  }
  close(text.length);
  return sentences;
}

/** A Western full stop: not inside a number, a name, a list number, an abbreviation or an address. */
function isFullStop(text: string, at: number): boolean {
  if (text[at] === '．') return !isDigitOrLetter(text[at + 1]) && !/[0-9０-９]/.test(text[at - 1] ?? '');
  if (text[at] !== '.') return false;
  const after = text[at + 1];
  if (after !== undefined && !isSpace(after)) return false;
  return (
    at > 0 &&
    !/[0-9]/.test(text[at - 1]) &&
    !(/[A-Za-z]/.test(text[at - 1]) && !/[A-Za-z]/.test(text[at - 2] ?? ''))
  );
}

/** Whether an ASCII quote opens: an even number of its kind stands before it in the sentence. */
function isOpening(text: string, at: number, from: number): boolean {
  let before = 0;
  for (let i = from; i < at; i++) if (text[i] === text[at]) before++;
  return before % 2 === 0;
}
