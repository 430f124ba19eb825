import type { Text } from '../ground/language.ts';
import type { ParameterSpecs, Parsed } from '../ground/parameters.ts';
import type { Terminal } from './terminal.ts';
import { optionSpecs, parseOptions } from './typed-options.ts';

export interface OptionSpec {
  /** Commander's notation: `--seed <list>`, `--force`. */
  readonly flags: string;
  readonly summary: Text;
  readonly default?: string;
}

/** What a command is called with. */
export interface Invocation {
  /** Positional arguments, in order. */
  readonly operands: readonly string[];
  /** By the flag's name in camelCase; absent when not given and without a default. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C: long work checks it. */
  readonly signal: AbortSignal;
}

/**
 * One command. The file that declares it imports nothing heavy: `run` imports the room below
 * that does the work, so that `--help` stays fast.
 */
export interface CommandSpec {
  readonly name: string;
  readonly summary: Text;
  /** Commander's notation, e.g. `[task...]`. */
  readonly operands?: string;
  readonly options?: readonly OptionSpec[];
  /** Lines that a reader can paste. */
  readonly examples: readonly string[];
  /** What is still done after Ctrl-C: a clause that follows a colon. Default: the current step. */
  readonly finishing?: Text;
  readonly subcommands?: readonly CommandSpec[];
  run?(invocation: Invocation): Promise<void>;
}

/** What a command with typed options is called with. */
export interface TypedInvocation<S extends ParameterSpecs> extends Omit<Invocation, 'options'> {
  readonly options: Parsed<S>;
}

/** A command whose options are parameters: flags, help, defaults and bounds come from them, typed values go to `run`. */
export interface TypedCommand<S extends ParameterSpecs> extends Omit<CommandSpec, 'options' | 'run'> {
  /** By camelCase name; shared ones stand in `options.ts`. */
  readonly options: S;
  run(invocation: TypedInvocation<S>): Promise<void>;
}

/** A command from its typed options. */
export function defineCommand<S extends ParameterSpecs>(command: TypedCommand<S>): CommandSpec {
  const { options, run, ...rest } = command;
  return {
    ...rest,
    options: optionSpecs(options),
    run: (invocation) => run({ ...invocation, options: parseOptions(options, invocation.options) }),
  };
}

/** A flag that takes a comma-separated list. */
export function listOption(value: string | boolean | undefined): string[] {
  return typeof value === 'string'
    ? value
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean)
    : [];
}
