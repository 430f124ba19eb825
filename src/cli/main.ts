import { Command, CommanderError, Option } from 'commander';
import { EXIT, formatPlace, UserError } from '../ground/errors.ts';
import { detectLanguage, type Language, type Text } from '../ground/language.ts';
import { version } from '../ground/version.ts';
import type { CommandSpec } from './command.ts';
import { commands } from './commands.ts';
import { createTerminal, type Terminal } from './terminal.ts';

const COMMON_OPTIONS: readonly { flags: string; summary: Text }[] = [
  { flags: '--json', summary: { en: 'print JSON', zh: '以 JSON 输出' } },
  { flags: '--quiet', summary: { en: 'print results only', zh: '只输出结果' } },
  {
    flags: '--lang <language>',
    summary: { en: 'en or zh (default: your locale)', zh: 'en 或 zh（默认随系统语言）' },
  },
];

/** Commander's own headings, in Chinese. */
const HEADINGS: Readonly<Record<string, string>> = {
  'Usage:': '用法：',
  'Options:': '选项：',
  'Commands:': '命令：',
  'Arguments:': '参数：',
};

/**
 * Runs one command line and returns its exit code; never throws.
 * The environment is read here and nowhere below, except by `resolveDataDir`.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const language = detectLanguage(languageFlag(argv), process.env);
  const terminal = createTerminal({
    language,
    json: argv.includes('--json'),
    quiet: argv.includes('--quiet'),
    stdout: process.stdout,
    stderr: process.stderr,
  });
  const interruption = new AbortController();
  const interrupt = (): void => {
    if (interruption.signal.aborted) process.exit(EXIT.interrupted);
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
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
  });
  try {
    const program = describe(new Command('chineseblue'), language)
      .description(
        terminal.say({
          en: 'Evaluate models of Chinese biomedical language: corpora, exact metrics, baselines, BERT.',
          zh: '中文生物医学语言理解评测：语料、精确指标、基线模型与 BERT 微调。',
        }),
      )
      .version(version(), '-V, --version', terminal.say({ en: 'print the version', zh: '显示版本号' }));
    for (const spec of commands) program.addCommand(build(spec, language, terminal, interruption.signal));
    await program.parseAsync(argv, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    return report(error, terminal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function languageFlag(argv: readonly string[]): string | undefined {
  const at = argv.indexOf('--lang');
  return at >= 0 ? argv[at + 1] : argv.find((part) => part.startsWith('--lang='))?.slice('--lang='.length);
}

/** What every level of the command tree shares. */
function describe(command: Command, language: Language): Command {
  return command
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .configureHelp({ styleTitle: (title) => (language === 'zh' ? (HEADINGS[title] ?? title) : title) })
    .helpOption('-h, --help', { en: 'show this help', zh: '显示帮助' }[language])
    .helpCommand(false)
    .showSuggestionAfterError(true);
}

function build(spec: CommandSpec, language: Language, terminal: Terminal, signal: AbortSignal): Command {
  const command = describe(new Command(spec.name), language).description(spec.summary[language]);
  if (spec.operands) command.arguments(spec.operands);
  for (const option of spec.options ?? []) {
    const built = new Option(option.flags, option.summary[language]);
    command.addOption(option.default === undefined ? built : built.default(option.default));
  }
  for (const option of COMMON_OPTIONS) command.option(option.flags, option.summary[language]);
  for (const child of spec.subcommands ?? []) command.addCommand(build(child, language, terminal, signal));
  const title = { en: 'Example', zh: '示例' }[language];
  command.addHelpText('after', `\n${title}:\n${spec.examples.map((line) => `  $ ${line}`).join('\n')}`);
  if (spec.run) {
    const { run } = spec;
    command.action(async () => {
      await run({ operands: command.args, options: command.opts(), terminal, signal });
    });
  }
  return command;
}

/** Says what went wrong, on standard error, and chooses the exit code. */
function report(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok;
    if (error.code !== 'commander.help') process.stderr.write(`${error.message}\n`);
    return EXIT.usage;
  }
  if (error instanceof UserError) {
    const { code, place } = error;
    const [message, hint] = [terminal.say(error.text), terminal.say(error.hintText)];
    if (terminal.json)
      process.stderr.write(`${JSON.stringify({ error: { code, message, ...place, hint } })}\n`);
    else {
      const where = formatPlace(place, terminal.language);
      process.stderr.write(`${where ? `${where}: ` : ''}${message} [${code}]\n${hint ? `  ${hint}\n` : ''}`);
    }
    return error.exitCode;
  }
  const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `${terminal.say({ en: 'Internal error (please report):', zh: '内部错误（请反馈）：' })}\n${fault}\n`,
  );
  return EXIT.internal;
}
