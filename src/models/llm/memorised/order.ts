import type { Label } from '../../../tasks/task.ts';
import { letterOf, rotated } from '../letters.ts';

/** The only separate option letter in an answer, as an id; undefined if there is none or several. */
export function chosenOption(
  answer: string,
  options: readonly Label[],
  rotation: number,
): string | undefined {
  const shown = rotated(options, rotation);
  const letters = new Set(answer.match(/(?<![A-Za-z])[A-Z](?![A-Za-z])/g) ?? []);
  const chosen = shown.filter((_, i) => letters.has(letterOf(i)));
  return chosen.length === 1 ? chosen[0].id : undefined;
}
