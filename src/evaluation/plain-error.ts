import { type ErrorDetails, UserError } from '../ground/errors.ts';
import type { Text } from '../ground/language.ts';

/** A UserError as plain data, so that it can cross to another process. */
export interface PlainError {
  readonly code: string;
  readonly message: Text;
  readonly details: ErrorDetails;
}

export function plainError({ code, text, place, hintText, exitCode }: UserError): PlainError {
  return { code, message: text, details: { ...place, hint: hintText, exitCode } };
}

export const userError = ({ code, message, details }: PlainError): UserError =>
  new UserError(code, message, details);
