import { Command, CommanderError } from 'commander';
import { EXIT, formatPlace, UserError } from '../ground/errors.ts';
import { detectLanguage, LANGUAGES, languageOf, type Text } from '../ground/language.ts';
import { inert } from '../ground/show.ts';
import { version } from '../ground/version.ts';
import type { CommandSpec } from './command.ts';
import { commands } from './commands.ts';
import { configure, optionOf } from './help.ts';
import { createTerminal, type Terminal, widthOf } from './terminal.ts';
import { type OptionSpec, optionSpecs, readOptions } from './typed-options.ts';
import { usageError } from './usage.ts';

/** Options of every command; they may also precede it. */
const COMMON_OPTIONS: readonly OptionSpec[] = [
  { flags: '--json', summary: { en: 'print JSON', zh: '以 JSON 输出' } },
  { flags: '--quiet', summary: { en: 'print results only', zh: '只输出结果' } },
  {
    flags: '--lang <language>',
    summary: { en: 'en or zh (default: your locale)', zh: 'en 或 zh（默认随系统语言）' },
  },
];

/**
 * Runs one command line and returns its exit code; never throws.
 * The environment is read here and nowhere below, except by `resolveDataDir`.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const ending = argv.indexOf('--');
  const flags = ending < 0 ? argv : argv.slice(0, ending);
  const asked = languageFlag(flags);
  const terminal = createTerminal({
    language: languageOf(asked ?? '') ?? detectLanguage(process.env),
    json: flags.some((flag) => flag === '--json' || flag.startsWith('--json=')),
    quiet: flags.includes('--quiet'),
    stdout: process.stdout,
    stderr: process.stderr,
    width: widthOf(process.stdout, process.env),
  });
  const interruption = new AbortController();
  const interrupt = (): void => interruptWith(interruption, terminal, flags);
  const closed = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  process.stdout.on('error', closed);
  try {
    if (asked !== undefined && languageOf(asked) === undefined) throw unknownLanguage(asked);
    await buildProgram(terminal, interruption.signal).parseAsync(argv, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    // A wait or a request that was cut short says so in its own words.
    const { aborted, reason } = interruption.signal;
    const cause = aborted && error instanceof Error && error.name === 'AbortError' ? reason : error;
    return report(cause instanceof CommanderError ? explain(cause, argv, terminal) : cause, terminal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    process.stdout.off('error', closed);
  }
}

const FINISHING: Text = { en: 'finishing the current step', zh: '正在完成当前步骤' };

/** The first Ctrl-C is acknowledged and lets the current step end, if there is anything to finish; the second ends the process. */
function interruptWith(interruption: AbortController, terminal: Terminal, argv: readonly string[]): void {
  const { endsAtOnce, finishing = FINISHING } = specOf(argv).at(-1) ?? {};
  if (endsAtOnce || interruption.signal.aborted) {
    // A progress bar hides the cursor and cannot be stopped from here.
    if (process.stderr.isTTY) process.stderr.write('\x1b[?25h');
    process.exit(EXIT.interrupted);
  }
  const { en, zh } = finishing;
  terminal.alert({
    en: `Interrupted: ${en}. Press Ctrl-C again to stop immediately.`,
    zh: `已收到中断：${zh}。再按一次 Ctrl-C 立即退出。`,
  });
  interruption.abort(
    new UserError(
      'interrupted',
      { en: 'Interrupted', zh: '已中断' },
      {
        hint: { en: 'Run the same command again to resume.', zh: '再次执行同一命令即可继续。' },
        exitCode: EXIT.interrupted,
      },
    ),
  );
}

/** The last value of `--lang`; undefined where it is not given, or lacks its value, which the parser reports. */
function languageFlag(argv: readonly string[]): string | undefined {
  const at = argv.findLastIndex((part) => part === '--lang' || part.startsWith('--lang='));
  if (at < 0) return undefined;
  return argv[at] === '--lang' ? argv[at + 1] : argv[at].slice('--lang='.length);
}

const unknownLanguage = (asked: string): UserError =>
  new UserError(
    'unknown-language',
    { en: `There is no language "${asked}"`, zh: `没有语言“${asked}”` },
    {
      hint: {
        en: `Use --lang ${LANGUAGES.join(' or --lang ')}.`,
        zh: `请使用 --lang ${LANGUAGES.join(' 或 --lang ')}。`,
      },
      exitCode: EXIT.usage,
    },
  );

function buildProgram(terminal: Terminal, signal: AbortSignal): Command {
  const { language, say } = terminal;
  const program = configure(new Command('chineseblue'), terminal)
    .description(
      say({
        en: 'Evaluate models of Chinese biomedical language: corpora, exact metrics, baselines, BERT.',
        zh: '中文生物医学语言理解评测：语料、精确指标、基线模型与 BERT 微调。',
      }),
    )
    .version(version(), '-V, --version', say({ en: 'print the version', zh: '显示版本号' }));
  for (const option of COMMON_OPTIONS) program.addOption(optionOf(option, language));
  for (const spec of commands) program.addCommand(buildCommand(spec, terminal, signal));
  return program;
}

function buildCommand(spec: CommandSpec, terminal: Terminal, signal: AbortSignal): Command {
  const { language } = terminal;
  const command = configure(new Command(spec.name), terminal).description(spec.summary[language]);
  if (spec.operands) command.arguments(spec.operands);
  const options = spec.options ?? {};
  for (const option of [...optionSpecs(options), ...COMMON_OPTIONS]) {
    command.addOption(optionOf(option, language));
    if (option.negation) command.addOption(optionOf(option.negation, language));
  }
  for (const child of spec.subcommands ?? []) command.addCommand(buildCommand(child, terminal, signal));
  const title = { en: 'Example:', zh: '示例：' }[language];
  command.addHelpText('after', `\n${title}\n${spec.examples.map((line) => `  $ ${line}`).join('\n')}`);
  if (spec.run) {
    const { run } = spec;
    command.action(async () => {
      const { args: operands } = command;
      const options = readOptions(spec, { ...command.opts(), json: terminal.json });
      await run({ operands, options, terminal, signal });
    });
  }
  return command;
}

/** What a message of the parser means: a UserError, or its exit code where help or the version was printed. */
function explain(error: CommanderError, argv: readonly string[], { json }: Terminal): UserError | number {
  if (error.exitCode === 0) return EXIT.ok;
  const path = pathOf(argv);
  if (error.code !== 'commander.help') return usageError(error, path.join(' '));
  if (!json) return EXIT.usage;
  return new UserError(
    'command-missing',
    { en: 'A command is missing', zh: '缺少命令' },
    {
      hint: {
        en: `\`${path.join(' ')} --help\` lists them.`,
        zh: `命令列表见 \`${path.join(' ')} --help\`。`,
      },
      exitCode: EXIT.usage,
    },
  );
}

/** The names of the command that a command line names, from the program down. */
const pathOf = (argv: readonly string[]): string[] => [
  'chineseblue',
  ...specOf(argv).map(({ name }) => name),
];

/** The command that a command line names, after the commands that it belongs to. */
function specOf(argv: readonly string[]): CommandSpec[] {
  const path: CommandSpec[] = [];
  let level: readonly CommandSpec[] = commands;
  for (const part of argv) {
    const found = level.find(({ name }) => name === part);
    if (!found) continue;
    path.push(found);
    level = found.subcommands ?? [];
  }
  return path;
}

/** Says on standard error what went wrong, and returns the exit code. */
function report(error: unknown, terminal: Terminal): number {
  if (typeof error === 'number') return error;
  const write = (line: string): void => void process.stderr.write(`${inert(line)}\n`);
  const writeJson = (fields: object): void => write(JSON.stringify({ error: fields }));
  if (error instanceof UserError) {
    const { code, place } = error;
    const [message, hint] = [terminal.say(error.text), terminal.say(error.hintText)];
    if (terminal.json) writeJson({ code, message, ...place, hint });
    else {
      const where = formatPlace(place, terminal.language);
      write(`${where ? `${where}: ` : ''}${message} [${code}]${hint ? `\n  ${hint}` : ''}`);
    }
    return error.exitCode;
  }
  const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (terminal.json) writeJson({ code: 'internal', message: fault });
  else
    write(`${terminal.say({ en: 'Internal error (please report):', zh: '内部错误（请反馈）：' })}\n${fault}`);
  return EXIT.internal;
}
