import { createHash, randomBytes } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { UserError } from '../ground/errors.ts';
import { record } from './audit-log.ts';
import type { Schema } from './schema.ts';

/** Who asks for something. */
export type Actor =
  | { readonly role: 'anyone' }
  | { readonly role: 'admin' }
  | { readonly role: 'host'; readonly challenge: string }
  | { readonly role: 'team'; readonly team: string };

/** What a token is for. */
export interface Grant {
  readonly role: 'admin' | 'host' | 'team';
  /** Of a host the challenge, of a team its name; empty for an admin. */
  readonly subject: string;
  /** Absent: it never expires. */
  readonly expires?: Date;
}

const PREFIX = 'cbt_';
const TOKEN_BYTES = 32;

/** How the log and error messages name an actor. */
export const nameOfActor = (actor: Actor): string => {
  if (actor.role === 'host') return `host ${actor.challenge}`;
  return actor.role === 'team' ? `team ${actor.team}` : actor.role;
};

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Creates a token. It is returned here and never again: only its hash is stored. */
export async function issueToken(
  transaction: Transaction<Schema>,
  by: Actor,
  { role, subject, expires }: Grant,
): Promise<string> {
  const token = PREFIX + randomBytes(TOKEN_BYTES).toString('base64url');
  const created = new Date();
  await transaction
    .insertInto('token')
    .values({ hash: hashOf(token), role, subject, created, expires: expires ?? null })
    .execute();
  const detail = { role, expires: expires?.toISOString() ?? 'never' };
  await record(transaction, { actor: nameOfActor(by), action: 'token-issued', subject, detail });
  return token;
}

/** Ends all tokens of a subject. */
export async function revokeTokens(
  transaction: Transaction<Schema>,
  by: Actor,
  { role, subject }: Pick<Grant, 'role' | 'subject'>,
): Promise<void> {
  await transaction.deleteFrom('token').where('role', '=', role).where('subject', '=', subject).execute();
  await record(transaction, { actor: nameOfActor(by), action: 'tokens-revoked', subject, detail: { role } });
}

/** Whose token this is. Throws a UserError `bad-token` for one that was never issued, was revoked or has expired. */
export async function authenticate(kysely: Kysely<Schema>, token: string, now = new Date()): Promise<Actor> {
  const found = await kysely
    .selectFrom('token')
    .select(['role', 'subject', 'expires'])
    .where('hash', '=', hashOf(token))
    .executeTakeFirst();
  if (!found || (found.expires !== null && found.expires <= now)) throw badToken();
  if (found.role === 'host') return { role: 'host', challenge: found.subject };
  return found.role === 'team' ? { role: 'team', team: found.subject } : { role: 'admin' };
}

const badToken = (): UserError =>
  new UserError(
    'bad-token',
    { en: 'This token is not valid, or has expired', zh: '令牌无效或已过期' },
    { hint: { en: 'Ask the host for a new one.', zh: '请向主办方索取新令牌。' } },
  );

/** Whether an actor may manage a challenge. */
export const manages = (actor: Actor, challenge: string): boolean =>
  actor.role === 'admin' || (actor.role === 'host' && actor.challenge === challenge);

/** Throws a UserError `forbidden` unless `allowed`. */
export function requireAllowed(allowed: boolean): void {
  if (allowed) return;
  throw new UserError(
    'forbidden',
    { en: 'This token does not allow that', zh: '该令牌无此权限' },
    { hint: { en: 'Use the token of the team or host concerned.', zh: '请使用相应队伍或主办方的令牌。' } },
  );
}
