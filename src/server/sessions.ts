import { UserError } from '../ground/errors.ts';
import { record } from './audit-log.ts';
import { nameOfPerson, type Person } from './members.ts';
import type { Site } from './site.ts';
import { type Actor, actorOfToken, createSecret, hashOf, nameOfActor } from './tokens.ts';

/** How long someone stays signed in at the pages. */
const SESSION_MS = 12 * 60 * 60_000;

/** Someone who is signed in at the pages. */
export interface SignedIn {
  /** `anyone` for a person without a team. */
  readonly actor: Actor;
  /** Absent where a token was given. */
  readonly person?: Person & { readonly name: string };
}

/** A new session: the secret for the cookie, of which only the hash is stored, and when it ends. */
export interface Session {
  readonly secret: string;
  readonly expires: Date;
}

/** Begins a session for the holder of a token; it ends no later than the token. Throws a UserError `bad-token`. */
export async function beginWithToken(site: Site, token: string, now = new Date()): Promise<Session> {
  const hash = hashOf(token);
  const actor = await actorOfToken(site.kysely, hash, now);
  const latest = new Date(now.getTime() + SESSION_MS);
  const expires = actor.expires && actor.expires < latest ? actor.expires : latest;
  return begin(site, { token: hash, issuer: null, subject: null, name: '' }, nameOfActor(actor), expires);
}

/** Begins a session of a person confirmed by an OpenID provider. */
export function beginWithPerson(
  site: Site,
  { issuer, subject, name }: Required<SignedIn>['person'],
  now = new Date(),
): Promise<Session> {
  const expires = new Date(now.getTime() + SESSION_MS);
  const who = nameOfPerson({ issuer, subject });
  return begin(site, { token: null, issuer, subject, name: name.slice(0, MAX_NAME) }, who, expires);
}

const MAX_NAME = 200;

function begin(
  { kysely }: Site,
  whose: {
    readonly token: string | null;
    readonly issuer: string | null;
    readonly subject: string | null;
    readonly name: string;
  },
  actor: string,
  expires: Date,
): Promise<Session> {
  const secret = createSecret('');
  return kysely.transaction().execute(async (transaction) => {
    const created = new Date();
    await transaction.deleteFrom('session').where('expires', '<=', created).execute();
    await transaction
      .insertInto('session')
      .values({ hash: hashOf(secret), ...whose, created, expires })
      .execute();
    await record(transaction, { actor, action: 'signed-in', subject: '' });
    return { secret, expires };
  });
}

/** Who is signed in by a cookie; nobody if its session or token has ended. */
export async function signedInBy({ kysely }: Site, secret: string, now = new Date()): Promise<SignedIn> {
  const found = await kysely
    .selectFrom('session')
    .leftJoin('membership', (join) =>
      join
        .onRef('membership.issuer', '=', 'session.issuer')
        .onRef('membership.subject', '=', 'session.subject'),
    )
    .select(['session.token', 'session.issuer', 'session.subject', 'session.name', 'membership.team'])
    .where('session.hash', '=', hashOf(secret))
    .where('session.expires', '>', now)
    .executeTakeFirst();
  if (!found) return NOBODY;
  const { token, issuer, subject, name, team } = found;
  if (token !== null) return { actor: await actorOfToken(kysely, token, now).catch(nobody) };
  if (issuer === null || subject === null) return NOBODY;
  return { actor: team === null ? NOBODY.actor : { role: 'team', team }, person: { issuer, subject, name } };
}

const NOBODY: SignedIn = { actor: { role: 'anyone' } };

function nobody(error: unknown): Actor {
  if (error instanceof UserError) return NOBODY.actor;
  throw error;
}

/** Ends a session for every holder of its cookie. */
export async function endSession(site: Site, secret: string): Promise<void> {
  const { actor, person } = await signedInBy(site, secret);
  await site.kysely.transaction().execute(async (transaction) => {
    const { numDeletedRows } = await transaction
      .deleteFrom('session')
      .where('hash', '=', hashOf(secret))
      .executeTakeFirst();
    if (numDeletedRows === 0n) return;
    const who = person ? nameOfPerson(person) : nameOfActor(actor);
    await record(transaction, { actor: who, action: 'signed-out', subject: '' });
  });
}
