import { bothLanguages, type Language, type Text } from './language.ts';

/** The location of an error in the user's input. */
export interface Place {
  readonly file?: string;
  /** 1-based, as editors count. */
  readonly line?: number;
  readonly id?: string;
  readonly field?: string;
}

/** Exit codes of the command line, as documented in the README. */
export const EXIT = { ok: 0, internal: 1, usage: 2, input: 3, interrupted: 130 } as const;

export interface ErrorDetails extends Place {
  /** How to fix it: one sentence. */
  readonly hint?: Text | string;
  readonly exitCode?: number;
}

/**
 * An error that the user can fix: it says what was found, where, and what to do, in both languages.
 * A plain string as `message` or `hint` stands for both: names and numbers only, never a sentence.
 * `message` and `hint` are the English texts; `text` and `hintText` have both languages.
 * Anything else that is thrown is a bug and exits with 1.
 *
 * @example
 * ```ts
 * import { findTask, UserError } from 'chineseblue';
 *
 * try {
 *   findTask('cMedQ');
 * } catch (error) {
 *   if (!(error instanceof UserError)) throw error;
 *   error.code; // 'unknown-task'
 *   error.text.zh; // '没有任务“cMedQ”'
 *   error.hint.startsWith('Did you mean'); // true
 * }
 * ```
 */
export class UserError extends Error {
  readonly code: string;
  readonly text: Text;
  readonly place: Place;
  /** How to fix it: one sentence, or empty; in English as `message` is. */
  readonly hint: string;
  readonly hintText: Text;
  readonly exitCode: number;

  constructor(code: string, message: Text | string, details: ErrorDetails = {}) {
    const { hint = '', exitCode = EXIT.input, ...place } = details;
    const text = bothLanguages(message);
    super(text.en);
    this.name = 'UserError';
    this.code = code;
    this.text = text;
    this.place = place;
    this.hintText = bothLanguages(hint);
    this.hint = this.hintText.en;
    this.exitCode = exitCode;
  }
}

/** `file:line (id …, field …)`, leaving out what is not known. */
export function formatPlace(place: Place, language: Language = 'en'): string {
  const where = [place.file, place.line].filter((part) => part !== undefined).join(':');
  const field = { en: 'field', zh: '字段' }[language];
  const inside = [
    place.id !== undefined && `id ${place.id}`,
    place.field !== undefined && `${field} ${place.field}`,
  ]
    .filter(Boolean)
    .join({ en: ', ', zh: '，' }[language]);
  return [where, inside && `(${inside})`].filter(Boolean).join(' ');
}
