import { EXIT, UserError } from '../ground/errors.ts';
import type { Invocation } from './command.ts';
import { textOption } from './options.ts';

/** The number that a flag gives, within its bounds (inclusive). */
export function numberOption(
  options: Invocation['options'],
  name: string,
  bounds: { readonly from: number; readonly to: number; readonly whole?: boolean },
): number {
  const text = textOption(options, name);
  const value = Number(text);
  const { from, to, whole = false } = bounds;
  if (value >= from && value <= to && (!whole || Number.isInteger(value))) return value;
  throw new UserError(
    'bad-number',
    `"${text}" is not a ${whole ? 'whole number' : 'number'} from ${from} to ${to}`,
    {
      field: `--${name}`,
      hint: `Give --${name} such a number.`,
      exitCode: EXIT.usage,
    },
  );
}
