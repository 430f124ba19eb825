import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initFolder } from '../../encoders/folder/init.ts';
import { loadFolder } from '../../encoders/folder/load.ts';
import { saveFolder } from '../../encoders/folder/save.ts';
import { startFrom } from '../../pretraining/start.ts';
import { createBase } from './base.ts';
import { BERT_DEFAULTS, FROM_RANDOM } from './defaults.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'chineseblue-base-'));
  const vocab = join(scratch, 'vocab.txt');
  await writeFile(vocab, ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', '头', '疼', ''].join('\n'));
  await initFolder({ vocab, seed: 1, out: join(scratch, 'drawn'), layers: 1, hidden: 64, heads: 1 });
});
afterAll(() => rm(scratch, { recursive: true }));

const base = (parameters: object) =>
  createBase({ ...BERT_DEFAULTS, layers: 1, hidden: 64, ...parameters }, () => ['头疼'], 1);

describe('what fine-tuning begins with', () => {
  it.each(['', 'drawn'])('is random weights and no dropout for init "%s"', async (name) => {
    const { config, pretrained } = await base({ init: name && join(scratch, name) });
    expect(pretrained).toBe(false);
    expect(config).toMatchObject({
      hiddenDropout: FROM_RANDOM.dropout,
      attentionDropout: FROM_RANDOM.dropout,
    });
    expect(config).not.toHaveProperty('untrained');
  });

  it('is a pretrained model with its own dropout once the weights of `init` have been pretrained further', async () => {
    const drawn = await loadFolder(join(scratch, 'drawn'));
    const folder = join(scratch, 'taught');
    await saveFolder(folder, { ...startFrom(drawn, 1), tokenizer: drawn.tokenizer });
    expect(await readFile(join(folder, 'config.json'), 'utf8')).not.toContain('untrained');
    const { config, pretrained } = await base({ init: folder });
    expect(pretrained).toBe(true);
    expect(config).toMatchObject({ hiddenDropout: 0.1, attentionDropout: 0.1 });
  });

  it('has the dropout that is asked for', async () => {
    for (const init of ['', join(scratch, 'drawn')]) {
      const { config } = await base({ init, dropout: 0.3 });
      expect(config).toMatchObject({ hiddenDropout: 0.3, attentionDropout: 0.3, classifierDropout: 0.3 });
    }
  });
});
