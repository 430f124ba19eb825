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
