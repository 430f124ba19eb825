import { type Kysely, sql, type Transaction } from 'kysely';
import { UserError } from '../ground/errors.ts';
import type { Phase, PhaseName } from './challenge.ts';
import type { Schema } from './schema.ts';

const DAY_MS = 24 * 60 * 60_000;

export interface Entrant {
  readonly challenge: string;
  readonly phase: PhaseName;
  readonly team: string;
}

type Reader = Kysely<Schema> | Transaction<Schema>;

/** How much of its quota a team has used: accepted submissions. Rejected and failed ones do not count. */
async function usedInAll(kysely: Reader, { challenge, phase, team }: Entrant): Promise<number> {
  // The database has counted what was scored.
  const { rows } = await sql<{ used: number | string }>`
    select coalesce((select submissions from standing where (challenge, phase, team) = (${challenge}, ${phase}, ${team})), 0)
      + (select count(*) from submission
          where (challenge, phase, team) = (${challenge}, ${phase}, ${team}) and state = 'queued') as used
  `.execute(kysely);
  return Number(rows[0].used);
}

/** Submissions of the 24 hours before `now`. */
const ofDay = (kysely: Reader, { challenge, phase, team }: Entrant, now: Date) =>
  kysely
    .selectFrom('submission')
    .where('challenge', '=', challenge)
    .where('phase', '=', phase)
    .where('team', '=', team)
    .where('received', '>', new Date(now.getTime() - DAY_MS));

async function usedToday(kysely: Reader, entrant: Entrant, now: Date): Promise<number> {
  const { used } = await ofDay(kysely, entrant, now)
    .select(({ fn }) => fn.countAll<number | string>().as('used'))
    .where('state', 'in', ['queued', 'scored'])
    .executeTakeFirstOrThrow();
  return Number(used);
}

/**
 * Throws a UserError `quota-spent` where a team may submit no more, or no more today; `entered`: submissions that are
 * stored already and are the ones in question.
 */
export async function requireQuota(
  kysely: Reader,
  entrant: Entrant,
  { quota }: Phase,
  now: Date,
  entered = 0,
): Promise<void> {
  const used = (await usedInAll(kysely, entrant)) - entered;
  if (used >= quota.total) throw spent({ en: `${quota.total} in all`, zh: `总计 ${quota.total} 次` });
  if (used < quota.day) return;
  const recent = (await usedToday(kysely, entrant, now)) - entered;
  if (recent >= quota.day) throw spent({ en: `${quota.day} in 24 hours`, zh: `24 小时内 ${quota.day} 次` });
}

/**
 * Throws a UserError `rejections-spent` if a team has reached its limit of rejected or failed files in 24 hours; the next
 * file is accepted once the oldest of them is a day old.
 */
export async function requireFewRejections(
  kysely: Reader,
  entrant: Entrant,
  { quota: { rejected } }: Phase,
  now: Date,
): Promise<void> {
  const decisive = await ofDay(kysely, entrant, now)
    .select('received')
    .where('state', 'in', ['rejected', 'failed'])
    .orderBy('received', 'desc')
    .offset(rejected - 1)
    .limit(1)
    .executeTakeFirst();
  if (decisive) throw tooManyRejected(rejected, new Date(decisive.received.getTime() + DAY_MS));
}

const tooManyRejected = (count: number, again: Date): UserError => {
  const when = again.toISOString();
  return new UserError(
    'rejections-spent',
    {
      en: `The limit of ${count} rejected or failed files in 24 hours is reached: the next file is accepted from ${when}`,
      zh: `24 小时内被拒绝或评分失败的文件已达 ${count} 个，${when} 起再接收`,
    },
    {
      hint: {
        en: '`chineseblue check` reports the problems without a server.',
        zh: '`chineseblue check` 可在本地检查文件。',
      },
    },
  );
};

const spent = ({ en, zh }: { readonly en: string; readonly zh: string }): UserError =>
  new UserError(
    'quota-spent',
    { en: `The quota is used up: ${en}`, zh: `提交次数已用完：${zh}` },
    {
      hint: {
        en: 'Rejected and failed submissions do not count.',
        zh: '被拒绝与评分失败的提交不计入次数。',
      },
    },
  );
