/** Where in the user's material an error lies. */
export interface Place {
  readonly file?: string;
  /** 1-based, as editors count. */
  readonly line?: number;
  readonly id?: string;
  readonly field?: string;
}

/** Exit codes of the command line, as documented in the README. */
export const EXIT = { ok: 0, internal: 1, usage: 2, input: 3, interrupted: 130 } as const;

/**
 * An error that the user can mend: it says what was found, where, and what to do.
 * Anything else that is thrown is our own fault and exits with 1.
 */
export class UserError extends Error {
  readonly code: string;
  readonly place: Place;
  /** How to mend it: one sentence, or empty. */
  readonly hint: string;
  readonly exitCode: number;

  constructor(code: string, message: string, details: Place & { hint?: string; exitCode?: number } = {}) {
    super(message);
    const { hint = '', exitCode = EXIT.input, ...place } = details;
    this.name = 'UserError';
    this.code = code;
    this.place = place;
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

/** `file:line (id …, field …)`, leaving out what is not known. */
export function formatPlace(place: Place): string {
  const where = [place.file, place.line].filter((part) => part !== undefined).join(':');
  const inside = [
    place.id !== undefined && `id ${place.id}`,
    place.field !== undefined && `field ${place.field}`,
  ]
    .filter(Boolean)
    .join(', ');
  return [where, inside && `(${inside})`].filter(Boolean).join(' ');
}
