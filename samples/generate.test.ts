import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDataset } from '../src/datasets/dataset.ts';
import { samplesDir } from '../src/datasets/directory.ts';
import { cblueTasks } from '../src/tasks/cblue/tasks.ts';
import { clinicalTasks } from '../src/tasks/clinical.ts';
import type { Example } from '../src/tasks/examples.ts';
import { promptcblueTasks } from '../src/tasks/promptcblue/tasks.ts';
import { tasks } from '../src/tasks/registry.ts';
import { SPLITS } from '../src/tasks/task.ts';
import { generateSamples } from './generate.ts';

const root = samplesDir();
const MAX_BYTES = 2_000_000;

const filesOnDisk = (): string[] =>
  (readdirSync(root, { recursive: true }) as string[])
    .filter((path) => path.includes(sep) && statSync(join(root, path)).isFile())
    .map((path) => path.split(sep).join('/'));

const labelsOf = (example: Example): string[] => {
  const { gold } = example;
  if ('label' in gold) return [gold.label];
  if ('labels' in gold) return [...gold.labels];
  if ('relevance' in gold) return gold.relevance.map(String);
  if ('triples' in gold) return gold.triples.map((triple) => triple.predicate);
  if ('symptoms' in gold) return gold.symptoms.map((symptom) => symptom.status);
  if ('terms' in gold) return [String(gold.terms.length)];
  if ('events' in gold) return gold.events.map(({ tendency }) => tendency);
  if ('statuses' in gold) return [...gold.statuses];
  if ('tree' in gold) return gold.tree.flatMap(({ triples }) => triples.map(([, relation]) => relation));
  if ('references' in gold) return [...(gold.names ?? [])];
  if ('relations' in gold) return gold.relations.map(({ relation }) => relation);
  if ('acts' in gold) return [...gold.acts];
  if ('target' in gold) return gold.target.split('\n').slice(1);
  return gold.entities.map((entity) => entity.type);
};

describe('samples', () => {
  test('are exactly the output of the generator, byte for byte', () => {
    const made = generateSamples();
    expect(filesOnDisk().sort()).toEqual([...made.keys()].sort());
    for (const [path, content] of made) expect(readFileSync(join(root, path), 'utf8'), path).toBe(content);
  });

  test('are small, and every file name says synthetic', () => {
    const files = filesOnDisk();
    expect(files.reduce((sum, path) => sum + statSync(join(root, path)).size, 0)).toBeLessThan(MAX_BYTES);
    expect(files.filter((path) => !path.includes('synthetic'))).toEqual([]);
  });

  // Tasks of CBLUE and clinical corpora have fixtures of their own, and no samples.
  const brought = [...cblueTasks, ...promptcblueTasks, ...clinicalTasks];
  const sampled = tasks.filter((task) => !brought.includes(task));

  test.each(sampled.map((task) => [task.id, task] as const))('%s can be read completely', async (_, task) => {
    const texts: Set<string>[] = [];
    const dataset = await openDataset({ task, dir: root });
    for (const split of SPLITS) {
      const { examples, synthetic } = await dataset.split(split);
      expect(synthetic).toBe(true);
      expect(examples.length).toBeGreaterThanOrEqual(split === 'train' ? 60 : 30);
      const found = new Set(examples.flatMap(labelsOf));
      const declared = task.labels.map((label) => label.id);
      if (split !== 'dev') expect([...found].sort()).toEqual(expect.arrayContaining([...declared].sort()));
      expect(found.size).toBeGreaterThan(1);
      texts.push(new Set(examples.map((example) => JSON.stringify(example.input))));
    }
    const repeated = [...texts[2]].filter((text) => texts[0].has(text)).length;
    expect(repeated / texts[2].size).toBeLessThan(0.6);
  });
});
