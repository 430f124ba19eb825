import { type Command, type Help, Option } from 'commander';
import type { Language } from '../ground/language.ts';
import type { Terminal } from './terminal.ts';
import type { OptionSpec } from './typed-options.ts';
import { displayWidth, wrap } from './width.ts';

/** Width of help that is not printed on a terminal. */
const USUAL_WIDTH = 80;
/** Descriptions narrower than this are not wrapped. */
const NARROWEST = 20;

/** The built-in texts of commander's help, in Chinese. */
const CHINESE: Readonly<Record<string, string>> = {
  'Usage:': '用法：',
  'Options:': '选项：',
  'Commands:': '命令：',
  'Arguments:': '参数：',
};
const chineseTerms = (term: string): string =>
  term.replace('[options]', '[选项]').replace('[command]', '[命令]');

/** Help in one language, wrapped by the columns that characters take. */
function helpIn(language: Language): Partial<Help> {
  const common: Partial<Help> = {
    minWidthToWrap: NARROWEST,
    displayWidth,
    boxWrap: (text, width) => wrap(text, width).join('\n'),
    // Defaults and choices are in the description already, in the language of the help.
    optionDescription: ({ description }: Option) => description,
  };
  if (language === 'en') return common;
  return {
    ...common,
    styleTitle: (title) => CHINESE[title] ?? title,
    styleUsage: chineseTerms,
    styleSubcommandTerm: chineseTerms,
  };
}

/** What every level of the command tree shares: help in the terminal's language, errors thrown instead of printed. */
export function configure(command: Command, { language, json, width = USUAL_WIDTH }: Terminal): Command {
  return command
    .exitOverride()
    .configureOutput({
      outputError: () => {},
      // Help for a missing command; under --json only the error is printed.
      writeErr: (text) => json || process.stderr.write(text),
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
    })
    .configureHelp(helpIn(language))
    .helpOption('-h, --help', { en: 'show this help', zh: '显示帮助' }[language])
    .helpCommand(false)
    .showSuggestionAfterError(true);
}

/** One option as commander wants it. */
export const optionOf = ({ flags, summary }: OptionSpec, language: Language): Option =>
  new Option(flags, summary[language]);
