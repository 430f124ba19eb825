import { EXIT, UserError } from '../ground/errors.ts';
import type { Text } from '../ground/language.ts';
import {
  describeAccepted,
  hintFor,
  INVALID,
  kebab,
  type Parameter,
  type ParameterSpecs,
  type Parsed,
  readValue,
} from '../ground/parameters.ts';
import type { CommandSpec } from './command.ts';

/** A flag in commander's syntax. */
export interface OptionSpec {
  /** `--seed <list>`, `--force`. */
  readonly flags: string;
  readonly summary: Text;
  /** The opposite of a flag that is neither on nor off by default. */
  readonly negation?: OptionSpec;
}

/** The values from commander, by the flag's name in camelCase; absent when not given. `--json` may also precede the command. */
export type GivenOptions = Readonly<Record<string, string | boolean | undefined>>;

/** Placeholders of values in a usage line. */
const PLACEHOLDERS: Readonly<Record<Parameter['type'], string>> = {
  integer: 'n',
  number: 'x',
  boolean: '',
  choice: 'name',
  list: 'list',
  integers: 'list',
  text: 'text',
};

/** Whether an option is written `--no-NAME`: a flag that is on by default. Its summary says what `--no-NAME` does. */
const isNegated = ({ type, default: standard }: Parameter): boolean =>
  type === 'boolean' && standard === true;

/** Whether a flag is neither on nor off by default, so that both `--NAME` and `--no-NAME` have an effect. */
const isOpen = ({ type, default: standard }: Parameter): boolean =>
  type === 'boolean' && standard === undefined;

/** `--learning-rate`, `--no-next-sentence`: how an option is written on the command line. */
const flagOf = (name: string, spec: Parameter): string => `--${isNegated(spec) ? 'no-' : ''}${kebab(name)}`;

/** The flags of commander and their help, from parameters: one source for flag, bounds, default and type. */
export function optionSpecs(specs: ParameterSpecs): OptionSpec[] {
  return Object.entries(specs).map(([name, spec]) => {
    const placeholder = spec.placeholder ?? PLACEHOLDERS[spec.type];
    const flag = flagOf(name, spec);
    const negation = isOpen(spec)
      ? { flags: `--no-${kebab(name)}`, summary: { en: `the opposite of ${flag}`, zh: `与 ${flag} 相反` } }
      : undefined;
    const flags = placeholder === '' ? flag : `${flag} <${placeholder}>`;
    return { flags, summary: describeOption(spec), negation };
  });
}

/** Summary, then accepted values and default: `updates in all (from 1; default: 10000)`. */
export function describeOption(spec: Parameter): Text {
  const { required, type, default: standard } = spec;
  const summary = unended(spec.summary);
  const range = describeRange(spec);
  const needed = { en: 'required', zh: '必填' };
  const hasDefault = standard !== undefined && type !== 'boolean' && String(standard) !== '';
  const usual = hasDefault ? { en: `default: ${standard}`, zh: `默认 ${standard}` } : undefined;
  const facts = [range, usual, required && !usual ? needed : undefined].filter((fact) => fact !== undefined);
  if (facts.length === 0) return summary;
  return {
    en: `${summary.en} (${facts.map(({ en }) => en).join('; ')})`,
    zh: `${summary.zh}（${facts.map(({ zh }) => zh).join('；')}）`,
  };
}

/** Parameters of models are described in sentences, options without a stop at the end. */
const unended = ({ en, zh }: Text): Text => ({ en: en.replace(/\.$/, ''), zh: zh.replace(/。$/, '') });

/** Bounds or choices as short as they can be read. */
function describeRange({ min, max, choices = [] }: Parameter): Text | undefined {
  if (choices.length > 0) return { en: choices.join(', '), zh: choices.join('、') };
  if (min !== undefined && max !== undefined) return { en: `${min} to ${max}`, zh: `${min} 到 ${max}` };
  if (min !== undefined) return { en: `${min} or more`, zh: `不小于 ${min}` };
  return max === undefined ? undefined : { en: `${max} or less`, zh: `不大于 ${max}` };
}

/**
 * The options of a command as typed values, from what commander gives and the defaults. What `specs` do not name
 * (`--json`, `--lang`) is left alone. An option is left out to go without it: an empty value is refused.
 * Throws a UserError (usage): `option-missing` or `bad-option`, which names the flag and what it accepts.
 */
export function parseOptions<S extends ParameterSpecs>(specs: S, given: GivenOptions): Parsed<S> {
  const parsed: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const value = given[name];
    const read = value === undefined ? spec.default : readValue(spec, value);
    if (read === INVALID || (value !== undefined && isEmpty(read))) throw badOption(name, spec, value ?? '');
    if (read === undefined && spec.required) throw missingOption(name, spec);
    if (read !== undefined) parsed[name] = read;
  }
  return parsed as Parsed<S>;
}

const isEmpty = (value: unknown): boolean => value === '' || (Array.isArray(value) && value.length === 0);

/** The value of an option that a command needs only in some cases; throws `option-missing` where it is not given. */
export function requireOption<S extends ParameterSpecs, K extends keyof S & string>(
  specs: S,
  options: Parsed<S>,
  name: K,
): NonNullable<Parsed<S>[K]> {
  const value = options[name];
  if (value === undefined || value === null) throw missingOption(name, specs[name]);
  return value;
}

function badOption(name: string, spec: Parameter, value: string | boolean): UserError {
  const flag = flagOf(name, spec);
  if (spec.required && value === '') return missingOption(name, spec);
  const accepted = spec.type === 'text' ? { en: 'non-empty text', zh: '非空文本' } : describeAccepted(spec);
  const shown = spec.secret ? '…' : String(value);
  return new UserError(
    'bad-option',
    {
      en: `${flag} must be ${accepted.en}, not "${shown}"`,
      zh: `${flag} 应为${accepted.zh}，而不是“${shown}”`,
    },
    { hint: hintFor(spec, value), exitCode: EXIT.usage },
  );
}

function missingOption(name: string, spec: Parameter): UserError {
  const flag = flagOf(name, spec);
  const usage = `${flag} <${spec.placeholder ?? PLACEHOLDERS[spec.type]}>`;
  return new UserError(
    'option-missing',
    { en: `${flag} is required`, zh: `缺少选项 ${flag}` },
    {
      hint: {
        en: `Add ${usage}: ${unended(spec.summary).en}.`,
        zh: `请加上 ${usage}：${unended(spec.summary).zh}。`,
      },
      exitCode: EXIT.usage,
    },
  );
}

/**
 * The options of a command, none of which would be ignored. Throws a UserError (usage): those of `parseOptions`, and
 * `options-together` or `option-alone` by what the command says that its options exclude and need.
 */
export function readOptions(
  { options: specs = {}, needs = {}, excludes = {} }: Pick<CommandSpec, 'options' | 'needs' | 'excludes'>,
  given: GivenOptions,
): Parsed<ParameterSpecs> {
  const options = parseOptions(specs, given);
  const isCommon = (name: string): boolean => !Object.hasOwn(specs, name);
  const isGiven = (name: string): boolean =>
    isCommon(name) ? given[name] === true : !isDefault(specs[name], options[name]);
  const flag = (name: string): string => (isCommon(name) ? `--${name}` : flagOf(name, specs[name]));
  for (const [name, others = []] of Object.entries(excludes).filter(([name]) => isGiven(name))) {
    const other = others.find(isGiven);
    if (other !== undefined) throw together(flag(name), flag(other));
  }
  for (const [name, others = []] of Object.entries(needs).filter(([name]) => isGiven(name)))
    if (!others.some(isGiven)) throw alone(flag(name), others.map(flag));
  return options;
}

/**
 * Throws a UserError `option-unread` (usage) where one of some options is given, though what a command turned out to work on
 * has no use for it. `users`: what has one, for the hint.
 */
export function refuseUnread<S extends ParameterSpecs>(
  specs: S,
  options: Parsed<S>,
  names: readonly (keyof S & string)[],
  on: Text,
  users?: Text,
): void {
  const name = names.find((name) => !isDefault(specs[name], options[name]));
  if (name === undefined) return;
  const flag = flagOf(name, specs[name]);
  const others = users
    ? { en: `It applies to ${users.en}. `, zh: `适用范围：${users.zh}。` }
    : { en: '', zh: '' };
  throw new UserError(
    'option-unread',
    { en: `${flag} does not apply to ${on.en}`, zh: `${flag} 不适用于${on.zh}` },
    {
      hint: { en: `${others.en}Leave it out.`, zh: `${others.zh}请去掉该选项。` },
      exitCode: EXIT.usage,
    },
  );
}

/** An option set to its default cannot be distinguished from an omitted one. */
const isDefault = ({ default: standard }: Parameter, value: unknown): boolean =>
  value === undefined || String(value) === String(standard);

const together = (flag: string, other: string): UserError =>
  new UserError(
    'options-together',
    { en: `${flag} cannot be combined with ${other}`, zh: `${flag} 不能与 ${other} 同时使用` },
    { hint: { en: 'Remove one of the two.', zh: '请去掉其中之一。' }, exitCode: EXIT.usage },
  );

const alone = (flag: string, others: readonly string[]): UserError =>
  new UserError(
    'option-alone',
    {
      en: `${flag} requires ${others.join(' or ')}`,
      zh: `${flag} 须与 ${others.join(' 或 ')} 同用`,
    },
    {
      hint: { en: `Remove ${flag}, or add the other option.`, zh: `请去掉 ${flag}，或补上所需选项。` },
      exitCode: EXIT.usage,
    },
  );
