import { UserError } from '../ground/errors.ts';
import { record } from './audit-log.ts';
import { NAME } from './challenge.ts';
import { findChallenge } from './challenges.ts';
import type { Site } from './site.ts';
import { type Actor, issueToken, manages, nameOfActor, requireAllowed } from './tokens.ts';

/** A team to be created. */
export interface NewTeam {
  readonly id: string;
  /** Shown to the admin only. */
  readonly contact?: string;
  readonly kind?: 'team' | 'baseline';
}

/**
 * Creates a team, for the admin, and returns its token, which is shown once. Throws a UserError: `forbidden`, `bad-name`, or
 * `already-exists`.
 */
export async function createTeam(
  { kysely }: Site,
  by: Actor,
  { id, contact = '', kind = 'team' }: NewTeam,
): Promise<string> {
  requireAllowed(by.role === 'admin');
  if (!NAME.test(id)) throw badName();
  return kysely.transaction().execute(async (transaction) => {
    const made = await transaction
      .insertInto('team')
      .values({ id, kind, contact, created: new Date() })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (made.numInsertedOrUpdatedRows !== 1n) throw exists(id);
    await record(transaction, { actor: nameOfActor(by), action: 'team-created', subject: id });
    return issueToken(transaction, by, { role: 'team', subject: id });
  });
}

/**
 * Lets a team take part in a challenge by invitation. Throws a UserError: `forbidden` for those who do not manage the
 * challenge, `no-challenge`, `no-team`.
 */
export async function invite(site: Site, by: Actor, challenge: string, team: string): Promise<void> {
  requireAllowed(manages(by, challenge));
  await findChallenge(site, challenge);
  const { kysely } = site;
  await requireTeam(site, team);
  await kysely.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('invitation')
      .values({ challenge, team })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const detail = { team };
    await record(transaction, { actor: nameOfActor(by), action: 'team-invited', subject: challenge, detail });
  });
}

/** Throws a UserError `no-team`. */
export async function requireTeam({ kysely }: Site, id: string): Promise<void> {
  const found = await kysely.selectFrom('team').select('id').where('id', '=', id).executeTakeFirst();
  if (!found) throw noTeam();
}

const badName = (): UserError =>
  new UserError(
    'bad-name',
    {
      en: 'A name has up to 64 letters, digits, dots, hyphens or underscores, and begins with a letter or digit',
      zh: '名称最长 64 个字符，只能含字母、数字、点、连字符或下划线，且以字母或数字开头',
    },
    { field: 'id' },
  );

const exists = (id: string): UserError =>
  new UserError('already-exists', { en: `${id} already exists`, zh: `${id} 已存在` }, { field: 'id' });

const noTeam = (): UserError =>
  new UserError('no-team', { en: 'There is no such team', zh: '没有这支队伍' }, { field: 'team' });
