import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { samplesDir } from '../datasets/directory.ts';
import { modelKinds } from '../models/registry.ts';
import { findTask, tasks } from '../tasks/registry.ts';
import { makePlans, type PlanRequest, parseAssignments, parseGrid } from './plans.ts';

const cache = mkdtempSync(join(tmpdir(), 'chineseblue-plans-'));
const SHIPPED_MODEL = 'cbert-tiny';
vi.stubEnv('XDG_CACHE_HOME', cache);
const model = join(cache, 'chineseblue', 'models', SHIPPED_MODEL);
mkdirSync(model, { recursive: true });
writeFileSync(join(model, 'config.json'), '{}');
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

const plan = (models: string[], parameters = {}, chosen = tasks, more: Partial<PlanRequest> = {}) =>
  makePlans({
    tasks: chosen,
    models,
    seeds: [0],
    parameters,
    split: 'test',
    source: 'primary',
    dataDir: samplesDir(),
    root: 'runs',
    keepModel: false,
    force: false,
    ...more,
  }).plans;
const looks = (plans: ReturnType<typeof plan>) => plans.filter(({ model }) => model === 'bert');

describe('parameters', () => {
  it('are checked before anything runs', () => {
    expect(() => plan(['linear'], { c: 'much' })).toThrow(expect.objectContaining({ code: 'bad-parameter' }));
    expect(() => plan(['linear'], { depth: 1 })).toThrow(
      expect.objectContaining({ code: 'unknown-parameter', place: { field: 'depth' } }),
    );
    expect(() => plan(['linear', 'knn'], { depth: 1 })).toThrow(
      expect.objectContaining({ code: 'unknown-parameter' }),
    );
  });

  it('of some families reach their tasks, and are refused where no task has a use for them', () => {
    const [ranking, label] = [findTask('cMedIR'), findTask('cMedIC')];
    const given = { rankingLoss: 'pairwise' };
    expect(plan(['bert'], given, [ranking, label]).map(({ parameters }) => parameters)).toEqual([given, {}]);
    expect(() => plan(['bert', 'linear'], given, [label])).toThrow(
      expect.objectContaining({ code: 'bad-parameter', place: { field: 'ranking-loss' } }),
    );
  });

  it('are read by camelCase and kebab-case names', () => {
    expect(parseAssignments(['min-df=2', 'maxIterations=7'])).toEqual({ minDf: '2', maxIterations: '7' });
    expect(() => parseAssignments(['=2'])).toThrow(expect.objectContaining({ code: 'bad-parameter' }));
  });
});

describe('a grid', () => {
  const task = findTask('cMedIC');

  it('has every combination of the values that are given', () => {
    expect(parseGrid(['c=1', 'min-df=2', 'c=10', 'min-df=3'])).toEqual([
      { c: '1', minDf: '2' },
      { c: '1', minDf: '3' },
      { c: '10', minDf: '2' },
      { c: '10', minDf: '3' },
    ]);
    expect(parseGrid([])).toEqual([{}]);
    expect(() => parseGrid(['c=1', 'c'])).toThrow(expect.objectContaining({ code: 'bad-parameter' }));
  });

  it('applies to the models that have its parameters, each distinct setting once', () => {
    const grid = parseGrid(['c=1', 'c=10']);
    const found = plan(['majority', 'linear'], { minDf: 2 }, [task], { grid, seeds: [0, 1] });
    expect(found.map(({ model, parameters, seed }) => [model, parameters, seed])).toEqual([
      ['majority', {}, 0],
      ['linear', { minDf: 2, c: '1' }, 0],
      ['linear', { minDf: 2, c: '10' }, 0],
    ]);
    expect(() => plan(['linear'], {}, [task], { grid: parseGrid(['c=1', 'c=much']) })).toThrow(
      expect.objectContaining({ code: 'bad-parameter' }),
    );
    expect(() => plan(['linear'], {}, [task], { grid: parseGrid(['depth=1', 'depth=2']) })).toThrow(
      expect.objectContaining({ code: 'unknown-parameter' }),
    );
  });

  it('is tried on every fold, fold after fold', () => {
    const found = plan(['linear'], {}, [task], {
      grid: parseGrid(['c=1', 'c=10']),
      split: undefined,
      folds: true,
    });
    expect(found.map(({ split, parameters }) => `${split} ${parameters.c}`)).toEqual(
      [1, 2, 3, 4, 5].flatMap((fold) => [`fold-${fold}-of-5@1 1`, `fold-${fold}-of-5@1 10`]),
    );
  });
});

describe('all-baselines', () => {
  it('has every kind that is declared a baseline, and no other', () => {
    const models = new Set(plan(['all-baselines']).map(({ model }) => model));
    expect(models).toEqual(new Set(modelKinds().flatMap(({ id, baseline }) => (baseline ? [id] : []))));
    expect(models).not.toContain('bert');
  });
});

describe('quick', () => {
  it('evaluates the shipped model on the first task of each family, within a budget', () => {
    const found = looks(plan(['quick']));
    expect(found.map(({ task }) => task.id)).toEqual([
      'cEHRNER',
      'cMedQQ',
      'cMedIR',
      'cMedIC',
      'CMDD',
      'inference',
      'multilabel',
      'relation',
      'normalisation',
      'dialogue-acts',
      'event',
      'mention-status',
      'causal',
    ]);
    for (const { parameters } of found) {
      expect(parameters).toMatchObject({ init: SHIPPED_MODEL, threads: 1 });
      expect(parameters.tokenBudget).toBeGreaterThan(0);
    }
  });

  it('evaluates the named task, with the given parameters', () => {
    const [only, ...more] = looks(plan(['quick'], { tokenBudget: 7 }, [findTask('cMedTC')]));
    expect([only.task.id, only.parameters.tokenBudget, more]).toEqual(['cMedTC', 7, []]);
  });

  it('sets no budget for a model requested by name', () => {
    const found = looks(plan([`bert:${SHIPPED_MODEL}`]));
    expect(found).toHaveLength(18);
    expect(found[0].parameters).toEqual({ init: SHIPPED_MODEL });
  });
});
