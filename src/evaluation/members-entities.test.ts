import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { samplesDir } from '../datasets/directory.ts';
import { initFolder } from '../encoders/folder/init.ts';
import type { Gold } from '../tasks/examples.ts';
import { findTask } from '../tasks/registry.ts';
import { evaluate } from './evaluate.ts';
import { pathsOf, type StoredRun } from './store.ts';

const folder = mkdtempSync(join(tmpdir(), 'chineseblue-entities-'));
afterAll(() => rmSync(folder, { recursive: true }));

const task = findTask('cMedQANER');
const run = (model: string, parameters = {}) =>
  evaluate({ task, model, parameters, dataDir: samplesDir(), root: join(folder, 'runs'), keepModel: true });

/** The spans of every question that a run predicted. */
const spansOf = ({ directory }: StoredRun): string[][] =>
  readFileSync(pathsOf(directory).predictions, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter((row) => Array.isArray(row.entities))
    .map(({ entities }: Gold<'ner'>) => entities.map((one) => [one.start, one.end, one.type].join(' ')));

it('combines a CRF with a frozen and a fine-tuned encoder', async () => {
  const encoder = join(folder, 'encoder');
  await initFolder({ ...{ vocab: 'cbert-tiny', seed: 1, out: encoder }, layers: 1, hidden: 32, heads: 2 });
  const small = { init: encoder, epochs: 2, copies: 0, threads: 1, learningRate: 5e-3, maxLength: 64 };
  const members = [
    await run('crf', { iterations: 10 }),
    await run('bert', { ...small, freeze: 2 }),
    await run('bert', small),
  ];
  const ids = members.map(({ record }) => record.id);
  expect(new Set(ids).size).toBe(3);
  for (const method of ['average', 'stack']) {
    const combined = await run('ensemble', { runs: ids.join('+'), method });
    expect(combined.record.model.name).toBe('ensemble:crf+bert+bert');
    const said = members.map(spansOf);
    const given = spansOf(combined);
    expect(given.length).toBe(45);
    // only the members find spans
    for (const [i, spans] of given.entries())
      for (const span of spans) expect(said.some((one) => one[i].includes(span))).toBe(true);
    expect(given.flat().length).toBeGreaterThan(0);
  }
}, 240_000);
