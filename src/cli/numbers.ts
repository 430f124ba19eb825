import { EXIT, UserError } from '../ground/errors.ts';
import { kebab } from '../ground/parameters.ts';
import type { Invocation } from './command.ts';

/** The number that an option holds, between two bounds, both inclusive. Throws a UserError (usage) otherwise. */
export function numberOption(
  options: Invocation['options'],
  name: string,
  least: number,
  most: number,
  kind: 'whole' | 'any' = 'any',
): number {
  const value = options[name] === '' ? Number.NaN : Number(options[name]);
  if (value >= least && value <= most && (kind === 'any' || Number.isInteger(value))) return value;
  const given = options[name];
  const whole = kind === 'whole';
  throw new UserError(
    'bad-number',
    {
      en: `--${kebab(name)}: "${given}" is not a ${whole ? 'whole ' : ''}number from ${least} to ${most}`,
      zh: `--${kebab(name)}：“${given}”不是 ${least} 到 ${most} 之间的${whole ? '整' : ''}数`,
    },
    {
      hint: {
        en: `Give a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`,
        zh: `请给出 ${least} 到 ${most} 之间的${whole ? '整' : ''}数。`,
      },
      exitCode: EXIT.usage,
    },
  );
}

/** The word that an option holds, one of several. Throws a UserError (usage) otherwise. */
export function choiceOption<T extends string>(
  options: Invocation['options'],
  name: string,
  choices: readonly T[],
): T {
  const found = choices.find((choice) => choice === options[name]);
  if (found) return found;
  throw new UserError(
    'bad-choice',
    {
      en: `--${kebab(name)}: "${options[name]}" is not one of its values`,
      zh: `--${kebab(name)}：“${options[name]}”不是可选值`,
    },
    {
      hint: { en: `Use one of ${choices.join(', ')}.`, zh: `可选：${choices.join('、')}。` },
      exitCode: EXIT.usage,
    },
  );
}
