import type { Language, Text } from '../ground/language.ts';

export interface Progress {
  /** `share` of the work done, 0 to 1, and a short note on what is going on. */
  update(share: number, note?: string): void;
  stop(): void;
}

export interface Terminal {
  readonly language: Language;
  /** Print machine-readable JSON instead of text. */
  readonly json: boolean;
  readonly quiet: boolean;
  /** Chooses the language. */
  say(text: Text): string;
  /** One result line to standard output. */
  print(line: string): void;
  /** A result as JSON to standard output; non-finite numbers become strings. */
  printJson(value: unknown): void;
  /** A remark to standard error, dropped under --quiet and --json. */
  note(line: string): void;
  /** A table to standard output, columns aligned also where characters are wide. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): Promise<void>;
  /** A progress bar on standard error: shown after one second, and only on a terminal. */
  progress(title: string): Progress;
}

const PROGRESS_DELAY_MS = 1000;

export function createTerminal(settings: {
  language: Language;
  json: boolean;
  quiet: boolean;
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
}): Terminal {
  const { language, json, quiet, stdout, stderr } = settings;
  const print = (line: string): void => void stdout.write(`${line}\n`);
  return {
    language,
    json,
    quiet,
    say: (text) => text[language],
    print,
    printJson: (value) =>
      print(
        JSON.stringify(
          value,
          (_key, part) => (typeof part === 'number' && !Number.isFinite(part) ? String(part) : part),
          2,
        ),
      ),
    note: (line) => {
      if (!quiet && !json) stderr.write(`${line}\n`);
    },
    async table(head, rows) {
      const { default: Table } = await import('cli-table3');
      const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
      table.push(...rows.map((row) => [...row]));
      print(table.toString());
    },
    progress(title) {
      if (quiet || json || !stderr.isTTY) return { update: () => {}, stop: () => {} };
      return delayedBar(title, stderr);
    },
  };
}

function delayedBar(title: string, stream: NodeJS.WritableStream): Progress {
  const started = Date.now();
  let bar: { update(value: number, payload: object): void; stop(): void } | undefined;
  let opening = false;
  let stopped = false;
  return {
    update(share, note = '') {
      if (bar) return bar.update(share, { note });
      if (opening || stopped || Date.now() - started < PROGRESS_DELAY_MS) return;
      opening = true;
      void import('cli-progress').then(({ default: { SingleBar, Presets } }) => {
        if (stopped) return;
        const single = new SingleBar(
          {
            format: `${title} {bar} {percentage}% {eta_formatted} {note}`,
            stream,
            clearOnComplete: true,
            hideCursor: true,
          },
          Presets.shades_classic,
        );
        single.start(1, share, { note });
        bar = single;
      });
    },
    stop() {
      stopped = true;
      bar?.stop();
    },
  };
}
