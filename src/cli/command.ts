import type { Text } from '../ground/language.ts';
import type { ParameterSpecs, Parsed } from '../ground/parameters.ts';
import type { Terminal } from './terminal.ts';

/** What a command is called with. */
export interface Invocation<S extends ParameterSpecs = ParameterSpecs> {
  /** Positional arguments, in order. */
  readonly operands: readonly string[];
  /** The options that the command declares, as typed values. No command reads the raw arguments. */
  readonly options: Parsed<S>;
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C: long work checks it. */
  readonly signal: AbortSignal;
}

type Names<S> = readonly (keyof S & string)[];

/**
 * One command. The file that declares it imports nothing heavy: `run` imports the room below
 * that does the work, so that `--help` stays fast.
 */
export interface CommandSpec<S extends ParameterSpecs = ParameterSpecs> {
  readonly name: string;
  readonly summary: Text;
  /** Commander's notation, e.g. `[task...]`. */
  readonly operands?: string;
  /** By camelCase name: flags, help, defaults and bounds come from them. Shared ones are in `options.ts`. */
  readonly options?: S;
  /** Options that require another one, or one of several: without it they are rejected. */
  readonly needs?: { readonly [Name in keyof S & string]?: Names<S> };
  /** Options that exclude others, or `--json`: together they are rejected. */
  readonly excludes?: { readonly [Name in keyof S & string]?: readonly ((keyof S & string) | 'json')[] };
  /** Lines that a reader can paste. */
  readonly examples: readonly string[];
  /** What is still done after Ctrl-C: a clause that follows a colon. Default: the current step. */
  readonly finishing?: Text;
  /** Writes no files and has nothing to finish: Ctrl-C ends it at once. Otherwise `run` observes its signal. */
  readonly endsAtOnce?: true;
  readonly subcommands?: readonly CommandSpec[];
  run?(invocation: Invocation<S>): Promise<void>;
}

/** A command whose `run` takes its options with the types that their specs give. */
export const defineCommand = <S extends ParameterSpecs = Record<never, never>>(
  command: CommandSpec<S>,
): CommandSpec => command;
