import { createHash, randomBytes } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { UserError } from '../ground/errors.ts';
import { record } from './audit-log.ts';
import type { Schema, TokenRole } from './schema.ts';

/** Who asks for something. */
export type Actor = (
  | { readonly role: 'anyone' }
  | { readonly role: 'admin' }
  | { readonly role: 'host' | 'worker'; readonly challenge: string }
  | { readonly role: 'team'; readonly team: string }
) &
  Limits;

/** How a token is restricted compared with its role. */
interface Limits {
  readonly readOnly?: true;
  /** When the token expires; tokens issued with it expire no later. */
  readonly expires?: Date;
}

/** What a token is for. */
export interface Grant {
  readonly role: TokenRole;
  /** The challenge of a host or worker, the name of a team; empty for an admin. */
  readonly subject: string;
  /** It may read what its role may read, and change nothing. */
  readonly readOnly?: boolean;
  /** Shown where tokens are listed. */
  readonly note?: string;
  /** Absent: it never expires. */
  readonly expires?: Date;
}

const PREFIX = 'cbt_';
const TOKEN_BYTES = 32;
/** The beginning of a token's hash by which it is listed and revoked. */
const ID_DIGITS = 16;
const TOKEN_ID = /^[\da-f]{16}$/;

/** How the log and error messages name an actor. */
export const nameOfActor = (actor: Actor): string => {
  if (actor.role === 'host' || actor.role === 'worker') return `${actor.role} ${actor.challenge}`;
  return actor.role === 'team' ? `team ${actor.team}` : actor.role;
};

/** What is stored of a secret, which cannot be recovered from it. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** A new secret that cannot be guessed. */
export const createSecret = (prefix: string): string =>
  prefix + randomBytes(TOKEN_BYTES).toString('base64url');

/** Creates a token. It is returned only here: only its hash is stored. */
export async function issueToken(
  transaction: Transaction<Schema>,
  by: Actor,
  { role, subject, expires, readOnly = false, note = '' }: Grant,
): Promise<string> {
  const token = createSecret(PREFIX);
  const hash = hashOf(token);
  const created = new Date();
  await transaction
    .insertInto('token')
    .values({ hash, role, subject, read_only: readOnly, note, created, expires: expires ?? null })
    .execute();
  const detail = { role, id: hash.slice(0, ID_DIGITS), readOnly, expires: expires?.toISOString() ?? 'never' };
  await record(transaction, { actor: nameOfActor(by), action: 'token-issued', subject, detail });
  return token;
}

/** Revokes all tokens of a role and a subject, or of every subject if none is given, and ends their sessions. */
export async function revokeTokens(
  transaction: Transaction<Schema>,
  by: Actor,
  { role, subject }: Pick<Grant, 'role'> & Partial<Pick<Grant, 'subject'>>,
): Promise<void> {
  const all = transaction.deleteFrom('token').where('role', '=', role);
  await (subject === undefined ? all : all.where('subject', '=', subject)).execute();
  const event = { actor: nameOfActor(by), action: 'tokens-revoked', subject: subject ?? '' };
  await record(transaction, { ...event, detail: { role } });
}

/** A listed token, without its secret. */
export interface ListedToken extends Required<Pick<Grant, 'role' | 'subject' | 'readOnly' | 'note'>> {
  readonly id: string;
  readonly created: string;
  readonly expires: string | null;
}

/** The tokens of a subject, oldest first. */
export async function listTokens(
  kysely: Kysely<Schema>,
  { role, subject }: Pick<Grant, 'role' | 'subject'>,
): Promise<ListedToken[]> {
  const rows = await kysely
    .selectFrom('token')
    .selectAll()
    .where('role', '=', role)
    .where('subject', '=', subject)
    .orderBy('created')
    .execute();
  return rows.map(({ hash, created, expires, read_only: readOnly, note }) => ({
    ...{ id: hash.slice(0, ID_DIGITS), role, subject, readOnly, note },
    created: created.toISOString(),
    expires: expires?.toISOString() ?? null,
  }));
}

/** Revokes one token of a subject, by the id under which it is listed. Throws a UserError `no-token`. */
export async function revokeToken(
  transaction: Transaction<Schema>,
  by: Actor,
  { role, subject, id }: Pick<Grant, 'role' | 'subject'> & { readonly id: string },
): Promise<void> {
  if (!TOKEN_ID.test(id)) throw noToken();
  const { numDeletedRows } = await transaction
    .deleteFrom('token')
    .where('role', '=', role)
    .where('subject', '=', subject)
    .where('hash', 'like', `${id}%`)
    .executeTakeFirst();
  if (numDeletedRows !== 1n) throw noToken();
  const detail = { role, id };
  await record(transaction, { actor: nameOfActor(by), action: 'token-revoked', subject, detail });
}

/** Whose token this is. Throws a UserError `bad-token` for one that was never issued, was revoked or has expired. */
export const authenticate = (kysely: Kysely<Schema>, token: string, now = new Date()): Promise<Actor> =>
  actorOfToken(kysely, hashOf(token), now);

/** The same from the hash of a token. */
export async function actorOfToken(kysely: Kysely<Schema>, hash: string, now: Date): Promise<Actor> {
  const found = await kysely
    .selectFrom('token')
    .select(['role', 'subject', 'expires', 'read_only'])
    .where('hash', '=', hash)
    .executeTakeFirst();
  if (!found || (found.expires !== null && found.expires <= now)) throw badToken();
  const { role, subject, expires } = found;
  const limits: Limits = { ...(found.read_only && { readOnly: true }), ...(expires && { expires }) };
  if (role === 'host' || role === 'worker') return { role, challenge: subject, ...limits };
  return role === 'team' ? { role, team: subject, ...limits } : { role, ...limits };
}

const badToken = (): UserError =>
  new UserError(
    'bad-token',
    { en: 'This token is not valid, or has expired', zh: '令牌无效或已过期' },
    { hint: { en: 'Ask the host for a new one.', zh: '请向主办方索取新令牌。' } },
  );

const noToken = (): UserError =>
  new UserError(
    'no-token',
    { en: 'There is no such token', zh: '没有这个令牌' },
    {
      field: 'id',
      hint: { en: '`chineseblue token list` shows their ids.', zh: '`chineseblue token list` 可列出其 id。' },
    },
  );

/** Whether an actor may manage a challenge. */
export const manages = (actor: Actor, challenge: string): boolean =>
  actor.role === 'admin' || (actor.role === 'host' && actor.challenge === challenge);

/**
 * Whether an actor may issue, list and revoke tokens of a subject: the admin all; a host those of its challenge's host and
 * workers; a team its own.
 */
export function handlesTokens(actor: Actor, { role, subject }: Pick<Grant, 'role' | 'subject'>): boolean {
  if (actor.role === 'host') return (role === 'host' || role === 'worker') && subject === actor.challenge;
  if (actor.role === 'team') return role === 'team' && subject === actor.team;
  return actor.role === 'admin';
}

/** Throws a UserError `forbidden` unless `allowed`. */
export function requireAllowed(allowed: boolean): asserts allowed {
  if (allowed) return;
  throw new UserError(
    'forbidden',
    { en: 'This token does not allow that', zh: '该令牌无此权限' },
    { hint: { en: 'Use the token of the team or host concerned.', zh: '请使用相应队伍或主办方的令牌。' } },
  );
}
