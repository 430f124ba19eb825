import { isStandardOutput } from '../ground/files.ts';
import { jsonParts } from '../ground/json.ts';
import { bothLanguages, type Language, type Text } from '../ground/language.ts';
import { inert } from '../ground/show.ts';
import { bar, lines, type Progress, silent } from './progress.ts';
import { drawTable, type Heading } from './table.ts';
import { wrapIndented } from './width.ts';

export type { Progress } from './progress.ts';

export interface Terminal {
  readonly language: Language;
  /** Print machine-readable JSON instead of text. */
  readonly json: boolean;
  readonly quiet: boolean;
  /** Columns of standard output; undefined where nothing limits them. */
  readonly width: number | undefined;
  /** Chooses the language; a plain string is the same in both. */
  say(text: Text | string): string;
  /** One result line to standard output, unchanged. */
  print(line: string): void;
  /** Sentences to standard output, wrapped to the width. */
  printText(text: Text | string): void;
  /** A result as JSON to standard output; non-finite numbers become strings. */
  printJson(value: unknown): void;
  /** A remark to standard error, wrapped to the width, dropped under --quiet and --json. */
  note(text: Text | string): void;
  /** A response to a user's action, to standard error: also under --quiet, but not under --json. */
  alert(text: Text | string): void;
  /**
   * A table to standard output that fits the width, below an empty line if another table is right above. A note names the
   * columns left out, which are returned.
   */
  table(headings: readonly Heading[], rows: readonly (readonly string[])[]): Promise<readonly string[]>;
  /** This terminal for a command that writes `files`: where one is standard output, nothing else goes there. */
  beside(...files: readonly (string | undefined)[]): Terminal;
  /** Progress on standard error: a bar on a terminal, a line now and then elsewhere, nothing under --quiet and --json. */
  progress(title: Text | string): Progress;
}

export interface TerminalSettings {
  readonly language: Language;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly width?: number;
}

/** Width of a terminal that does not know its own. */
const USUAL_WIDTH = 80;

/** Columns of a stream: its own, else `COLUMNS`, else 80 for a terminal and no limit for files and pipes. */
export function widthOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  environment: NodeJS.ProcessEnv,
): number | undefined {
  if (stream.isTTY && stream.columns) return stream.columns;
  const columns = Number(environment.COLUMNS);
  if (Number.isInteger(columns) && columns > 0) return columns;
  return stream.isTTY ? USUAL_WIDTH : undefined;
}

export function createTerminal(settings: TerminalSettings): Terminal {
  const { language, json, quiet, stdout, stderr, width } = settings;
  const say = (text: Text | string): string => bothLanguages(text)[language];
  const wrapped = (text: Text | string): string =>
    width === undefined ? say(text) : wrapIndented(say(text), width);
  // All output of the commands passes here, so that no user text has an effect on the terminal.
  let isAfterTable = false;
  const print = (line: string): void => {
    stdout.write(`${inert(line)}\n`);
    isAfterTable = false;
  };
  const note = (text: Text | string): void => {
    if (!quiet && !json) stderr.write(`${inert(wrapped(text))}\n`);
  };
  const terminal: Terminal = {
    language,
    json,
    quiet,
    width,
    say,
    print,
    printText: (text) => print(wrapped(text)),
    printJson(value) {
      for (const part of jsonParts(value)) stdout.write(inert(part));
      stdout.write('\n');
    },
    note,
    alert(text) {
      // On a terminal the current line may be a progress bar.
      if (!json) stderr.write(`${stderr.isTTY ? '\n' : ''}${inert(wrapped(text))}\n`);
    },
    async table(headings, rows) {
      const drawn = drawTable(
        headings,
        rows.map((row) => row.map(inert)),
        width,
      );
      if (isAfterTable) print('');
      print(drawn.lines.join('\n'));
      isAfterTable = true;
      if (drawn.dropped.length > 0) note(leftOut(drawn.dropped));
      return drawn.dropped;
    },
    progress(title) {
      if (quiet || json) return silent;
      return stderr.isTTY ? bar(inert(say(title)), stderr, language) : lines(say(title), note, language);
    },
    beside: (...files) =>
      files.some((file) => file !== undefined && isStandardOutput(file))
        ? createTerminal({ ...settings, stdout: stderr })
        : terminal,
  };
  return terminal;
}

const leftOut = (columns: readonly string[]): Text => ({
  en: `Left out to fit the width: ${columns.join(', ')}. A wider terminal or --json shows everything.`,
  zh: `因宽度有限省略：${columns.join('、')}。加宽终端或使用 --json 可查看全部。`,
});
