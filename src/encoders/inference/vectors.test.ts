import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { importModel } from '../folder/import.ts';
import { createTokenizer } from '../tokenizers/tokenizer.ts';
import type { Pooling } from './parameters.ts';
import { openTextEncoder } from './text-encoder.ts';
import { cosine, textVectors } from './vectors.ts';

type Files = Readonly<Record<string, string | { readonly base64: string }>>;
interface Case {
  readonly name: string;
  readonly files: Files;
  readonly asked: { readonly prompt?: string; readonly prompt_name?: string };
  readonly vectors: readonly (readonly number[])[];
}
/** Made by bench/peers/sentence_vectors.py. */
const { texts, base, cases }: { texts: string[]; base: Files; cases: Case[] } = JSON.parse(
  readFileSync(new URL('./fixtures/sentence.json', import.meta.url), 'utf8'),
);

const root = mkdtempSync(join(tmpdir(), 'chineseblue-vectors-'));
afterAll(() => rmSync(root, { recursive: true }));

function writeFolder(name: string, files: Files): string {
  const folder = join(root, name);
  for (const [file, content] of Object.entries({ ...base, ...files })) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : Buffer.from(content.base64, 'base64'));
  }
  return folder;
}
const caseOf = (name: string): Case => cases.find((one) => one.name === name)!;

function expectEqual(vectors: readonly Float32Array[], expected: Case['vectors']): void {
  for (const [i, vector] of vectors.entries()) {
    expect(vector.length).toBe(expected[i].length);
    for (const [k, value] of vector.entries())
      expect(Math.abs(value - expected[i][k]), `${i} ${k}`).toBeLessThan(1e-5);
  }
}

describe('textVectors', () => {
  it.each(cases.map((one, i) => [one.name, i, one] as const))(
    'gives the vectors of sentence-transformers: %s',
    async (_name, i, { files, asked, vectors }) => {
      const folder = writeFolder(`case-${i}`, files);
      const options = { promptText: asked.prompt, prompt: asked.prompt_name, threads: 1 };
      expectEqual(await textVectors(folder, texts, options), vectors);
    },
  );

  it('takes requested settings in place of those of the folder', async () => {
    const folder = writeFolder('asked', caseOf('two, normalised').files);
    const asked: Pooling[] = ['cls'];
    const vectors = await textVectors(folder, texts, { pooling: asked, normalize: false, threads: 1 });
    expectEqual(vectors, caseOf('cls').vectors);
    const unit = await textVectors(folder, texts, { pooling: 'cls', threads: 1 });
    for (const [i, vector] of unit.entries()) {
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
      expect(cosine(vector, vectors[i])).toBeCloseTo(1, 5);
    }
  });

  it('keeps the settings where a folder is imported', async () => {
    const out = join(root, 'imported');
    await importModel(writeFolder('original', caseOf('dense layers').files), out);
    expectEqual(await textVectors(out, texts, { threads: 1 }), caseOf('dense layers').vectors);
  });

  it('gives a text the same bits whatever else is in the batch', async () => {
    const encoder = await openTextEncoder(writeFolder('alone', caseOf('mean').files), { threads: 1 });
    const together = await encoder.encode([...texts, ...texts, '头痛头痛', '咳嗽头痛', '痛头嗽咳']);
    for (const [i, text] of texts.entries()) {
      const [alone] = await encoder.encode([text]);
      expect(alone).toEqual(together[i]);
      expect(together[i + texts.length]).toBe(together[i]);
    }
  });

  it('averages the tokens of the text itself in any other folder', async () => {
    const folder = writeFolder('plain', {});
    const { tokenizer } = await openTextEncoder(folder, { threads: 1 });
    expect(createTokenizer(tokenizer.vocabulary, tokenizer.options).encode('头痛').ids.length).toBe(4);
    const [first] = await textVectors(folder, ['头'], { threads: 1 });
    const [last] = await textVectors(folder, ['头'], { pooling: ['cls', 'mean', 'lasttoken'], threads: 1 });
    const size = first.length;
    for (let i = 0; i < size; i++)
      expect(first[i]).toBeCloseTo(3 * last[size + i] - last[i] - last[2 * size + i], 4);
  });
});

describe('settings of sentence-transformers that are not supported', () => {
  const modules = (...types: string[]): string =>
    JSON.stringify(types.map((type, i) => ({ path: i === 0 ? '' : `${i}_X`, type })));
  const models = 'sentence_transformers.models';
  const pooling = '{"pooling_mode_cls_token": true}';
  it.each<[string, Files, string]>([
    ['a module', { 'modules.json': modules(`${models}.Transformer`, `${models}.LSTM`) }, 'LSTM'],
    [
      'a module of others',
      {
        'modules.json': modules(`${models}.Transformer`, `${models}.Pooling`, 'pylate.Head'),
        '1_X/config.json': pooling,
      },
      'pylate.Head',
    ],
    [
      'a pooling',
      {
        'modules.json': modules(`${models}.Transformer`, `${models}.Pooling`),
        '1_X/config.json': '{"pooling_mode": "attention"}',
      },
      'attention',
    ],
    [
      'a flag',
      {
        'modules.json': modules(`${models}.Transformer`, `${models}.Pooling`),
        '1_X/config.json': '{"pooling_mode_new_tokens": true}',
      },
      'pooling_mode_new_tokens',
    ],
    [
      'a path that leads outside',
      { 'modules.json': JSON.stringify([{ path: '../other', type: `${models}.Transformer` }]) },
      '../other',
    ],
  ])('names %s', async (what, files, named) => {
    const folder = writeFolder(`refused ${what}`, files);
    await expect(textVectors(folder, ['头'])).rejects.toMatchObject({
      code: 'sentence-unsupported',
      message: expect.stringContaining(named),
    });
  });

  it('names a prompt that the folder lacks', async () => {
    const folder = writeFolder('prompts', caseOf('default prompt').files);
    await expect(textVectors(folder, ['头'], { prompt: 'passage' })).rejects.toMatchObject({
      code: 'unknown-prompt',
      hint: 'It has query, document.',
    });
  });
});
