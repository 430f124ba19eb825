import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { architectureOf, parseConfig } from '../architectures/registry.ts';
import { loadFolder } from '../folder/load.ts';
import { saveFolder } from '../folder/save.ts';
import { charactersBefore } from './fixtures/reference.ts';
import { loadTokenizer } from './load.ts';

interface Case {
  readonly text: string;
  readonly ids: readonly number[];
  /** In characters. */
  readonly offsets: readonly (readonly [number, number])[];
}
/** Made by bench/peers/roformer_words.py. */
const fixture: { vocabulary: string[]; cases: Case[]; cased: Case[]; pair: number[]; types: number[] } =
  JSON.parse(readFileSync(new URL('./fixtures/roformer-words.json', import.meta.url), 'utf8'));

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-words-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function folder(files: Record<string, object> = {}): string {
  const path = mkdtempSync(join(scratch, 'x'));
  writeFileSync(join(path, 'vocab.txt'), fixture.vocabulary.join('\n'));
  for (const [name, value] of Object.entries({ 'config.json': { model_type: 'roformer' }, ...files }))
    writeFileSync(join(path, name), JSON.stringify(value));
  return path;
}

describe("RoFormer's tokenizer of words", () => {
  it.each([
    ['cases', {}],
    ['cased', { 'tokenizer_config.json': { tokenizer_class: 'RoFormerTokenizer', do_lower_case: false } }],
  ] as const)('gives the ids and offsets of transformers: %s', async (name, files) => {
    const tokenizer = await loadTokenizer(folder(files));
    for (const { text, ids, offsets } of fixture[name]) {
      const own = tokenizer.tokenize(text);
      expect([...own.ids], text).toEqual(ids);
      const before = charactersBefore(text);
      expect(
        Array.from(own.ids, (_, i) => [before[own.starts[i]], before[own.ends[i]]]),
        text,
      ).toEqual(offsets);
    }
  });

  it('frames pairs as BERT does, and reads special tokens as text where asked to', async () => {
    const tokenizer = await loadTokenizer(folder());
    const [first, second] = fixture.cases;
    const { ids, types } = tokenizer.encodePair(first.text, second.text);
    expect([...ids]).toEqual(fixture.pair);
    expect([...types]).toEqual(fixture.types);
    const asText = tokenizer.reading('as-text').tokenize('[MASK]');
    expect([...asText.ids]).not.toContain(tokenizer.vocabulary.ids.mask);
  });

  it('does not segment words where the class is that of BERT', async () => {
    const { vocabulary, tokenize } = await loadTokenizer(
      folder({ 'tokenizer_config.json': { tokenizer_class: 'BertTokenizer' } }),
    );
    expect(Array.from(tokenize('头痛').ids, (id) => vocabulary.tokens[id])).toEqual(['头', '痛']);
  });

  it('is saved under its class, without a tokenizer.json that would split differently', async () => {
    const size = fixture.vocabulary.length;
    const sizes = { hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 8 };
    const config = parseConfig(JSON.stringify({ model_type: 'roformer', vocab_size: size, ...sizes }));
    const tensors = architectureOf(config).parameters.initial(config, 1);
    const path = join(scratch, 'saved');
    const files = await saveFolder(path, { config, tensors, tokenizer: await loadTokenizer(folder()) });
    expect(files).not.toContain('tokenizer.json');
    const { tokenizer } = await loadFolder(path);
    const [, { text, ids }] = fixture.cases;
    expect([...tokenizer.tokenize(text).ids]).toEqual(ids);
  });

  it('is refused with added tokens', async () => {
    const added = folder({ 'added_tokens.json': { '<e1>': fixture.vocabulary.length } });
    await expect(loadTokenizer(added)).rejects.toMatchObject({
      code: 'tokenizer-config',
      message: expect.stringContaining('added to a vocabulary of words'),
    });
  });
});
