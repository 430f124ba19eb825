import { EXIT, UserError } from '../ground/errors.ts';
import type { Invocation } from './command.ts';

/** The number that an option holds, between two bounds, both included; throws a UserError (usage) otherwise. */
export function numberOption(
  options: Invocation['options'],
  name: string,
  least: number,
  most: number,
  kind: 'whole' | 'any' = 'any',
): number {
  const value = options[name] === '' ? Number.NaN : Number(options[name]);
  if (value >= least && value <= most && (kind === 'any' || Number.isInteger(value))) return value;
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new UserError(
    'bad-number',
    `${flag}: "${options[name]}" is not a ${kind === 'whole' ? 'whole ' : ''}number`,
    {
      hint: `Give one from ${least} to ${most}.`,
      exitCode: EXIT.usage,
    },
  );
}

/** One of several words; throws a UserError (usage) otherwise. */
export function choiceOption<T extends string>(
  options: Invocation['options'],
  name: string,
  choices: readonly T[],
): T {
  const found = choices.find((choice) => choice === options[name]);
  if (found) return found;
  throw new UserError('bad-choice', `--${name}: "${options[name]}" is none of its values`, {
    hint: `Give one of ${choices.join(', ')}.`,
    exitCode: EXIT.usage,
  });
}
