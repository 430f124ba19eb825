/** The table of goals at the top of the page: targets and measurements. */
import { type Goal, type Result, type Section, seconds, table, times } from './section.ts';

/** The current result of a section and its earlier ones, latest first. */
export interface Measured {
  readonly section: Section;
  readonly result: Result;
  readonly earlier: readonly Result[];
}

const UNITS: Readonly<Record<Goal['unit'], (value: number) => string>> = {
  times,
  percent: (value) => `${value.toFixed(1)} %`,
  seconds,
  MiB: (value) => `${Math.round(value)} MiB`,
  MB: (value) => `${Math.round(value)} MB`,
};

const isMet = ({ measured, goal, atMost = false }: Goal): boolean =>
  atMost ? measured <= goal : measured >= goal;

export const dateOf = ({ date }: Result): string => String(date).slice(0, 10);

/** The processor of a result; early results recorded only the vendor. */
export const processorOf = ({ processor, cpu, hardware }: Result): string =>
  String(processor ?? `${cpu ?? hardware?.cpu ?? hardware ?? ''}, model not recorded`).replace(/^, /, '');

/** The goals of an earlier result; none if its format is outdated. */
function earlierGoals({ goals }: Section, result: Result): readonly Goal[] {
  try {
    return goals?.(result) ?? [];
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return [];
  }
}

/** The latest earlier result from each other processor. */
function onOthers({ result, earlier }: Measured): Result[] {
  const latest = new Map<string, Result>();
  for (const one of earlier) if (!latest.has(processorOf(one))) latest.set(processorOf(one), one);
  latest.delete(processorOf(result));
  return [...latest.values()];
}

const outcome = (goal: Goal): string =>
  `${UNITS[goal.unit](goal.measured)}, ${isMet(goal) ? 'met' : 'missed'}`;

/** The anchor of a heading. */
const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');

/** A row per goal. */
export function goalLines(all: readonly Measured[]): string[] {
  const split: string[] = [];
  const rows = all.flatMap((one) => {
    const { section, result } = one;
    const others = onOthers(one).map((other) => ({ other, goals: earlierGoals(section, other) }));
    return (section.goals?.(result) ?? []).map((goal) => {
      const elsewhere = others.flatMap(({ other, goals }) => {
        const same = goals.find(({ what }) => what === goal.what);
        return same ? [{ same, at: `${processorOf(other)}, ${dateOf(other)}` }] : [];
      });
      if (elsewhere.some(({ same }) => isMet(same) !== isMet(goal))) split.push(goal.what);
      return [
        `[${goal.what}](#${anchorOf(section.title)})`,
        `${goal.atMost ? 'at most' : 'at least'} ${UNITS[goal.unit](goal.goal)}`,
        UNITS[goal.unit](goal.measured),
        isMet(goal) ? 'met' : '**missed**',
        `${processorOf(result)}, ${dateOf(result)}`,
        elsewhere.map(({ same, at }) => `${outcome(same)} (${at})`).join('; '),
      ];
    });
  });
  const isIntel = all.some(({ result, earlier }) =>
    [result, ...earlier].some((one) => processorOf(one).includes('Intel')),
  );
  return [
    '## Goals',
    '',
    ...table(
      ['goal', 'target', 'measured', '', 'processor and date', 'other processors, code as of that date'],
      rows,
    ),
    '',
    [
      'Wall time on two threads unless stated otherwise.',
      split.length === 0 ? '' : `Met on one processor but missed on another: ${split.join('; ')}.`,
      isIntel
        ? ''
        : 'The PyTorch targets were set for an Intel processor with AVX-512, which was not available.',
    ]
      .filter((sentence) => sentence !== '')
      .join(' '),
    '',
  ];
}
