import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { UserError } from '../../ground/errors.ts';

/** Statuses of errors other than malformed requests. */
const STATUS: Readonly<Record<string, ContentfulStatusCode>> = {
  'bad-token': 401,
  'sign-in-failed': 401,
  forbidden: 403,
  'not-invited': 403,
  'no-challenge': 404,
  'no-phase': 404,
  'no-submission': 404,
  'no-team': 404,
  'no-token': 404,
  'no-page': 404,
  'no-model': 404,
  'no-run': 404,
  'not-shown': 404,
  'already-exists': 409,
  'challenge-closed': 409,
  'phase-closed': 409,
  'not-scored': 409,
  'lease-ended': 409,
  'gold-is-here': 409,
  'too-large': 413,
  'bad-encoding': 415,
  'quota-spent': 429,
  'rejections-spent': 429,
  'rate-limited': 429,
  overloaded: 429,
  busy: 503,
  'model-not-ready': 503,
  'provider-unreachable': 503,
};

/** The response to a failed request. */
export interface Refusal {
  readonly status: ContentfulStatusCode;
  readonly error: UserError;
}

/** The response to an error; internal errors reveal no details. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof UserError) return { status: STATUS[error.code] ?? 400, error };
  const internal = new UserError('internal', { en: 'Internal error', zh: '内部错误' });
  return { status: 500, error: internal };
}

/** The body of a failed API request. */
export function errorBody({ code, text, hintText, place }: UserError) {
  const { line, field, id } = place;
  return { error: { code, message: text, ...(hintText.en && { hint: hintText }), line, field, id } };
}
