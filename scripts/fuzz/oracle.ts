import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { UserError } from '../../src/ground/errors.ts';
import { createRandom, type Random } from '../../src/ground/random.ts';
import { type Mutated, mutate } from './mutations.ts';
import type { Subject } from './subject.ts';

/** What reading a mutated file may come to. */
export const FINE = ['same', 'other', 'refused'] as const;
/**
 * `silent`: different content was read under the same hash. `crash`: an error that the user cannot fix. `unnamed`: an error
 * without its file. `unsound`: a result with invalid numbers.
 */
export const FAULTS = ['silent', 'crash', 'unnamed', 'unsound'] as const;
export type Outcome = (typeof FINE)[number] | (typeof FAULTS)[number];

export interface Verdict {
  readonly subject: string;
  readonly what: string;
  readonly outcome: Outcome;
  /** Of a fault, for people. */
  readonly detail?: string;
}

/** A subject with its own content and what that says. */
export interface Prepared {
  readonly subject: Subject;
  readonly original: Buffer;
  readonly result: string;
}

export async function prepare(subjects: readonly Subject[]): Promise<Prepared[]> {
  const prepared: Prepared[] = [];
  for (const subject of subjects) {
    const original = readFileSync(subject.file);
    const result = JSON.stringify(await subject.read().catch(refusal));
    restore(subject, original);
    prepared.push({ subject, original, result });
  }
  return prepared;
}

/** Some files are refused even unchanged, such as those of formats that are not read. */
function refusal(error: unknown): unknown {
  if (error instanceof UserError) return error.code;
  throw error;
}

function restore({ file, place }: Subject, original: Buffer): void {
  if (place) place(original);
  else writeFileSync(file, original);
}

/** Mutates one of the files and judges what reading it comes to. Equal seed, reader and number give an equal case. */
export async function judge(
  prepared: readonly Prepared[],
  reader: string,
  seed: number,
  number: number,
): Promise<Verdict> {
  const random = createRandom(seed, `${reader} ${number}`);
  const { subject, original, result } = prepared[random.below(prepared.length)];
  const { bytes, what } = mutated(subject, original, random);
  restore(subject, bytes);
  try {
    const found = await subject.read().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    const verdict = 'error' in found ? ofError(found.error, subject) : ofValue(found.value, subject, result);
    return { subject: subject.name, what, ...verdict };
  } finally {
    restore(subject, original);
  }
}

function mutated(subject: Subject, original: Buffer, random: Random): Mutated {
  const { container, sealed } = subject;
  if (!container || (!sealed && random.below(2) === 0)) return mutate(original, subject.shape, random);
  const parts = container.open(original);
  const chosen = random.below(parts.length);
  const { bytes, what } = mutate(parts[chosen].bytes, parts[chosen].shape, random);
  const changed = parts.map((part, i) => (i === chosen ? bytes : part.bytes));
  return { bytes: container.close(changed, original), what: `inside, part ${chosen}: ${what}` };
}

type Judged = Pick<Verdict, 'outcome' | 'detail'>;

function ofError(error: unknown, { file }: Subject): Judged {
  if (!(error instanceof UserError))
    return {
      outcome: 'crash',
      detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  const { code, text, hintText, place } = error;
  const said = `${code}: ${text.en} (${place.file ?? 'no file'})`;
  if (/undefined|\[object/.test(`${text.en}${hintText.en}`)) return { outcome: 'unnamed', detail: said };
  return place.file !== undefined && isAt(place.file, file)
    ? { outcome: 'refused' }
    : { outcome: 'unnamed', detail: said };
}

/** Whether an error names the file, a folder around it, or a file next to or below it that belongs to it. */
function isAt(named: string, file: string): boolean {
  const [at, own] = [resolve(named), resolve(file)];
  return at === own || own.startsWith(`${at}${sep}`) || at.startsWith(`${dirname(own)}${sep}`);
}

function ofValue(value: unknown, { hashed }: Subject, result: string): Judged {
  const text = JSON.stringify(value);
  if (text === result) return { outcome: 'same' };
  if (hashed) return { outcome: 'silent', detail: firstDifference(text, result) };
  const odd = firstOdd(value);
  return odd === undefined ? { outcome: 'other' } : { outcome: 'unsound', detail: odd };
}

function firstDifference(text: string, result: string): string {
  let at = 0;
  while (text[at] === result[at]) at++;
  return `${text.slice(Math.max(0, at - 40), at + 80)} instead of ${result.slice(Math.max(0, at - 40), at + 80)}`;
}

/** Where a result holds a number that is not finite. */
function firstOdd(value: unknown, path = ''): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path}: ${value}`;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, one] of Object.entries(value)) {
    const odd = firstOdd(one, `${path}.${key}`);
    if (odd !== undefined) return odd;
  }
  return undefined;
}
