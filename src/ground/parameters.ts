import { EXIT, UserError } from './errors.ts';
import type { Text } from './language.ts';
import { didYouMean, nearest } from './nearest.ts';

/** What a parameter holds as plain data: on the command line, in a record, in a plan that crosses processes. */
export type ParameterValue = number | string | boolean;

/** Parameters as given, by camelCase name; those left out take their default. */
export type GivenParameters = Readonly<Record<string, ParameterValue>>;

/** With `auto` the owner chooses the value; records keep the chosen one. */
export const AUTO = 'auto';
export type Auto = typeof AUTO;

interface Common<T> {
  /** One sentence. */
  readonly summary: Text;
  /** Absent: the parameter is optional, and undefined where it is not given. */
  readonly default?: T;
  /** Must be given where it has no default, and not be empty. */
  readonly required?: boolean;
  /** Stands for the value in a usage line: `file`. Absent: named after the type. */
  readonly placeholder?: string;
  /** Never shown, logged or recorded. */
  readonly secret?: boolean;
  /** It changes how fast the result comes, never the result: not part of a run's identity. */
  readonly speedOnly?: boolean;
  /** It affects how a fitted model answers, not what it learns: a kept model may be loaded with another value. */
  readonly answering?: boolean;
}

/** One parameter: name (its key), type, bounds or choices, default, one sentence. `T` is the type of its parsed value. */
export interface Parameter<T = unknown> extends Common<T> {
  readonly type: 'integer' | 'number' | 'boolean' | 'choice' | 'list' | 'integers' | 'text';
  /** Whether `auto` may be given. */
  readonly auto: boolean;
  /** Smallest and largest value that is accepted. */
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
}

/** The parameters that something takes, by camelCase name. */
export type ParameterSpecs = Readonly<Record<string, Parameter>>;

/** The parsed parameters of a set of specs, by name. */
export type Parsed<S extends ParameterSpecs> = {
  readonly [K in keyof S]: S[K] extends Parameter<infer T> ? T : never;
};

/** The same after the owner replaced every `auto`. */
export type Resolved<S extends ParameterSpecs> = {
  readonly [K in keyof S]: S[K] extends Parameter<infer T> ? Exclude<T, Auto> : never;
};

type Options<V> = Omit<Common<V>, 'default'>;
interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** Builds a parameter; `default: 'auto'` admits `auto`, no default makes it optional unless it is `required`. */
function build<V>(type: Parameter['type']) {
  function parameter<O extends Options<V> & Bounds & { default: V | Auto }>(
    options: O,
  ): Parameter<O['default'] extends Auto ? V | Auto : V>;
  function parameter(options: Options<V> & Bounds & { required: true }): Parameter<V>;
  function parameter(options: Options<V> & Bounds): Parameter<V | undefined>;
  function parameter(options: Options<V> & Bounds & { default?: unknown }): Parameter<unknown> {
    return { ...options, type, auto: options.default === AUTO };
  }
  return parameter;
}

/**
 * A whole number.
 *
 * @example
 * ```ts
 * import { integer } from 'chineseblue';
 *
 * const size = integer({ min: 1, default: 8, summary: { en: 'Texts at once.', zh: '每批文本数。' } });
 * size.default; // 8
 * ```
 */
export const integer = build<number>('integer');

/**
 * Any finite number.
 *
 * @example
 * ```ts
 * import { real } from 'chineseblue';
 *
 * const rate = real({ min: 0, default: 'auto', summary: { en: 'Learning rate.', zh: '学习率。' } });
 * rate.auto; // true
 * ```
 */
export const real = build<number>('number');

/**
 * True or false.
 *
 * @example
 * ```ts
 * import { flag } from 'chineseblue';
 *
 * const lowercase = flag({ default: true, summary: { en: 'Lower the case.', zh: '转为小写。' } });
 * lowercase.default; // true
 * ```
 */
export const flag = build<boolean>('boolean');

/**
 * Free text: a path, a name.
 *
 * @example
 * ```ts
 * import { text } from 'chineseblue';
 *
 * const key = text({ required: true, secret: true, summary: { en: 'Key of the service.', zh: '服务密钥。' } });
 * key.required; // true
 * ```
 */
export const text = build<string>('text');

/**
 * One of several words; no default makes it optional unless it is `required`.
 *
 * @example
 * ```ts
 * import { choice } from 'chineseblue';
 *
 * const loss = choice(['hinge', 'log'], { default: 'log', summary: { en: 'The loss.', zh: '损失函数。' } });
 * loss.choices; // ['hinge', 'log']
 * ```
 */
export function choice<const C extends readonly string[]>(
  choices: C,
  options: Options<C[number]> & ({ default: C[number] } | { required: true }),
): Parameter<C[number]>;
export function choice<const C extends readonly string[]>(
  choices: C,
  options: Options<C[number]>,
): Parameter<C[number] | undefined>;
export function choice(choices: readonly string[], options: Options<string>): Parameter<string | undefined> {
  return { ...options, choices, type: 'choice', auto: false };
}

/**
 * Distinct words or paths separated by commas, each one of `choices` where there are any; empty by default.
 *
 * @example
 * ```ts
 * import { list } from 'chineseblue';
 *
 * const units = list({ choices: ['char', 'word'], summary: { en: 'What is counted.', zh: '统计单位。' } });
 * units.default; // []
 * ```
 */
export function list<C extends string = string>(
  options: Options<readonly C[]> & { choices?: readonly C[]; default?: readonly C[] },
): Parameter<readonly C[]> {
  const standard = options.required ? undefined : [];
  return { default: standard, ...options, type: 'list', auto: false };
}

/** Distinct whole numbers separated by commas: seeds. */
export const integers = (
  options: Options<readonly number[]> & Bounds & { default: readonly number[] },
): Parameter<readonly number[]> => ({ ...options, type: 'integers', auto: false });

/** The same parameter without its default: undefined where it is not given. */
export const withoutDefault = <T>({ default: _, ...spec }: Parameter<T>): Parameter<T | undefined> => spec;

/** `minDf` ↔ `min-df`: camelCase in code and records, kebab-case on the command line. */
export const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
export const camel = (name: string): string =>
  name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** Where parameters belong, for messages: `the model linear`. */
export interface Owner {
  readonly name: Text;
}

/**
 * The parameters of `specs`, from what was given and the defaults. Text is parsed by type.
 * Throws a UserError `unknown-parameter` or `bad-parameter` that names the parameter and what it accepts.
 */
export function parseParameters<S extends ParameterSpecs>(
  specs: S,
  given: GivenParameters,
  owner: Owner,
): Parsed<S> {
  for (const name of Object.keys(given)) if (!Object.hasOwn(specs, name)) throw unknown(specs, name, owner);
  const parsed: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const value = Object.hasOwn(given, name) ? readValue(spec, given[name]) : spec.default;
    if (value === INVALID) throw bad(name, spec, given[name], owner);
    if (value === undefined && spec.required) throw missing(name, spec, owner);
    if (value !== undefined) parsed[name] = value;
  }
  return parsed as Parsed<S>;
}

/** Typed values, where those left out or undefined take their default. `specs` have no required parameter. */
export function withDefaults<S extends ParameterSpecs>(specs: S, given: Partial<Parsed<S>> = {}): Parsed<S> {
  const values = Object.entries(specs).map(([name, spec]) => [name, given[name] ?? spec.default]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Parsed<S>;
}

/** What `readValue` returns for a value that its parameter does not accept. */
export const INVALID = Symbol('invalid');

/** Parses one value by its parameter's type, from text or from plain data; `INVALID` where it is not accepted. */
export function readValue(spec: Parameter, value: ParameterValue): unknown {
  if (spec.auto && value === AUTO) return AUTO;
  switch (spec.type) {
    case 'text':
      return spec.required && value === '' ? INVALID : String(value);
    case 'list': {
      const parts = splitList(value);
      const fits = parts.every((part) => spec.choices?.includes(part) ?? true);
      return fits && !(spec.required && parts.length === 0) ? [...new Set(parts)] : INVALID;
    }
    case 'integers': {
      const numbers = splitList(value).map((part) => readValue({ ...spec, type: 'integer' }, part));
      return numbers.length === 0 || numbers.includes(INVALID) ? INVALID : [...new Set(numbers)];
    }
    case 'choice':
      return spec.choices?.includes(String(value)) ? String(value) : INVALID;
    case 'boolean':
      return String(value) === 'true' ? true : String(value) === 'false' ? false : INVALID;
    default: {
      const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, type } = spec;
      const fits = Number.isFinite(number) && typeof value !== 'boolean' && number >= min && number <= max;
      return fits && (type === 'number' || Number.isSafeInteger(number)) ? number : INVALID;
    }
  }
}

const splitList = (value: ParameterValue): string[] =>
  String(value)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const TYPES: Readonly<Record<Parameter['type'], Text>> = {
  integer: { en: 'a whole number', zh: '整数' },
  number: { en: 'a number', zh: '数' },
  boolean: { en: 'true or false', zh: 'true 或 false' },
  choice: { en: 'one of', zh: '以下之一：' },
  list: { en: 'a comma-separated list', zh: '以逗号分隔的列表' },
  integers: { en: 'a comma-separated list of whole numbers', zh: '以逗号分隔的整数列表' },
  text: { en: 'text', zh: '文本' },
};

/** What a parameter accepts, for people: `a whole number from 1 to 8, or auto`. */
export function describeAccepted({ type, auto, min, max, choices = [] }: Parameter): Text {
  const [of, colon] = type === 'list' ? [' of', '：'] : ['', ''];
  const list =
    choices.length > 0
      ? { en: `${of} ${choices.join(', ')}`, zh: `${colon}${choices.join('、')}` }
      : { en: '', zh: '' };
  const from = min === undefined ? { en: '', zh: '' } : { en: ` from ${min}`, zh: `，不小于 ${min}` };
  const to = max === undefined ? { en: '', zh: '' } : { en: ` to ${max}`, zh: `，不大于 ${max}` };
  const or = auto ? { en: ', or auto', zh: '，或 auto' } : { en: '', zh: '' };
  const parts = [TYPES[type], list, from, to, or];
  return { en: parts.map(({ en }) => en).join(''), zh: parts.map(({ zh }) => zh).join('') };
}

function unknown(specs: ParameterSpecs, name: string, { name: owner }: Owner): UserError {
  const names = Object.keys(specs).map(kebab);
  const close = didYouMean(kebab(name), names);
  return new UserError(
    'unknown-parameter',
    { en: `${owner.en} has no parameter ${kebab(name)}`, zh: `${owner.zh}没有参数 ${kebab(name)}` },
    {
      field: kebab(name),
      hint:
        names.length > 0
          ? {
              en: `${close.en}It has ${names.join(', ')}.`,
              zh: `${close.zh}可用参数：${names.join('、')}。`,
            }
          : { en: 'It has none.', zh: '它没有参数。' },
      exitCode: EXIT.usage,
    },
  );
}

function bad(name: string, spec: Parameter, value: ParameterValue, { name: owner }: Owner): UserError {
  const accepted = describeAccepted(spec);
  const shown = spec.secret ? '…' : String(value);
  return new UserError(
    'bad-parameter',
    {
      en: `${kebab(name)} of ${owner.en.replace(/^The /, 'the ')} is ${accepted.en}, not "${shown}"`,
      zh: `${owner.zh}的参数 ${kebab(name)} 应为${accepted.zh}，而不是“${shown}”`,
    },
    {
      field: kebab(name),
      hint: hintFor(spec, value),
      exitCode: EXIT.usage,
    },
  );
}

/** What to do about a value that is not accepted: the nearest choice, or the default, one sentence each. */
export function hintFor(
  { choices = [], default: standard, required, secret }: Parameter,
  value: ParameterValue,
): Text {
  const wrong = splitList(value).find((part) => !choices.includes(part)) ?? '';
  const close = choices.length > 0 && !secret ? nearest(wrong, choices) : '';
  if (close !== '') return { en: `Did you mean ${close}?`, zh: `是否指 ${close}？` };
  if (standard !== undefined && String(standard) !== '')
    return { en: `Its default is ${standard}.`, zh: `默认值为 ${standard}。` };
  return required
    ? { en: 'It must be given.', zh: '必须给出。' }
    : { en: 'Leave it out if you do not need it.', zh: '不需要时可省略。' };
}

function missing(name: string, spec: Parameter, { name: owner }: Owner): UserError {
  const accepted = describeAccepted(spec);
  return new UserError(
    'parameter-missing',
    {
      en: `${owner.en} needs the parameter ${kebab(name)}: ${accepted.en}`,
      zh: `${owner.zh}缺少参数 ${kebab(name)}：${accepted.zh}`,
    },
    { field: kebab(name), hint: spec.summary, exitCode: EXIT.usage },
  );
}

/** The parameters that decide a result, without secrets: what a record keeps and a run's id derives from. */
export function identityOf(
  specs: ParameterSpecs,
  values: Readonly<Record<string, unknown>>,
): GivenParameters {
  const kept = Object.entries(values).filter(
    ([name, value]) => value !== undefined && !specs[name]?.secret && !specs[name]?.speedOnly,
  );
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1))) as GivenParameters;
}
