import type { Kysely, Transaction } from 'kysely';
import { UserError } from '../ground/errors.ts';
import type { Phase, PhaseName } from './challenge.ts';
import type { Schema } from './schema.ts';

const DAY_MS = 24 * 60 * 60_000;

/** What a team has used of its quota: submissions that were taken. Rejected and failed ones cost nothing. */
interface Used {
  readonly day: number;
  readonly total: number;
}

export interface Entrant {
  readonly challenge: string;
  readonly phase: PhaseName;
  readonly team: string;
}

async function usedBy(
  kysely: Kysely<Schema> | Transaction<Schema>,
  { challenge, phase, team }: Entrant,
  now: Date,
): Promise<Used> {
  const yesterday = new Date(now.getTime() - DAY_MS);
  const { total, day } = await kysely
    .selectFrom('submission')
    .select(({ fn }) => [
      fn.countAll<number | string>().as('total'),
      fn.countAll<number | string>().filterWhere('received', '>', yesterday).as('day'),
    ])
    .where('challenge', '=', challenge)
    .where('phase', '=', phase)
    .where('team', '=', team)
    .where('state', 'in', ['queued', 'scored'])
    .executeTakeFirstOrThrow();
  return { total: Number(total), day: Number(day) };
}

/** Throws a UserError `quota-spent` where a team may submit no more, or no more today. */
export async function requireQuota(
  kysely: Kysely<Schema> | Transaction<Schema>,
  entrant: Entrant,
  { quota }: Phase,
  now: Date,
): Promise<void> {
  const used = await usedBy(kysely, entrant, now);
  if (used.total >= quota.total) throw spent({ en: `${quota.total} in all`, zh: `总计 ${quota.total} 次` });
  if (used.day >= quota.day) throw spent({ en: `${quota.day} in 24 hours`, zh: `24 小时内 ${quota.day} 次` });
}

const spent = ({ en, zh }: { readonly en: string; readonly zh: string }): UserError =>
  new UserError(
    'quota-spent',
    { en: `The quota is spent: ${en}`, zh: `提交次数已用完：${zh}` },
    {
      hint: {
        en: 'Rejected and failed submissions do not count.',
        zh: '被拒绝与评分失败的提交不计入次数。',
      },
    },
  );
