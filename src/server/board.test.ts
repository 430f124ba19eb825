import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openDataset } from '../datasets/dataset.ts';
import { samplesDir } from '../datasets/directory.ts';
import { writeSubsets } from '../datasets/subsets.ts';
import { findTask } from '../tasks/registry.ts';
import { boardOf, pOf, scoreIn } from './board.ts';
import { type PhaseName, parseChallenge } from './challenge.ts';
import { createChallenge, findChallenge, setState } from './challenges.ts';
import { compareOnBoard } from './comparison.ts';
import { eventually, openTestSite, type TestSite } from './fixtures/site.ts';
import { historyOf } from './history.ts';
import { setReproduction } from './reproduction.ts';
import { standings } from './standing.ts';
import { submit } from './submit.ts';
import { viewSubmission } from './view.ts';

const ADMIN = { role: 'admin' } as const;
const LEAKED = 10;

let inside: TestSite;

/** Directory of subsets: of dev the first ten are leaked and two conflicting, of test three are leaked. */
async function subsetsOf(directory: string): Promise<string> {
  const { split } = await openDataset({ task: findTask('cMedIC'), dir: samplesDir() });
  const { questions: dev, files } = await split('dev');
  const { questions: test, files: others } = await split('test');
  const [ids, testIds] = [dev, test].map((list) => list.map(({ id }) => id));
  await writeSubsets(directory, {
    schema: 'chineseblue/subsets@1',
    task: 'cMedIC',
    files: [...files, ...others],
    splits: {
      dev: { clean: ids.slice(LEAKED), leaked: ids.slice(0, LEAKED), conflicting: [] },
      test: { clean: testIds.slice(3), leaked: testIds.slice(0, 3), conflicting: [] },
    },
  });
  return directory;
}

async function submitAnswers(team: string, phase: PhaseName, wrong: number, system: string): Promise<string> {
  const file = await inside.answersFile(wrong, phase === 'practice' ? 'dev' : 'test');
  const card = { kind: 'encoder', cost: { amount: wrong / 10, currency: 'CNY' } } as const;
  const id = await submit(inside.site, { challenge: 'sub', phase, team, system, card, file });
  await eventually(async () => (await viewSubmission(inside.site, ADMIN, id)).ended);
  return id;
}

beforeAll(async () => {
  inside = await openTestSite();
  const declared = parseChallenge({
    ...{ id: 'sub', title: 'Subsets', task: 'cMedIC', goldReaders: 'Everyone.' },
    phases: {
      practice: { split: 'dev', quota: { day: 9999, total: 9999 } },
      test: { split: 'test' },
      final: { split: 'test' },
    },
  });
  const task = findTask('cMedIC');
  const subsets = await subsetsOf(join(inside.directory, 'subsets'));
  await createChallenge(inside.site, ADMIN, { declared, task, dir: samplesDir(), subsets });
  await submitAnswers('red', 'practice', 20, 'red-one');
  await submitAnswers('red', 'practice', 25, 'red-worse');
  await submitAnswers('red', 'practice', LEAKED, 'red-two');
  await submitAnswers('blue', 'practice', 30, 'blue-one');
  await submitAnswers('red', 'test', 5, 'red-blind');
  await submitAnswers('blue', 'test', 40, 'blue-blind');
}, 400_000);
afterAll(() => inside.close());

const challenge = () => findChallenge(inside.site, 'sub');

describe('a board', () => {
  it('is ordered by another subset or convention on request', async () => {
    const all = await boardOf(inside.site, await challenge(), 'practice');
    expect(all.rows.map(({ team, system }) => [team, system])).toEqual([
      ['red', 'red-two'],
      ['blue', 'blue-one'],
    ]);
    expect(all.subsets).toEqual([
      { name: 'all', examples: 45, units: 45 },
      { name: 'clean', examples: 35, units: 35 },
      { name: 'leaked', examples: LEAKED, units: LEAKED },
    ]);
    const clean = await boardOf(inside.site, await challenge(), 'practice', { subset: 'clean' });
    expect(clean.rows.map(({ score }) => score)).toEqual([1, 15 / 35]);
    const [convention] = clean.conventions.slice(1);
    const other = await boardOf(inside.site, await challenge(), 'practice', { convention });
    expect(other.convention).toBe(convention);
    expect(other.rows[0].score).not.toBe(all.rows[0].score);
    await expect(
      boardOf(inside.site, await challenge(), 'practice', { subset: 'none' }),
    ).rejects.toMatchObject({ code: 'not-shown', place: { field: 'subset' } });
  });

  it('of a blind phase shows the released score and nothing else', async () => {
    const board = await boardOf(inside.site, await challenge(), 'test');
    expect(board).toMatchObject({ blind: true, subsets: [], conventions: [board.primary] });
    expect(board.rows[0]).toMatchObject({ team: 'red', score: 0.917 });
    expect(board.rows[0]).not.toHaveProperty('low');
    for (const asked of [{ subset: 'clean' }, { convention: 'classification/macro-f1@1' }])
      await expect(boardOf(inside.site, await challenge(), 'test', asked)).rejects.toMatchObject({
        code: 'not-shown',
      });
  });
});

describe('the history of a team', () => {
  it('has improvements, oldest first', async () => {
    const { entries } = await historyOf(inside.site, await challenge(), 'practice', 'red');
    expect(entries.map(({ system, score }) => [system, score])).toEqual([
      ['red-one', 25 / 45],
      ['red-two', 35 / 45],
    ]);
    await expect(historyOf(inside.site, await challenge(), 'practice', 'green')).rejects.toMatchObject({
      code: 'no-team',
    });
  });

  it('of a blind phase has released scores only', async () => {
    const { entries, blind } = await historyOf(inside.site, await challenge(), 'test', 'red');
    expect([blind, entries.map(({ score }) => score)]).toEqual([true, [0.917]]);
    expect(entries[0]).not.toHaveProperty('low');
  });

  it('of a sealed phase is empty, and does not reveal who took part', async () => {
    for (const team of ['red', 'nobody'])
      expect(await historyOf(inside.site, await challenge(), 'final', team)).toMatchObject({
        sealed: true,
        entries: [],
      });
  });
});

describe('two systems side by side', () => {
  it('have their scores on every subset and the tested difference', async () => {
    const compared = await compareOnBoard(inside.site, await challenge(), 'practice', ['red', 'blue']);
    const primary = compared.scores.filter(({ convention }) => convention === compared.primary);
    expect(primary.map(({ subset, a, b }) => [subset, a, b])).toEqual([
      ['all', 35 / 45, 15 / 45],
      ['clean', 1, 15 / 35],
      ['leaked', 0, 0],
    ]);
    expect(compared.tested?.difference).toBeCloseTo(20 / 45, 10);
    expect(compared.tested!.low).toBeGreaterThan(0.2);
    const turned = await compareOnBoard(inside.site, await challenge(), 'practice', ['blue', 'red']);
    expect(turned.tested?.difference).toBeCloseTo(-20 / 45, 10);
    expect(compared.together).toBe(false);
  });

  it('of a blind phase have their released scores only', async () => {
    const compared = await compareOnBoard(inside.site, await challenge(), 'test', ['red', 'blue']);
    expect(compared.scores).toHaveLength(1);
    expect(compared).not.toHaveProperty('tested');
    await expect(
      compareOnBoard(inside.site, await challenge(), 'final', ['red', 'blue']),
    ).rejects.toMatchObject({ code: 'no-team' });
  });
});

it('subsets that are too small are not scored, even after the phase', async () => {
  await setState(inside.site, ADMIN, 'sub', 'closed');
  const board = await boardOf(inside.site, await challenge(), 'test');
  await setState(inside.site, ADMIN, 'sub', 'open');
  expect(board.subsets).toEqual([{ name: 'all', examples: 60, units: 60 }]);
});

it('a host gives the badge of a reproduced result, and removes it', async () => {
  const { rows } = await boardOf(inside.site, await challenge(), 'practice');
  const host = { role: 'host', challenge: 'sub' } as const;
  const other = { role: 'host', challenge: 'ic' } as const;
  const [{ submission }] = rows;
  await expect(setReproduction(inside.site, other, submission, 'x')).rejects.toMatchObject({
    code: 'forbidden',
  });
  await setReproduction(inside.site, host, submission, 'from their code, by us');
  const badge = { by: 'host sub', note: 'from their code, by us' };
  expect((await boardOf(inside.site, await challenge(), 'practice')).rows[0].reproduced).toMatchObject(badge);
  const { entries } = await historyOf(inside.site, await challenge(), 'practice', 'red');
  expect(entries.map(({ reproduced }) => reproduced !== undefined)).toEqual([false, true]);
  await setReproduction(inside.site, host, submission, null);
  expect((await boardOf(inside.site, await challenge(), 'practice')).rows[0]).not.toHaveProperty(
    'reproduced',
  );
});

describe('a board that is requested again', () => {
  it('queries the database once, and shares the rows among concurrent requests', async () => {
    let queries = 0;
    const kysely = inside.site.kysely.withPlugin({
      transformQuery({ node }) {
        queries++;
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    const site = { ...inside.site, kysely };
    const opened = await challenge();
    await boardOf(site, opened, 'practice');
    const first = queries;
    await boardOf(site, opened, 'practice');
    expect(queries - first).toBe(1);
    await submitAnswers('blue', 'practice', 1, 'blue-best');
    queries = 0;
    const boards = await Promise.all([1, 2, 3].map(() => boardOf(site, opened, 'practice')));
    expect(boards.map(({ rows }) => rows[0].system)).toEqual(['blue-best', 'blue-best', 'blue-best']);
    expect(queries).toBeLessThanOrEqual(3 + first - 1);
  });

  /** Rows of submissions that the database reads for the standings. */
  const touched = () =>
    inside.site.kysely.transaction().execute(async (transaction) => {
      const count = async () => {
        const { rows } = await sql<{ read: number }>`
          select (seq_tup_read + idx_tup_fetch)::int as read from pg_stat_xact_user_tables
          where relname = 'submission'
        `.execute(transaction);
        return rows[0]?.read ?? 0;
      };
      const before = await count();
      await standings(transaction, 'sub', 'practice');
      return (await count()) - before;
    });

  it('reads the same number of rows however many were scored, and shows new ones at once', async () => {
    const before = await boardOf(inside.site, await challenge(), 'practice');
    await sql`
      insert into submission (id, challenge, phase, team, system, card, received, state, sha256, sheet, value, released,
        improved, attempts, ended)
      select gen_random_uuid(), challenge, phase, team, system || copy, card, received, state, md5(random()::text), sheet,
        value, released, false, attempts, ended
      from (select * from submission where phase = 'practice' and state = 'scored') as known, generate_series(1, 300) as copy
    `.execute(inside.site.kysely);
    await sql`analyze submission`.execute(inside.site.kysely);
    expect(await touched()).toBe(2);
    const after = await boardOf(inside.site, await challenge(), 'practice');
    const added = new Map([
      ['red', 900],
      ['blue', 600],
    ]);
    expect(after.rows).toEqual(
      before.rows.map((row) => ({ ...row, submissions: row.submissions + added.get(row.team)! })),
    );
  });

  it('has the submission scored last, even if the clock was set back', async () => {
    const best = async () => (await boardOf(inside.site, await challenge(), 'practice')).rows[0];
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
    onTestFinished(() => void vi.useRealTimers());
    await submitAnswers('blue', 'practice', 0, 'blue-late');
    expect(await best()).toMatchObject({ system: 'blue-late', score: 1 });
  });

  it('reveals results at its closing time', async () => {
    const { declared, ...rest } = await challenge();
    const closing = (closes: string) => {
      const phases = { ...declared.phases, test: { ...declared.phases.test!, closes } };
      return boardOf(inside.site, { ...rest, declared: { ...declared, phases } }, 'test');
    };
    const [soon, past] = [new Date(Date.now() + 60_000), new Date(Date.now() - 1)];
    expect(await closing(soon.toISOString())).toMatchObject({ blind: true, subsets: [] });
    const over = await closing(past.toISOString());
    expect(over.blind).toBe(false);
    expect(over.rows[0].score).toBe(55 / 60);
    expect((await closing(soon.toISOString())).rows[0].score).toBe(0.917);
  });
});

it('an undefined score is null, and does not differ from any other', () => {
  const kept = { convention: 'x', value: 'NaN', interval: { low: 'NaN', high: 0.5 } };
  expect(scoreIn({ scores: [kept] } as never, 'x')).toEqual({ score: null, low: null, high: 0.5 });
  expect(scoreIn(undefined, 'x')).toEqual({ score: null, low: null, high: null });
  expect([pOf(Number.NaN, Number.NaN), pOf(Number.NaN, 0.1), pOf(0.2, Infinity)]).toEqual([NaN, NaN, 1]);
});
