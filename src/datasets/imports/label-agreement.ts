import { marksOf, type ReadDocument } from './readings.ts';
import type { SettledRecord } from './targets.ts';

/** How far annotators agree on one class or entity type, over all pairs of readings of a record. */
export interface LabelAgreement {
  readonly label: string;
  /** Marks that either of two readings has. */
  readonly marked: number;
  /** Of these, marks that both have; each counts twice, as it is in both. */
  readonly agreed: number;
}

/** Two labels that different readings give to one record, or to one place in it. */
export interface LabelConfusion {
  readonly labels: readonly [string, string];
  readonly count: number;
}

export interface LabelDistribution {
  readonly byLabel: readonly LabelAgreement[];
  readonly confusions: readonly LabelConfusion[];
}

/** Labels, and pairs of labels, that are listed: the most frequent. */
const LISTED = 50;

/** Which labels annotators agree on, and which they take for each other. */
export function labelAgreement(documents: readonly ReadDocument[]): LabelDistribution {
  const byLabel = new Map<string, { marked: number; agreed: number }>();
  const confusions = new Map<string, { labels: readonly [string, string]; count: number }>();
  for (const { readings } of documents) {
    const marks = readings.map(({ record }) => placedMarks(record));
    for (const [i, one] of marks.entries()) {
      for (const other of marks.slice(i + 1)) {
        for (const [place, labels] of one)
          compare(labels, other.get(place) ?? new Set(), byLabel, confusions);
        for (const [place, labels] of other)
          if (!one.has(place)) compare(labels, new Set(), byLabel, confusions);
      }
    }
  }
  return {
    byLabel: [...byLabel]
      .map(([label, counts]) => ({ label, ...counts }))
      .sort((a, b) => b.marked - a.marked)
      .slice(0, LISTED),
    confusions: [...confusions.values()].sort((a, b) => b.count - a.count).slice(0, LISTED),
  };
}

/** Labels by place; classes belong to the record as a whole. */
function placedMarks(record: SettledRecord): Map<string, ReadonlySet<string>> {
  const placed = new Map<string, Set<string>>();
  const add = (place: string, label: string): void => {
    placed.set(place, (placed.get(place) ?? new Set()).add(label));
  };
  for (const label of marksOf.classes(record)) add('', label);
  for (const mark of marksOf.entities(record)) {
    const cut = mark.indexOf(' ');
    add(mark.slice(0, cut), mark.slice(cut + 1));
  }
  return placed;
}

function compare(
  a: ReadonlySet<string>,
  b: ReadonlySet<string>,
  byLabel: Map<string, { marked: number; agreed: number }>,
  confusions: Map<string, { labels: readonly [string, string]; count: number }>,
): void {
  for (const label of new Set([...a, ...b])) {
    const counts = byLabel.get(label) ?? { marked: 0, agreed: 0 };
    const isShared = a.has(label) && b.has(label);
    counts.marked += isShared ? 2 : 1;
    counts.agreed += isShared ? 2 : 0;
    byLabel.set(label, counts);
  }
  for (const one of [...a].filter((label) => !b.has(label))) {
    for (const other of [...b].filter((label) => !a.has(label))) {
      const labels = one < other ? ([one, other] as const) : ([other, one] as const);
      const known = confusions.get(labels.join('\u0001')) ?? { labels, count: 0 };
      known.count++;
      confusions.set(labels.join('\u0001'), known);
    }
  }
}
