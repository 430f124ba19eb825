import { UserError } from '../ground/errors.ts';
import { record } from './audit-log.ts';
import type { Site } from './site.ts';
import { type Actor, manages, nameOfActor, requireAllowed } from './tokens.ts';
import { SUBMISSION_ID } from './view.ts';

/** The badge of a result that others have reproduced. */
export interface Reproduction {
  /** Who vouches for it: the admin or the host. */
  readonly by: string;
  /** How it was reproduced: by whom, from which code. */
  readonly note: string;
  readonly at: string;
}

/**
 * Gives a submission the badge of a reproduced result, or removes it where `note` is null; only for those who manage the
 * challenge. Throws a UserError: `forbidden`, also where there is no such submission, and `not-scored`.
 */
export async function setReproduction(
  { kysely }: Site,
  by: Actor,
  submission: string,
  note: string | null,
): Promise<void> {
  const row = SUBMISSION_ID.test(submission)
    ? await kysely
        .selectFrom('submission')
        .select(['challenge', 'state'])
        .where('id', '=', submission)
        .executeTakeFirst()
    : undefined;
  requireAllowed(row !== undefined && manages(by, row.challenge));
  if (row?.state !== 'scored') throw notScored();
  await kysely.transaction().execute(async (transaction) => {
    // First, as where scores are stored: the lock of the log serializes changes of a board.
    const action = note === null ? 'reproduction-withdrawn' : 'reproduction-noted';
    await record(transaction, { actor: nameOfActor(by), action, subject: submission });
    await transaction.deleteFrom('reproduction').where('submission', '=', submission).execute();
    if (note !== null)
      await transaction
        .insertInto('reproduction')
        .values({ submission, by_whom: nameOfActor(by), note, at: new Date() })
        .execute();
  });
}

/** The badges of submissions. */
export async function reproductionsOf(
  { kysely }: Site,
  ids: readonly string[],
): Promise<Map<string, Reproduction>> {
  if (ids.length === 0) return new Map();
  const rows = await kysely.selectFrom('reproduction').selectAll().where('submission', 'in', ids).execute();
  return new Map(
    rows.map(({ submission, by_whom: by, note, at }) => [submission, { by, note, at: at.toISOString() }]),
  );
}

const notScored = (): UserError =>
  new UserError(
    'not-scored',
    { en: 'Only a submission that was scored can be reproduced', zh: '只有已评分的提交才能标记为“已复现”' },
    { field: 'id' },
  );
