import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cases, texts, writeCase } from '../encoders/folder/fixtures/folders.ts';
import { loadFolder } from '../encoders/folder/load.ts';
import { requireTied } from '../encoders/heads/decoder.ts';
import { fillMasks } from './fill-mask.ts';

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-fill-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const named = (name: string) => cases.find((one) => one.name === name)!;

describe('fill-mask', () => {
  it.each([
    'as written',
    'untied decoder',
    'bias of its own that the configuration ties',
    'weight of its own that the configuration ties',
    'decoder of its own that the configuration ties',
  ])('gives the probabilities of transformers: %s', async (name) => {
    const folder = writeCase(named(name), join(scratch, name));
    const { logits } = named(name).python;
    const [filled] = await fillMasks(folder, texts[0], logits.length, { threads: 1 });
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    // two rows of the embeddings have no token
    const expected = logits
      .slice(0, -2)
      .map((logit) => Math.exp(logit) / total)
      .sort((a, b) => b - a);
    expect(filled).toHaveLength(expected.length);
    for (const [rank, { probability }] of filled.entries())
      expect(probability).toBeCloseTo(expected[rank], 4);

    const { config, tensors } = await loadFolder(folder);
    const used = () => requireTied(config, tensors, folder);
    if (name === 'as written') expect(used).not.toThrow();
    else expect(used).toThrow('separate weights');
  });
});
