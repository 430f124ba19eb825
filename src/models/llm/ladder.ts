import type { AnswerSchema } from '../../tasks/families/asking.ts';
import type { ChatReply } from '../shared/services/chat.ts';
import type { ServiceFailure } from '../shared/services/failure.ts';
import { findJson } from './reading.ts';

/** How an answer is held to its shape, from the strictest down. */
export const RUNGS = ['schema', 'json', 'text'] as const;
export type Rung = (typeof RUNGS)[number];

/** The field of a request that asks for a shape; none for text. */
export function responseFormat(rung: Rung, schema: AnswerSchema | undefined): object {
  if (schema === undefined) return {};
  if (rung === 'schema')
    return {
      response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } },
    };
  return rung === 'json' ? { response_format: { type: 'json_object' } } : {};
}

/** Statuses with which services refuse a field that they do not know. */
const UNSUPPORTED: ReadonlySet<number> = new Set([400, 415, 422, 501]);

/** The service refuses the form of the request, not its length. */
const isUnsupported = ({ status, failure }: ServiceFailure): boolean =>
  status !== undefined && UNSUPPORTED.has(status) && failure === `http-${status}`;

/**
 * Whether a service adheres to a format, determined from its answer to a real question: the whole answer is one JSON object with the
 * fields of the schema. A service that ignores `response_format` answers in words, and one that does not know it refuses.
 * An answer that was cut off tells where it begins so. Undefined if an answer does not tell: the call failed for another
 * reason, was refused, or was cut off before.
 */
export function keepsShape(outcome: ChatReply | ServiceFailure, schema: AnswerSchema): boolean | undefined {
  if ('failure' in outcome) return isUnsupported(outcome) ? false : undefined;
  if (outcome.refusal !== undefined || outcome.finish === 'content_filter') return undefined;
  if (outcome.finish === 'length') return beginsShape(outcome.text, schema) || undefined;
  const found = findJson(outcome.text);
  if (!('value' in found) || found.form !== 'bare') return false;
  const { value } = found;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return schema.type !== 'object' || schema.required.every((field) => field in value);
}

/** `{"entities":` and what follows. */
function beginsShape(text: string, schema: AnswerSchema): boolean {
  if (schema.type !== 'object') return false;
  const [, field] = /^\s*\{\s*"([^"]+)"\s*:/.exec(text) ?? [];
  return schema.required.some((required) => required === field);
}
