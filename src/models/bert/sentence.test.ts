import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readSentence } from '../../encoders/folder/sentence.ts';
import { textVectors } from '../../encoders/inference/vectors.ts';
import type { Example } from '../../tasks/examples.ts';
import { findTask } from '../../tasks/registry.ts';
import { fitOn } from '../fixtures/fitted.ts';
import { exportModel } from './export.ts';
import { bert } from './kind.ts';

type Files = Readonly<Record<string, string | { readonly base64: string }>>;
const fixture: {
  texts: string[];
  base: Files;
  cases: { name: string; files: Files; vectors: number[][] }[];
} = JSON.parse(
  readFileSync(new URL('../../encoders/inference/fixtures/sentence.json', import.meta.url), 'utf8'),
);
const HIDDEN = 8;

const root = mkdtempSync(join(tmpdir(), 'chineseblue-sentence-'));
afterAll(() => rmSync(root, { recursive: true }));

function writeFolder(name: string): { folder: string; vectors: number[][] } {
  const { files, vectors } = fixture.cases.find((one) => one.name === 'two, normalised')!;
  for (const [file, content] of Object.entries({ ...fixture.base, ...files })) {
    const path = join(root, name, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : Buffer.from(content.base64, 'base64'));
  }
  return { folder: join(root, name), vectors };
}

it('export keeps the pooling settings of sentence-transformers', async () => {
  const { folder, vectors } = writeFolder('encoder');
  const out = join(root, 'exported');
  await exportModel(folder, out, ['fp32']);
  const found = await textVectors(out, fixture.texts, { threads: 1 });
  for (const [i, vector] of found.entries())
    for (const [k, value] of vector.entries()) expect(value).toBeCloseTo(vectors[i][k], 5);
});

it('a fine-tuned model is kept and exported with the settings of its base', async () => {
  const { folder } = writeFolder('base');
  const train = ['头痛', '咳嗽', '痛头', '嗽CC'].map(
    (text, i): Example<'classification'> => ({ id: `${i}`, input: { text }, gold: { label: `${i % 2}` } }),
  );
  const notes: string[] = [];
  const fitted = await fitOn<'classification'>(bert, findTask('cMedIC'), train, {
    seed: 0,
    parameters: { init: folder, epochs: 1, threads: 1 },
    onNote: ({ en }) => notes.push(en),
  });
  expect(notes).toEqual([expect.stringMatching(/^cMedIC: .*the vocabulary lacks “CC” \(1\)/)]);
  const kept = join(root, 'kept');
  await fitted.save!(kept);
  const out = join(root, 'kept-exported');
  await exportModel(kept, out, ['fp32']);
  const settings = await readSentence(folder, HIDDEN);
  expect(settings?.pooling).toEqual(['max', 'mean']);
  for (const place of [kept, out])
    expect(await readSentence(place, HIDDEN)).toMatchObject({
      pooling: settings?.pooling,
      steps: settings?.steps,
    });
});
