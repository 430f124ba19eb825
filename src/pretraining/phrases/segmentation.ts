import { buildAutomaton, eachMatch } from '../../text/aho-corasick.ts';
import { type PhraseText, textOf } from './text.ts';

/** A phrase and its quality, 0 to 1. */
export interface Segment {
  readonly text: string;
  readonly quality: number;
  readonly count: number;
}

const ROUNDS = 3;
/** Count that a phrase without any segment in one round has in the next. */
const MIN_COUNT = 0.1;
const BLOCK = 1 << 16;

/**
 * How often each phrase is a segment of the most likely segmentation of the text (phrasal segmentation: Liu et al. 2015,
 * Shang et al. 2018): every stretch between breaks is split into phrases and single characters so that the product of
 * segment probability and quality is largest; probabilities are re-estimated from the result.
 * Fragments such as 消化不 of 消化不良 lose their occurrences to the whole phrase.
 */
export function countSegments({ units, letters }: PhraseText, phrases: readonly Segment[]): Float64Array {
  const automaton = buildAutomaton(phrases.map(({ text }) => text));
  const single = new Float64Array(0x10000);
  for (let i = 0; i < units.length; i++) single[units[i]]++;
  const singleCost = single.map((count) => (count > 0 ? Math.log(letters / count) : 0));
  let counts = Float64Array.from(phrases, ({ count }) => count);
  for (let round = 0; round < ROUNDS; round++) {
    const cost = counts.map(
      (count, i) =>
        Math.log(letters / Math.max(count, MIN_COUNT)) - Math.log(Math.max(phrases[i].quality, 1e-6)),
    );
    const next = new Float64Array(phrases.length);
    eachStretch(units, (stretch) => {
      const best = new Float64Array(stretch.length + 1).fill(Number.POSITIVE_INFINITY);
      const phraseAt = new Int32Array(stretch.length + 1).fill(-1);
      best[0] = 0;
      let done = 0;
      const advance = (to: number): void => {
        for (; done < to; done++) {
          const alone = best[done] + singleCost[stretch.charCodeAt(done)];
          if (alone < best[done + 1]) {
            best[done + 1] = alone;
            phraseAt[done + 1] = -1;
          }
        }
      };
      // Matches arrive in order of their ends: whatever ends earlier is final.
      eachMatch(automaton, stretch, (start, end, phrase) => {
        advance(end - 1);
        const whole = best[start] + cost[phrase];
        if (whole < best[end]) {
          best[end] = whole;
          phraseAt[end] = phrase;
        }
      });
      advance(stretch.length);
      for (let end = stretch.length; end > 0; ) {
        const phrase = phraseAt[end];
        if (phrase >= 0) next[phrase]++;
        end -= phrase >= 0 ? phrases[phrase].text.length : 1;
      }
    });
    counts = next;
  }
  return counts;
}

/** Calls `visit` with every run of letters, in blocks where it is long. */
function eachStretch(units: Uint16Array, visit: (stretch: string) => void): void {
  for (let from = 0; from < units.length; ) {
    let to = from;
    while (to < units.length && units[to] !== 0 && to - from < BLOCK) to++;
    if (to > from) visit(textOf(units, from, to));
    from = to === from ? to + 1 : to;
  }
}
