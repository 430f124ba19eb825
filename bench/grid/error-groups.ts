import { sharedCharacters } from '../../src/models/shared/terms/likeness.ts';
import type { Answers, Shown } from '../../src/report/run-errors.ts';
import { fold } from '../../src/tasks/families/view.ts';
import type { Group, WrongGroup } from './errors-kept.ts';

const MOST_CONFUSIONS = 6;
/** Upper bounds of the bands of shared characters, exclusive except the last. */
const BANDS = [0.25, 0.5, 0.75, 1];

/** Boundary errors of predictions that overlap gold of the same class. */
export function boundaries(shown: Shown, answers: Answers): Group[] {
  const counts = new Map<string, number>();
  answers.aligned.forEach((pairs, i) => {
    for (const { gold, answer, equal } of pairs) {
      if (equal || gold === undefined || answer === undefined) continue;
      const [a, b] = [shown.gold[i].elements[gold].span, answers.sides[i]!.elements[answer].span];
      if (!a || !b || (a.start === b.start && a.end === b.end)) continue;
      const longer = b.start <= a.start && b.end >= a.end;
      const shorter = b.start >= a.start && b.end <= a.end;
      add(counts, longer ? 'longer than gold' : shorter ? 'shorter than gold' : 'shifted');
    }
  });
  return sorted(counts);
}

/** Confused classes, of an element or of an example. */
export function confusions(shown: Shown, answers: Answers): Group[] {
  const counts = new Map<string, number>();
  answers.aligned.forEach((pairs, i) => {
    for (const { gold, answer } of pairs) {
      if (gold === undefined || answer === undefined) continue;
      const [a, b] = [shown.gold[i].elements[gold].label, answers.sides[i]!.elements[answer].label];
      if (a !== b) add(counts, `${a} → ${b}`);
    }
  });
  return sorted(counts).slice(0, MOST_CONFUSIONS);
}

/** Pairs of texts by gold and by the share of characters in common; undefined if examples are not pairs. */
export function pairOverlap({ blocks, gold }: Shown, { errors }: Answers): WrongGroup[] | undefined {
  if (gold.some(({ values, elements }, i) => values || blocks[i].length !== 2 || elements.length !== 1))
    return undefined;
  const groups = new Map<string, { count: number; wrong: number }>();
  const labels = [...new Set(gold.map(({ elements: [{ label }] }) => label))].sort();
  for (const label of labels)
    for (const [k, end] of BANDS.entries())
      groups.set(nameOf(label, k === 0 ? 0 : BANDS[k - 1], end), { count: 0, wrong: 0 });
  blocks.forEach(([a, b], i) => {
    const share = shared(a.text, b.text);
    const k = Math.max(
      0,
      BANDS.findIndex((end) => share < end || end === 1),
    );
    const group = groups.get(nameOf(gold[i].elements[0].label, k === 0 ? 0 : BANDS[k - 1], BANDS[k]))!;
    group.count++;
    if (errors[i].length > 0) group.wrong++;
  });
  return [...groups].flatMap(([group, { count, wrong }]) => (count > 0 ? { group, count, wrong } : []));
}

const nameOf = (label: string, from: number, to: number): string =>
  `gold ${label}, ${100 * from}–${100 * to} %`;

/** Queries by the rank of the first document with the highest grade, ties counted against it; none if examples are not rankings. */
export function places(shown: Shown, { sides }: Answers): Group[] {
  const counts = new Map<string, number>();
  shown.gold.forEach(({ values: grades = [] }, i) => {
    const right = rightOf(grades);
    if (right.every(Boolean)) return;
    const scores = sides[i]?.values ?? [];
    const top = Math.max(...scores.filter((_, k) => right[k]));
    const before = scores.filter((score, k) => !right[k] && score >= top).length;
    add(counts, before < 2 ? `${before + 1}` : '3 or later');
  });
  return sorted(counts);
}

/** Queries by which document shares more characters with them; undefined if examples are not rankings. */
export function rankingOverlap({ blocks, gold }: Shown, { errors }: Answers): WrongGroup[] | undefined {
  if (gold.some(({ values }) => !values)) return undefined;
  const groups = new Map<string, { count: number; wrong: number }>();
  gold.forEach(({ values: grades = [] }, i) => {
    const right = rightOf(grades);
    if (right.every(Boolean)) return;
    const [query, ...documents] = blocks[i];
    const own = documents.map(({ text }) => shared(query.text, text));
    const [best, worse] = [true, false].map((is) => Math.max(...own.filter((_, k) => right[k] === is)));
    const more = best > worse ? 'a right document' : best < worse ? 'a wrong document' : 'both';
    const found = groups.get(more) ?? { count: 0, wrong: 0 };
    found.count++;
    if (errors[i].length > 0) found.wrong++;
    groups.set(more, found);
  });
  return [...groups].map(([more, counts]) => ({ group: `most in ${more}`, ...counts }));
}

/** Which documents have the highest grade. */
function rightOf(grades: readonly number[]): boolean[] {
  const highest = Math.max(...grades);
  return grades.map((grade) => grade === highest);
}

/** Dice coefficient of the multisets of characters of two texts. */
function shared(a: string, b: string): number {
  const [one, other] = [fold(a), fold(b)];
  return (2 * sharedCharacters(one, other)) / Math.max(1, [...one].length + [...other].length);
}

const add = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};
const sorted = (counts: ReadonlyMap<string, number>): Group[] =>
  [...counts].map(([group, count]) => ({ group, count })).sort((a, b) => b.count - a.count);
