import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initFolder } from '../../encoders/folder/init.ts';
import { loadFolder } from '../../encoders/folder/load.ts';
import { saveFolder } from '../../encoders/folder/save.ts';
import { type GivenParameters, parseParameters } from '../../ground/parameters.ts';
import { startFrom } from '../../pretraining/start.ts';
import { findTask } from '../../tasks/registry.ts';
import { createBase } from './base.ts';
import { FROM_RANDOM } from './defaults.ts';
import { bert } from './kind.ts';
import { PARAMETERS } from './parameters.ts';
import { resolveParameters } from './resolve.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'chineseblue-base-'));
  const vocab = join(scratch, 'vocab.txt');
  await writeFile(vocab, ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', '头', '疼', ''].join('\n'));
  await initFolder({ vocab, seed: 1, out: join(scratch, 'drawn'), layers: 1, hidden: 64, heads: 1 });
});
afterAll(() => rm(scratch, { recursive: true }));

const task = findTask('cMedIC');
const base = async (given: GivenParameters) => {
  const parsed = parseParameters(PARAMETERS, { layers: 1, hidden: 64, ...given }, { name: bert.summary });
  const parameters = await resolveParameters(parsed, { task });
  return { parameters, ...(await createBase(parameters, () => ['头疼'], 1)) };
};
/** `init` where a folder is meant, nothing for random weights. */
const from = (name: string): GivenParameters => (name === '' ? {} : { init: join(scratch, name) });

describe('what fine-tuning starts from', () => {
  it.each(['', 'drawn'])('is random weights and no dropout for init "%s"', async (name) => {
    const { config, parameters } = await base(from(name));
    expect(parameters.learningRate).toBe(FROM_RANDOM.learningRate);
    expect(config).toMatchObject({
      hiddenDropout: FROM_RANDOM.dropout,
      attentionDropout: FROM_RANDOM.dropout,
    });
    expect(config).not.toHaveProperty('untrained');
  });

  it('is a pretrained model with its own dropout once the weights of `init` were pretrained', async () => {
    const drawn = await loadFolder(join(scratch, 'drawn'));
    const folder = join(scratch, 'taught');
    await saveFolder(folder, { ...startFrom(drawn, 1), tokenizer: drawn.tokenizer });
    expect(await readFile(join(folder, 'config.json'), 'utf8')).not.toContain('untrained');
    const { config, parameters } = await base({ init: folder });
    expect(parameters.learningRate).not.toBe(FROM_RANDOM.learningRate);
    expect(config).toMatchObject({ hiddenDropout: 0.1, attentionDropout: 0.1 });
  });

  it('has the given dropout', async () => {
    for (const name of ['', 'drawn']) {
      const { config } = await base({ ...from(name), dropout: 0.3 });
      expect(config).toMatchObject({ hiddenDropout: 0.3, attentionDropout: 0.3, classifierDropout: 0.3 });
    }
  });
});
