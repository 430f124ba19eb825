import { describe, expect, it } from 'vitest';
import { mostCentral, windowsOf } from './windows.ts';

describe('windowsOf', () => {
  it('leaves a text that fits whole', () => {
    expect(windowsOf(5, 5, 2)).toEqual([{ start: 0, end: 5 }]);
    expect(windowsOf(0, 5, 2)).toEqual([{ start: 0, end: 0 }]);
  });

  it('covers every token with full windows that overlap enough', () => {
    for (let count = 6; count < 60; count++) {
      const windows = windowsOf(count, 10, 4);
      expect(windows[0].start).toBe(0);
      expect(windows.at(-1)!.end).toBe(count);
      for (const [i, { start, end }] of windows.entries()) {
        expect(end - start).toBe(Math.min(10, count));
        if (i > 0) expect(windows[i - 1].end - start).toBeGreaterThanOrEqual(4);
      }
    }
  });
});

describe('mostCentral', () => {
  it('gives every token to the window that shows most around it', () => {
    const windows = [
      { start: 0, end: 6 },
      { start: 3, end: 9 },
    ];
    expect([...mostCentral(windows, 9)]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1]);
  });
});
