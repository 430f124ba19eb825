import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { AutoConfig, AutoTokenizer, env } from '@huggingface/transformers';
import { afterAll, describe, expect, it } from 'vitest';
import { smallVocabulary } from '../tokenizers/fixtures/reference.ts';
import { initFolder } from './init.ts';
import { saveFolder } from './save.ts';

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-hf-'));
afterAll(() => rmSync(scratch, { recursive: true }));
env.allowRemoteModels = false;
env.localModelPath = `${dirname(scratch)}/`;

const vocab = join(scratch, 'vocab.txt');
writeFileSync(vocab, smallVocabulary().tokens.join('\n'));

describe('@huggingface/transformers loads a saved folder', () => {
  it('with the same tokens for pairs', async () => {
    const { tokenizer } = await initFolder({
      layers: 1,
      hidden: 8,
      heads: 1,
      vocab,
      seed: 0,
      out: join(scratch, 'a'),
    });
    const theirs = await AutoTokenizer.from_pretrained(`${basename(scratch)}/a`);
    for (const [first, second] of [
      ['患者头痛[UNK]，CTing É', '高血压 mri'],
      ['糖尿病', '癌症\u200b治疗药物☃'],
    ]) {
      const expected = await theirs(first, { text_pair: second });
      const ours = tokenizer.encodePair(first, second);
      expect([...ours.ids]).toEqual(expected.input_ids.tolist()[0].map(Number));
      expect([...ours.types]).toEqual(expected.token_type_ids?.tolist()[0].map(Number));
    }
  });

  it.each([
    ['xlm-roberta', 'unigram'],
    ['modernbert', 'bpe'],
  ])('%s: with the same tokens', async (modelType, name) => {
    const { pathname } = new URL(`../tokenizers/pipeline/fixtures/${name}.json`, import.meta.url);
    const sizes = { layers: 1, hidden: 8, heads: 1, seed: 0 };
    const out = join(scratch, modelType);
    const { tokenizer } = await initFolder({ ...sizes, modelType, vocab: pathname, out });
    const theirs = await AutoTokenizer.from_pretrained(`${basename(scratch)}/${modelType}`);
    for (const [first, second] of [
      ['患者头痛，CT 正常', '高血压 MRI'],
      ['糖尿病', '癌症治疗药物☃ 1.5mg'],
    ]) {
      const expected = await theirs(first, { text_pair: second });
      expect([...tokenizer.encodePair(first, second).ids]).toEqual(
        expected.input_ids.tolist()[0].map(Number),
      );
    }
  });

  it('with its labels', async () => {
    const model = await initFolder({
      layers: 1,
      hidden: 8,
      heads: 1,
      vocab,
      seed: 0,
      out: join(scratch, 'b'),
    });
    const config = {
      ...model.config,
      architecture: 'BertForSequenceClassification',
      labels: ['无', '弱', '强'],
    };
    await saveFolder(join(scratch, 'b'), { ...model, config });
    const theirs = await AutoConfig.from_pretrained(`${basename(scratch)}/b`);
    expect(theirs).toMatchObject({ model_type: 'bert', id2label: { 0: '无', 1: '弱', 2: '强' } });
  });
});
