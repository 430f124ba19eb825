/** A part of a text, by tokens: `end` exclusive. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/**
 * Windows of at most `size` tokens that cover a text of `count`, neighbours sharing at least `overlap`; the last one is
 * moved back so that it is full. A text that fits is one window.
 */
export function windowsOf(count: number, size: number, overlap: number): Window[] {
  if (count <= size) return [{ start: 0, end: count }];
  const pieces = Math.ceil((count - overlap) / (size - overlap));
  return Array.from({ length: pieces }, (_, i) => {
    const start = Math.round((i * (count - size)) / (pieces - 1));
    return { start, end: start + size };
  });
}

/** For every token, the number of the window in which it is farthest from an edge that is not an end of the text. */
export function mostCentral(windows: readonly Window[], count: number): Int32Array {
  const chosen = new Int32Array(count);
  for (let token = 0; token < count; token++) {
    let best = -1;
    for (const [i, { start, end }] of windows.entries()) {
      if (token < start || token >= end) continue;
      const left = start === 0 ? Number.POSITIVE_INFINITY : token - start;
      const right = end === count ? Number.POSITIVE_INFINITY : end - 1 - token;
      const margin = Math.min(left, right);
      if (margin > best) {
        best = margin;
        chosen[token] = i;
      }
    }
  }
  return chosen;
}
