import type { Language, Text } from '../ground/language.ts';
import { inert } from '../ground/show.ts';

export interface Progress {
  /** `share` of the work done, 0 to 1, and a short note on what is being done. */
  update(share: number, note?: Text | string): void;
  stop(): void;
}

/** On a terminal, a bar appears after this time. */
const BAR_AFTER_MS = 1000;
/** Elsewhere a line is printed after this time… */
const FIRST_LINE_MS = 10_000;
/** …and then every so often. */
const LINE_EVERY_MS = 30_000;

/** Shows nothing: under --quiet and --json. */
export const silent: Progress = { update: () => {}, stop: () => {} };

const say = (text: Text | string, language: Language): string =>
  typeof text === 'string' ? text : text[language];

/** A bar that replaces itself; it disappears when the work is done. */
export function bar(title: string, stream: NodeJS.WritableStream, language: Language): Progress {
  const started = Date.now();
  let shown: { update(value: number, payload: object): void; stop(): void } | undefined;
  let opening = false;
  let stopped = false;
  return {
    update(share, text = '') {
      const note = inert(say(text, language));
      if (shown) return shown.update(share, { note });
      if (opening || stopped || Date.now() - started < BAR_AFTER_MS) return;
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
        shown = single;
      });
    },
    stop() {
      stopped = true;
      shown?.stop();
    },
  };
}

/**
 * For logs: a line with the share, the time left and the note, the first after `FIRST_LINE_MS`, then one every
 * `LINE_EVERY_MS`, also while nothing is reported. It does not keep the process alive.
 */
export function lines(title: string, write: (line: string) => void, language: Language): Progress {
  /** Work done by an earlier run does not count towards the speed of this one. */
  let first: { readonly share: number; readonly at: number } | undefined;
  let share = 0;
  let note: Text | string = '';
  const print = (): void => {
    const done = first ? share - first.share : 0;
    const left = first && done > 0 && share < 1 ? ((Date.now() - first.at) * (1 - share)) / done : undefined;
    const parts = [
      `${title} ${Math.floor(share * 100)}%`,
      left === undefined ? '' : remaining(left)[language],
      say(note, language),
    ];
    write(parts.filter(Boolean).join({ en: ', ', zh: '，' }[language]));
  };
  let timer = setTimeout(tick, FIRST_LINE_MS).unref();
  function tick(): void {
    print();
    timer = setTimeout(tick, LINE_EVERY_MS).unref();
  }
  return {
    update(nextShare, nextNote = '') {
      first ??= { share: nextShare, at: Date.now() };
      share = nextShare;
      note = nextNote;
    },
    stop: () => clearTimeout(timer),
  };
}

function remaining(milliseconds: number): Text {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 1) return { en: 'less than a minute left', zh: '剩余不到 1 分钟' };
  if (minutes < 90) return { en: `about ${minutes} min left`, zh: `剩余约 ${minutes} 分钟` };
  const hours = (minutes / 60).toFixed(1);
  return { en: `about ${hours} h left`, zh: `剩余约 ${hours} 小时` };
}
