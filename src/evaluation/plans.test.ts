import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { samplesDir } from '../datasets/directory.ts';
import { modelKinds } from '../models/registry.ts';
import { findTask, tasks } from '../tasks/registry.ts';
import { makePlans, parseAssignments } from './plans.ts';

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

const plan = (models: string[], parameters = {}, chosen = tasks) =>
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

  it('are read by camelCase and kebab-case names', () => {
    expect(parseAssignments(['min-df=2', 'maxIterations=7'])).toEqual({ minDf: '2', maxIterations: '7' });
    expect(() => parseAssignments(['=2'])).toThrow(expect.objectContaining({ code: 'bad-parameter' }));
  });
});

describe('all-baselines', () => {
  it('has every kind that calls itself a baseline, and no other', () => {
    const models = new Set(plan(['all-baselines']).map(({ model }) => model));
    expect(models).toEqual(new Set(modelKinds().flatMap(({ id, baseline }) => (baseline ? [id] : []))));
    expect(models).not.toContain('bert');
  });
});

describe('quick', () => {
  it('looks at the shipped model on the first task of each family, within a budget', () => {
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

  it('looks at the task that is named, with the parameters that are given', () => {
    const [only, ...more] = looks(plan(['quick'], { tokenBudget: 7 }, [findTask('cMedTC')]));
    expect([only.task.id, only.parameters.tokenBudget, more]).toEqual(['cMedTC', 7, []]);
  });

  it('is no budget for a model that is asked for by name', () => {
    const found = looks(plan([`bert:${SHIPPED_MODEL}`]));
    expect(found).toHaveLength(18);
    expect(found[0].parameters).toEqual({ init: SHIPPED_MODEL });
  });
});
