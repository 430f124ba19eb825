import { inflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { imaginedRun, taskNamed } from '../evaluation/fixtures/imagined.ts';
import type { Example } from '../tasks/examples.ts';
import { analyse } from './analysis.ts';
import { bundle } from './bundle.ts';

it('says which labels an example has, also where there are more than a report has figures of', async () => {
  const ids = Array.from({ length: 300 }, (_, i) => `label ${i}`);
  const task = {
    ...taskNamed('cMedIC'),
    labels: ids.map((id) => ({ id, meaning: { en: id, zh: id } })),
  };
  const examples = ids.map(
    (label, i): Example<'classification'> => ({
      id: String(i),
      input: { text: label },
      gold: { label },
    }),
  );
  const predictions = examples.map(({ gold }) => gold);
  const [analysis] = await analyse([imaginedRun({ task, examples, predictions })], async () => []);
  const { index } = bundle(analysis);
  expect([index.labels.length, index.filterable]).toEqual([300, 200]);
  const bytes = inflateRawSync(Buffer.from(index.has, 'base64'));
  const has = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const words = Math.ceil(index.filterable / 32);
  expect(has).toHaveLength(300 * words);
  for (const [i, { gold }] of examples.entries()) {
    const own = [...index.labels.keys()].filter(
      (label) => label < index.filterable && has[i * words + (label >> 5)] & (1 << (label & 31)),
    );
    const expected = index.labels.indexOf(gold.label);
    expect(own).toEqual(expected < index.filterable ? [expected] : []);
  }
});
