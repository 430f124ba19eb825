import * as z from 'zod';
import type { CallFailure } from '../../../fetch/post.ts';

/** Why a call returned no reply. `retry`: whether another attempt may help. */
export interface ServiceFailure {
  readonly failure: string;
  readonly retry: boolean;
  /** The service is overloaded or too slow: fewer calls at a time. */
  readonly overloaded: boolean;
  readonly status?: number;
  /** The service requested a pause. */
  readonly pauseMs?: number;
  /** The message of the service. */
  readonly detail?: string;
}

export const isFailure = (outcome: object): outcome is ServiceFailure => 'failure' in outcome;

/** A longer pause that a service asks for is capped at an hour; the service may ask again at the next attempt. */
const LONGEST_ASKED_MS = 3_600_000;

const OVERLOADED: ReadonlySet<number> = new Set([429, 503, 529]);
const RETRIED: ReadonlySet<number> = new Set([408, 409, 425, 429]);

export function readFailure(status: number, retryAfter: string | undefined, body: string): ServiceFailure {
  const overloaded = OVERLOADED.has(status);
  const retry = status >= 500 || RETRIED.has(status);
  const asked = readRetryAfter(retryAfter);
  const pauseMs = asked === undefined ? undefined : Math.min(asked, LONGEST_ASKED_MS);
  const common = { overloaded, status, detail: body, ...(pauseMs !== undefined && { pauseMs }) };
  if (status >= 300 && status < 400) return { ...common, failure: 'redirected', retry: false };
  if (isContextExceeded(body)) return { ...common, failure: 'context-exceeded', retry: false };
  return { ...common, failure: `http-${status}`, retry };
}

const errorJson = z.object({ code: z.unknown(), type: z.unknown(), message: z.unknown() }).partial();

/** An error in a response with a status of success. */
export function errorInside(error: unknown): ServiceFailure {
  const detail = JSON.stringify(error);
  if (isContextExceeded(JSON.stringify({ error })))
    return { failure: 'context-exceeded', retry: false, overloaded: false, detail };
  return { failure: 'error-in-reply', retry: true, overloaded: false, detail };
}

/** OpenAI's code, llama.cpp's type, or, where a service has neither, its message. */
function isContextExceeded(body: string): boolean {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return false;
  }
  const { error } = z.object({ error: z.unknown() }).safeParse(value).data ?? {};
  const { code, type, message } = errorJson.safeParse(error ?? value).data ?? {};
  if (code === 'context_length_exceeded' || type === 'exceed_context_size_error') return true;
  return /context (length|window|size)|maximum context|(input|prompt).* too (large|long)/i.test(
    String(message ?? ''),
  );
}

/** Seconds, or a date. */
export function readRetryAfter(value: string | undefined, now = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** A CallFailure as the failure of a call. */
export const transportFailure = ({ code, message }: CallFailure): ServiceFailure => ({
  failure: code,
  retry: code !== 'remote-address' && code !== 'too-large',
  overloaded: code === 'timeout' || code === 'first-byte-timeout',
  detail: message,
});

const MAX_DETAIL = 300;

/** A failure as errors and journals show it: shortened, and without secrets that the service may have repeated. */
export function presentable(failure: ServiceFailure, secrets: readonly string[]): ServiceFailure {
  if (failure.detail === undefined) return failure;
  const said = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), failure.detail);
  return { ...failure, detail: said.length > MAX_DETAIL ? `${said.slice(0, MAX_DETAIL)}…` : said };
}

export async function joinBody(body: AsyncIterable<string>): Promise<string> {
  let whole = '';
  for await (const piece of body) whole += piece;
  return whole;
}
