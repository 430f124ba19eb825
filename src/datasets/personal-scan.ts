import type { Text } from '../ground/language.ts';
import { findPersonal } from '../text/personal/find.ts';
import { PERSONAL_KINDS, type PersonalKind, type PersonalSpan } from '../text/personal/kinds.ts';

/** Where a text was read. */
export interface ScannedPlace {
  readonly file: string;
  /** 1-based. */
  readonly line?: number;
  readonly id?: string;
  /** Which text of its record, from 0. */
  readonly text: number;
}

/** The location of personal data: UTF-16 offsets, `end` exclusive; never its text. */
export interface PersonalPlace extends ScannedPlace {
  readonly start: number;
  readonly end: number;
}

/** Likely personal data in texts. */
export interface PersonalReport {
  readonly texts: number;
  /** Texts with any. */
  readonly touched: number;
  readonly kinds: readonly {
    readonly kind: PersonalKind;
    readonly meaning: Text;
    readonly count: number;
    readonly texts: number;
    /** The first of them. */
    readonly places: readonly PersonalPlace[];
  }[];
}

/** Places of one kind that are listed; the rest are counted. */
const LISTED = 100;

/** Looks for personal data in texts one by one, and counts it. */
export function createPersonalScan() {
  const found = new Map<PersonalKind, { count: number; texts: number; places: PersonalPlace[] }>();
  let [texts, touched] = [0, 0];
  return {
    /** The personal data in a text. */
    see(text: string, place: ScannedPlace): readonly PersonalSpan[] {
      const spans = findPersonal(text);
      texts++;
      if (spans.length > 0) touched++;
      for (const kind of new Set(spans.map((span) => span.kind))) {
        const own = spans.filter((span) => span.kind === kind);
        const known = found.get(kind) ?? { count: 0, texts: 0, places: [] };
        known.count += own.length;
        known.texts++;
        for (const { start, end } of own.slice(0, LISTED - known.places.length))
          known.places.push({ ...place, start, end });
        found.set(kind, known);
      }
      return spans;
    },
    report: (): PersonalReport => ({
      ...{ texts, touched },
      kinds: [...found]
        .map(([kind, counts]) => ({ kind, meaning: PERSONAL_KINDS[kind], ...counts }))
        .sort((a, b) => b.count - a.count),
    }),
  };
}
