import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { smallVocabulary } from './fixtures/reference.ts';
import { loadTokenizer } from './load.ts';

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-companions-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function folder(files: Record<string, object>): string {
  const path = mkdtempSync(join(scratch, 'x'));
  writeFileSync(join(path, 'vocab.txt'), smallVocabulary().tokens.join('\n'));
  for (const [name, value] of Object.entries(files)) writeFileSync(join(path, name), JSON.stringify(value));
  return path;
}

/** As `AutoTokenizer` of transformers 5.23 chooses: `tokenizer_config.json`, then `config.json`, then the model type. */
describe('the class of a tokenizer', () => {
  it.each([
    [{ 'config.json': { model_type: 'electra' } }],
    [{ 'config.json': { model_type: 'ernie' } }],
    [{ 'tokenizer_config.json': { tokenizer_class: 'ElectraTokenizerFast' } }],
    [{ 'config.json': { model_type: 'roformer', tokenizer_class: 'BertTokenizer' } }],
    [
      {
        'config.json': { model_type: 'roformer', tokenizer_class: 'RoFormerTokenizer' },
        'tokenizer_config.json': { tokenizer_class: 'BertTokenizer' },
      },
    ],
  ])('is read: %j', async (files) => {
    const { ids } = (await loadTokenizer(folder(files))).tokenize('头痛');
    expect(ids.length).toBe(2);
  });

  it.each([
    [
      { 'config.json': { model_type: 'bert', tokenizer_class: 'MecabTokenizer' } },
      'config.json',
      'not that of BERT',
    ],
  ])('is refused: %j', async (files, file, message) => {
    const path = folder(files);
    await expect(loadTokenizer(path)).rejects.toMatchObject({
      code: 'tokenizer-config',
      message: expect.stringContaining(message),
      place: { file: join(path, file), field: 'tokenizer_class' },
    });
  });
});
