import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { samplesDir } from '../datasets/directory.ts';
import { findTask, tasks } from '../tasks/registry.ts';
import { makePlans } from './plans.ts';
import { SHIPPED_MODEL } from './quick-look.ts';

const cache = mkdtempSync(join(tmpdir(), 'chineseblue-plans-'));
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
    ]);
    for (const { parameters } of found) {
      expect(parameters).toMatchObject({ init: SHIPPED_MODEL, threads: 1 });
      expect(parameters.budget).toBeGreaterThan(0);
    }
  });

  it('looks at the task that is named, with the parameters that are given', () => {
    const [only, ...more] = looks(plan(['quick'], { budget: 7 }, [findTask('cMedTC')]));
    expect([only.task.id, only.parameters.budget, more]).toEqual(['cMedTC', 7, []]);
  });

  it('is no budget for a model that is asked for by name', () => {
    const found = looks(plan([`bert:${SHIPPED_MODEL}`]));
    expect(found).toHaveLength(13);
    expect(found[0].parameters).toEqual({ init: SHIPPED_MODEL });
  });
});
