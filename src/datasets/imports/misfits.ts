import type { Text } from '../../ground/language.ts';
import { MISFITS, type Misfit, type MisfitCode } from './raw.ts';

/** How many misfits of one kind there are, and the first of them. */
export interface MisfitCount {
  readonly code: MisfitCode;
  readonly count: number;
  readonly meaning: Text;
  readonly examples: readonly Omit<Misfit, 'code'>[];
}

/** Misfits of one kind that are listed; the rest are counted. */
const LISTED = 20;

/** Counts misfits by kind, and keeps the first of each; without ids and readings where text must not be kept. */
export function createMisfits(keepsText = true) {
  const found = new Map<MisfitCode, { count: number; examples: Omit<Misfit, 'code'>[] }>();
  return {
    add({ code, ...given }: Misfit): void {
      const { id, readings, ...place } = given;
      const example = keepsText ? given : place;
      const known = found.get(code) ?? { count: 0, examples: [] };
      known.count++;
      if (known.examples.length < LISTED) known.examples.push(example);
      found.set(code, known);
    },
    counts: (): MisfitCount[] =>
      [...found].map(([code, { count, examples }]) => ({ code, count, meaning: MISFITS[code], examples })),
  };
}
