import { randomUUID } from 'node:crypto';
import type { Insertable, Transaction } from 'kysely';
import { UserError } from '../ground/errors.ts';
import { record } from './audit-log.ts';
import { NAME, type Phase, type PhaseName, phaseOf, whenOf } from './challenge.ts';
import { askedIn, findChallenge, noChallenge, type OpenedChallenge } from './challenges.ts';
import { requireFewRejections, requireQuota } from './quota.ts';
import type { ModelCard, Schema } from './schema.ts';
import type { Children } from './scoring/children.ts';
import type { Checked, Request } from './scoring/requests.ts';
import type { Site } from './site.ts';
import { isInvited } from './take-part.ts';

/** A file of predictions that a team submits. */
export interface Submitted {
  readonly challenge: string;
  readonly phase: PhaseName;
  readonly team: string;
  /** The name of the system, shown on the board. */
  readonly system: string;
  readonly card: ModelCard;
  /** Where the file is, which is read only; or its bytes. */
  readonly file: string | Uint8Array;
}

const CHECKS = 3;

/**
 * Accepts a file of answers: checks it, and either queues it or stores why it was rejected, in one transaction; the same file
 * of the same system is accepted once. Returns the id of the submission.
 * Throws a UserError: `no-challenge`, `no-phase`, `challenge-closed`, `phase-closed`, `not-invited`, `bad-name`,
 * `quota-spent`, `rejections-spent`, or one from the scoring process.
 */
export async function submit(site: Site, submitted: Submitted): Promise<string> {
  const { kysely, children } = site;
  const challenge = await findChallenge(site, submitted.challenge);
  await requireInvited(site, challenge, submitted.team);
  const phase = phaseOf(challenge.declared, submitted.phase);
  requireOpen(challenge, phase, new Date());
  if (!NAME.test(submitted.system)) throw badSystem();
  await requireQuota(kysely, submitted, phase, new Date());
  await requireFewRejections(kysely, submitted, phase, new Date());
  const asked = await askedIn(site, challenge, phase.split);
  const { file } = submitted;
  const checked = await check(children, { kind: 'check', asked, file, name: 'answers.jsonl' });
  const queue = await site.queueOf(challenge.declared);
  return kysely.transaction().execute((transaction) => take(queue, transaction, submitted, phase, checked));
}

/** Tries as often as a job is attempted: a process may die for reasons other than the file. */
async function check(children: Children, request: Extract<Request, { kind: 'check' }>): Promise<Checked> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await children.ask(request);
    } catch (error) {
      const died = error instanceof UserError && error.code === 'worker-died';
      if (!died || attempt === CHECKS) throw error;
    }
  }
}

async function take(
  queue: Site['queue'],
  transaction: Transaction<Schema>,
  submitted: Submitted,
  phase: Phase,
  checked: Checked,
): Promise<string> {
  const { challenge, team, system, card } = submitted;
  const { fatal, sha256, answers, problems } = checked;
  // Submissions of a team are inserted one after the other, so that none exceeds the quota.
  await transaction.selectFrom('team').select('id').where('id', '=', team).forUpdate().executeTakeFirst();
  const id = randomUUID();
  const received = new Date();
  const common = {
    id,
    challenge,
    phase: submitted.phase,
    team,
    system,
    card: JSON.stringify(card),
    received,
    sha256,
  };
  const actor = `team ${team}`;
  if (fatal) {
    const same = await findSame(transaction, submitted, sha256);
    if (same) return same;
    await requireFewRejections(transaction, submitted, phase, received);
    const kept = JSON.stringify(problems);
    const row = { ...common, state: 'rejected' as const, problems: kept, ended: received };
    await transaction.insertInto('submission').values(row).execute();
    await record(transaction, { actor, action: 'submission-rejected', subject: id, detail: { sha256 } });
    return id;
  }
  while (!(await insertNew(transaction, { ...common, state: 'queued', answers }))) {
    const same = await findSame(transaction, submitted, sha256);
    if (same) return same;
  }
  await requireQuota(transaction, submitted, phase, received, 1);
  await queue.enqueue(id, { submission: id }, transaction);
  await record(transaction, { actor, action: 'submission-queued', subject: id, detail: { sha256 } });
  return id;
}

/** False if the same file of the same system exists. */
async function insertNew(
  transaction: Transaction<Schema>,
  row: Insertable<Schema['submission']>,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await transaction
    .insertInto('submission')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

async function findSame(
  transaction: Transaction<Schema>,
  { challenge, phase, team, system }: Submitted,
  sha256: string,
): Promise<string | undefined> {
  const found = await transaction
    .selectFrom('submission')
    .select('id')
    .where('challenge', '=', challenge)
    .where('phase', '=', phase)
    .where('team', '=', team)
    .where('system', '=', system)
    .where('sha256', '=', sha256)
    .where('state', 'in', ['queued', 'scored'])
    .executeTakeFirst();
  return found?.id;
}

function requireOpen({ state, declared }: OpenedChallenge, phase: Phase, now: Date): void {
  if (state === 'closed')
    throw new UserError('challenge-closed', {
      en: `${declared.id} is closed`,
      zh: `${declared.id} 已关闭`,
    });
  const when = whenOf(phase, now);
  if (when === 'early')
    throw new UserError('phase-closed', {
      en: `This phase opens at ${phase.opens}`,
      zh: `该阶段于 ${phase.opens} 开放`,
    });
  if (when === 'over')
    throw new UserError('phase-closed', {
      en: `This phase closed at ${phase.closes}`,
      zh: `该阶段已于 ${phase.closes} 结束`,
    });
}

async function requireInvited(site: Site, { declared }: OpenedChallenge, team: string): Promise<void> {
  if (declared.access === 'open' || (await isInvited(site, declared.id, team))) return;
  if (declared.access === 'private') throw noChallenge();
  throw new UserError(
    'not-invited',
    { en: 'This challenge is by invitation', zh: '该挑战赛仅限受邀队伍' },
    { hint: { en: 'Ask the host to invite your team.', zh: '请联系主办方邀请您的队伍。' } },
  );
}

const badSystem = (): UserError =>
  new UserError(
    'bad-name',
    {
      en: 'The name of a system has up to 64 letters, digits, dots, hyphens or underscores, and begins with a letter or digit',
      zh: '系统名最长 64 个字符，只能含字母、数字、点、连字符或下划线，且以字母或数字开头',
    },
    { field: 'system' },
  );
