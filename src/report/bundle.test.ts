import { inflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { imaginedRun, taskNamed } from '../evaluation/fixtures/imagined.ts';
import type { Example } from '../tasks/examples.ts';
import { analyse } from './analysis.ts';
import { bundle } from './bundle.ts';

it('has the labels of an example even where the report omits figures of some labels', async () => {
  const ids = Array.from({ length: 40 }, (_, i) => `label ${i}`);
  const task = { ...taskNamed('cMedIC'), labels: ids.map((id) => ({ id, meaning: { en: id, zh: id } })) };
  const examples = ids.map(
    (label, i): Example<'classification'> => ({ id: String(i), input: { text: label }, gold: { label } }),
  );
  const predictions = examples.map(({ gold }) => gold);
  const [analysis] = await analyse([imaginedRun({ task, examples, predictions })], async () => []);
  const runs = analysis.runs.map((run) => ({ ...run, classes: run.classes.slice(0, 3) }));
  const { index } = bundle({ ...analysis, runs });
  expect([index.labels.length, index.filterable]).toEqual([40, 3]);
  const bytes = inflateRawSync(Buffer.from(index.has, 'base64'));
  const has = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  expect(has).toHaveLength(40);
  for (const [i, { gold }] of examples.entries()) {
    const label = index.labels.indexOf(gold.label);
    expect(has[i]).toBe(label < index.filterable ? 1 << label : 0);
  }
});
