import { UserError } from '../ground/errors.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { Task } from '../tasks/task.ts';
import { record } from './audit-log.ts';
import { type Challenge, parseChallenge } from './challenge.ts';
import { createMemory, type Memory } from './memory.ts';
import { splitsOf } from './scoring/register.ts';
import type { Asked, Prepared, Registered } from './scoring/requests.ts';
import type { Site } from './site.ts';
import { type Actor, manages, nameOfActor, requireAllowed } from './tokens.ts';

/** A challenge as the server stores it. */
export interface OpenedChallenge {
  readonly declared: Challenge;
  readonly task: Task;
  readonly state: 'open' | 'closed';
  /** Id of the convention that systems are ranked by. */
  readonly primary: string;
}

const challengeColumns = ['id', 'state', 'declared', 'task'] as const;

/** A challenge from its row. */
export const opened = ({
  declared,
  task,
  state,
}: Pick<OpenedChallenge, 'declared' | 'task' | 'state'>): OpenedChallenge => ({
  // Challenges created before a field was added get its default.
  declared: parseChallenge(declared),
  task,
  state,
  primary: declared.primary ?? task.primary,
});

/** All challenges, by id. */
export async function listChallenges({ kysely }: Site): Promise<OpenedChallenge[]> {
  const rows = await kysely.selectFrom('challenge').select(challengeColumns).orderBy('id').execute();
  return rows.map(opened);
}

/** Throws a UserError `no-challenge`. */
export async function findChallenge({ kysely }: Site, id: string): Promise<OpenedChallenge> {
  const row = await kysely
    .selectFrom('challenge')
    .select(challengeColumns)
    .where('id', '=', id)
    .executeTakeFirst();
  if (row) return opened(row);
  throw noChallenge();
}

export const noChallenge = (): UserError =>
  new UserError(
    'no-challenge',
    { en: 'There is no such challenge', zh: '没有这个挑战赛' },
    {
      field: 'challenge',
      hint: {
        en: 'The first page of the server lists its challenges, and so does /api/v1/challenges.',
        zh: '服务器首页与 /api/v1/challenges 列出全部挑战赛。',
      },
    },
  );

/** A challenge to be created. */
interface NewChallenge {
  readonly declared: Challenge;
  readonly task: Task;
  /** The data directory that has the corpus. */
  readonly dir: string;
  /** Directory of the subsets that `data audit --write-clean` wrote: scored in addition to all examples. */
  readonly subsets?: string;
}

/**
 * Creates a challenge from its declaration, its task and the data directory that has the corpus: a scoring process reads the
 * corpus and returns questions and encrypted gold. Throws a UserError: `forbidden`, `already-exists`,
 * `unknown-convention`, and those of reading the corpus and the keys.
 */
export async function createChallenge(
  site: Site,
  by: Actor,
  { declared, task, dir, subsets }: NewChallenge,
): Promise<void> {
  requireAllowed(by.role === 'admin');
  const { kysely, children } = site;
  const { id } = declared;
  if (declared.gold === 'remote') throw mustBeSent();
  requireConvention(task, declared.primary);
  await requireNew(site, id);
  const prepared: (Prepared & { readonly split: 'dev' | 'test' })[] = [];
  for (const split of splitsOf(declared))
    prepared.push({
      split,
      ...(await children.ask({ kind: 'prepare', challenge: id, task, dir, split, subsets })),
    });
  await storeChallenge(kysely, by, { declared, task: prepared[0].task, splits: prepared });
}

/**
 * Creates a challenge whose gold is remote from the file that a hospital sent: declaration, task and questions, without gold.
 * Throws a UserError: `forbidden` for those who do not manage it, `already-exists`, `unknown-convention`, or an error in the
 * file.
 */
export async function registerChallenge(site: Site, by: Actor, file: string): Promise<Challenge> {
  const { kysely, children } = site;
  const registered = await children.ask({ kind: 'register', file });
  const { declared, task } = registered;
  requireAllowed(manages(by, declared.id));
  requireConvention(task, declared.primary);
  await requireNew(site, declared.id);
  await storeChallenge(kysely, by, registered);
  return declared;
}

async function requireNew({ kysely }: Site, id: string): Promise<void> {
  const there = await kysely.selectFrom('challenge').select('id').where('id', '=', id).executeTakeFirst();
  if (there) throw exists(id);
}

async function storeChallenge(
  kysely: Site['kysely'],
  by: Actor,
  {
    declared,
    task,
    splits,
  }: Pick<Registered, 'declared' | 'task'> & {
    readonly splits: readonly (Registered['splits'][number] & Partial<Pick<Prepared, 'sealedGold'>>)[];
  },
): Promise<void> {
  const { id, gold } = declared;
  const row = { id, state: 'open' as const, declared: JSON.stringify(declared), task: JSON.stringify(task) };
  await kysely.transaction().execute(async (transaction) => {
    const made = await transaction
      .insertInto('challenge')
      .values({ ...row, created: new Date() })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (made.numInsertedOrUpdatedRows !== 1n) throw exists(id);
    for (const { split: name, synthetic, questions, sealedGold = null } of splits)
      await transaction
        .insertInto('split')
        .values({ challenge: id, name, synthetic, questions, sealed_gold: sealedGold })
        .execute();
    await record(transaction, {
      ...{ actor: nameOfActor(by), action: 'challenge-created', subject: id, detail: { gold } },
    });
  });
}

const mustBeSent = (): UserError =>
  new UserError(
    'gold-is-remote',
    {
      en: 'The gold of this challenge must not be stored on the server',
      zh: '该挑战赛的金标不得保存在服务器上',
    },
    {
      field: 'gold',
      hint: {
        en: 'Run `chineseblue challenge create --server URL` where the gold is.',
        zh: '请在金标所在的机器上运行 `chineseblue challenge create --server URL`。',
      },
    },
  );

function requireConvention(task: Task, id = task.primary): void {
  const { conventions } = familyOf(task);
  if (conventions.some((convention) => convention.id === id)) return;
  throw new UserError(
    'unknown-convention',
    { en: `${task.id} has no convention ${id}`, zh: `${task.id} 没有口径 ${id}` },
    {
      field: 'primary',
      hint: {
        en: `Known: ${conventions.map((known) => known.id).join(', ')}.`,
        zh: `可选：${conventions.map((known) => known.id).join('、')}。`,
      },
    },
  );
}

const exists = (id: string): UserError =>
  new UserError(
    'already-exists',
    { en: `The challenge ${id} already exists`, zh: `挑战赛 ${id} 已存在` },
    { field: 'id', hint: { en: 'Choose another id.', zh: '请换一个 id。' } },
  );

/** Whether larger scores are better (1) or smaller ones (-1) under the convention that a challenge ranks by. */
export function signOf({ task, primary }: OpenedChallenge): 1 | -1 {
  const convention = familyOf(task).conventions.find(({ id }) => id === primary);
  return convention?.smallerIsBetter ? -1 : 1;
}

/**
 * Opens or closes a challenge. A closed one accepts no submissions and keeps its board. Throws a UserError: `forbidden` for
 * those who do not manage it, `no-challenge`.
 */
export async function setState(site: Site, by: Actor, id: string, state: 'open' | 'closed'): Promise<void> {
  requireAllowed(manages(by, id));
  await findChallenge(site, id);
  await site.kysely.transaction().execute(async (transaction) => {
    await transaction.updateTable('challenge').set({ state }).where('id', '=', id).execute();
    const action = state === 'open' ? 'challenge-opened' : 'challenge-closed';
    await record(transaction, { actor: nameOfActor(by), action, subject: id });
  });
}

/** Splits whose questions are held in memory. */
const KEPT_SPLITS = 8;
const memories = new WeakMap<Site, Memory<Uint8Array>>();

/** The questions of a phase, cached because they never change. */
export async function askedIn(
  site: Site,
  { declared, task }: OpenedChallenge,
  split: 'dev' | 'test',
): Promise<Asked> {
  const memory = memories.get(site) ?? createMemory<Uint8Array>(KEPT_SPLITS);
  memories.set(site, memory);
  const questions = await memory.recall(JSON.stringify([declared.id, split]), 0, async () => {
    const row = await site.kysely
      .selectFrom('split')
      .select('questions')
      .where('challenge', '=', declared.id)
      .where('name', '=', split)
      .executeTakeFirstOrThrow();
    return row.questions;
  });
  return { challenge: declared.id, split, task, questions };
}

/**
 * Re-encrypts all gold with the current key, after which no older one is needed; all of it or none. Returns the number
 * of splits. Throws a UserError: `forbidden`, or one from the scoring process such as `key-missing`.
 */
export async function reencryptGold({ kysely, children }: Site, by: Actor): Promise<number> {
  requireAllowed(by.role === 'admin');
  return kysely.transaction().execute(async (transaction) => {
    const splits = await transaction
      .selectFrom('split')
      .select(['challenge', 'name', 'sealed_gold'])
      .forUpdate()
      .execute();
    const here = splits.flatMap((split) => (split.sealed_gold ? { ...split, gold: split.sealed_gold } : []));
    for (const { challenge, name, gold: sealedGold } of here) {
      const sealed = await children.ask({ kind: 'reencrypt', challenge, split: name, sealedGold });
      await transaction
        .updateTable('split')
        .set({ sealed_gold: sealed })
        .where('challenge', '=', challenge)
        .where('name', '=', name)
        .execute();
      const detail = { split: name };
      await record(transaction, {
        actor: nameOfActor(by),
        action: 'gold-reencrypted',
        subject: challenge,
        detail,
      });
    }
    return here.length;
  });
}
