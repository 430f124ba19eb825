import { UserError } from '../ground/errors.ts';
import { record } from './audit-log.ts';
import type { Site } from './site.ts';
import { requireTeam } from './teams.ts';
import { type Actor, createSecret, hashOf, nameOfActor } from './tokens.ts';

/** A person as identified by an OpenID provider. */
export interface Person {
  readonly issuer: string;
  readonly subject: string;
}

const PREFIX = 'cbi_';
/** Digits of the hash by which the log names a person. */
const NAME_DIGITS = 16;

/** The name of a person in the log: stable, and without revealing their identity at the provider. */
export const nameOfPerson = ({ issuer, subject }: Person): string =>
  `person ${hashOf(`${issuer}\n${subject}`).slice(0, NAME_DIGITS)}`;

/**
 * A code with which one person can join a team, once, before it expires. It is returned only here: only its hash is stored.
 * Throws a UserError `no-team`.
 */
export async function inviteMember(site: Site, by: Actor, team: string, expires: Date): Promise<string> {
  await requireTeam(site, team);
  const code = createSecret(PREFIX);
  await site.kysely.transaction().execute(async (transaction) => {
    const created = new Date();
    await transaction.deleteFrom('invite').where('expires', '<=', created).execute();
    await transaction
      .insertInto('invite')
      .values({ hash: hashOf(code), team, created, expires })
      .execute();
    const detail = { expires: expires.toISOString() };
    await record(transaction, { actor: nameOfActor(by), action: 'member-invited', subject: team, detail });
  });
  return code;
}

/**
 * Makes a person act for the team of the code, and no longer for any other team. Returns the team. Throws a UserError
 * `bad-code` for a code that was never issued, was used or has expired.
 */
export function joinTeam({ kysely }: Site, person: Person, code: string, now = new Date()): Promise<string> {
  return kysely.transaction().execute(async (transaction) => {
    const used = await transaction
      .deleteFrom('invite')
      .where('hash', '=', hashOf(code))
      .where('expires', '>', now)
      .returning('team')
      .executeTakeFirst();
    if (!used) throw badCode();
    const { team } = used;
    await transaction
      .insertInto('membership')
      .values({ ...person, team, joined: now })
      .onConflict((conflict) => conflict.columns(['issuer', 'subject']).doUpdateSet({ team, joined: now }))
      .execute();
    await record(transaction, { actor: nameOfPerson(person), action: 'member-joined', subject: team });
    return team;
  });
}

const badCode = (): UserError =>
  new UserError(
    'bad-code',
    { en: 'This invitation is not valid, was used, or has expired', zh: '邀请码无效、已使用或已过期' },
    { field: 'code', hint: { en: 'Ask your team for a new one.', zh: '请向队伍索取新的邀请码。' } },
  );
