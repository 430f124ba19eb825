import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../ground/errors.ts';
import { smallVocabulary } from './fixtures/reference.ts';
import { loadTokenizer } from './load.ts';
import { createTokenizer } from './tokenizer.ts';
import { parseTokenizerJson, toTokenizerJson } from './tokenizer_json.ts';
import { createVocabulary, parseVocabulary } from './vocabulary.ts';

const tokenizer = createTokenizer(smallVocabulary());
const json = () => JSON.parse(JSON.stringify(toTokenizerJson(tokenizer)));
const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-tokenizer-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const folder = (files: Record<string, string>): string => {
  const path = mkdtempSync(join(scratch, 'folder-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
};

describe('tokenizer.json', () => {
  it.each([
    {},
    { lowercase: false },
    { lowercase: true, stripAccents: false, cleanText: false },
    { tokenizeChineseChars: false, maxCharactersPerWord: 20, specialTokensInText: 'as-text' as const },
  ])('comes back as it was written: %j', (options) => {
    const written = createTokenizer(smallVocabulary(), options);
    const { vocabulary, options: read } = parseTokenizerJson(JSON.stringify(toTokenizerJson(written)));
    expect(vocabulary.tokens).toEqual(written.vocabulary.tokens);
    expect({ ...written.options, ...read }).toEqual(written.options);
  });

  it('keeps the ids where a vocabulary has a token twice', () => {
    const tokens = [...smallVocabulary().tokens, 'a', '药'];
    const written = createTokenizer(createVocabulary(tokens));
    const { vocabulary } = parseTokenizerJson(JSON.stringify(toTokenizerJson(written)));
    expect(vocabulary.tokens).toHaveLength(tokens.length);
    expect(vocabulary.idOf.get('a')).toBe(tokens.length - 2);
    expect(createTokenizer(vocabulary).encode('a药')).toEqual(written.encode('a药'));
  });

  it('takes the roles from a BertProcessing', () => {
    const value = json();
    value.post_processor = { type: 'BertProcessing', sep: ['[MASK]', 5], cls: ['[CLS]', 3] };
    value.added_tokens = [];
    expect(parseTokenizerJson(JSON.stringify(value)).vocabulary.ids.sep).toBe(5);
  });

  const spoil: Record<string, (value: ReturnType<typeof json>) => void> = {
    'model.type': (value) => Object.assign(value.model, { type: 'BPE' }),
    'normalizer.type': (value) => Object.assign(value.normalizer, { type: 'NFKC' }),
    'model.vocab': (value) => Object.assign(value.model.vocab, { a: 1_000_000 }),
    'added_tokens.5.id': (value) => value.added_tokens.push({ id: 2, content: '[unused1]' }),
    post_processor: (value) => value.post_processor.pair.pop(),
    'added_tokens.0.lstrip': (value) => Object.assign(value.added_tokens[0], { lstrip: 'yes' }),
  };
  it.each(Object.keys(spoil))('refuses what is not BERT and names %s', (field) => {
    const value = json();
    spoil[field](value);
    const refusal = (() => {
      try {
        return parseTokenizerJson(JSON.stringify(value), 'tokenizer.json');
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toBeInstanceOf(UserError);
    expect((refusal as UserError).place).toEqual({ file: 'tokenizer.json', field });
  });

  it('refuses what is not JSON', () => {
    expect(() => parseTokenizerJson('{', 'x')).toThrow(/not JSON/);
  });
});

describe('vocab.txt', () => {
  const lines = smallVocabulary().tokens;

  it('numbers lines from 0, whatever the line ends', () => {
    expect(parseVocabulary(lines.join('\r\n')).tokens).toEqual(lines);
    expect(parseVocabulary(`${lines.join('\n')}\n`).tokens).toEqual(lines);
  });

  it('uses the last of equal tokens', () => {
    expect(createVocabulary([...lines, 'a']).idOf.get('a')).toBe(lines.length);
  });

  it('says which special token is missing', () => {
    expect(() => parseVocabulary('[PAD]\n[UNK]\n[CLS]', 'vocab.txt')).toThrow('The vocabulary has no [SEP]');
  });
});

describe('loadTokenizer', () => {
  const vocab = smallVocabulary().tokens.join('\n');

  it('reads a folder with vocab.txt and its tokenizer_config.json', async () => {
    const path = folder({ 'vocab.txt': vocab, 'tokenizer_config.json': '{"do_lower_case": false}' });
    const { options } = await loadTokenizer(path);
    expect([options?.lowercase, options?.stripAccents]).toEqual([false, false]);
    expect((await loadTokenizer(path, { lowercase: true })).options?.lowercase).toBe(true);
  });

  it('prefers tokenizer.json and reads single files', async () => {
    const written = JSON.stringify(toTokenizerJson(createTokenizer(smallVocabulary(), { lowercase: false })));
    const settings = { tokenizer_class: 'PreTrainedTokenizerFast' };
    const path = folder({
      ...{ 'vocab.txt': vocab, 'tokenizer.json': written },
      'tokenizer_config.json': JSON.stringify(settings),
    });
    expect((await loadTokenizer(path)).options?.lowercase).toBe(false);
    const alone = folder({ 'vocab.txt': vocab, 'tokenizer.json': written });
    expect((await loadTokenizer(join(alone, 'tokenizer.json'))).options?.lowercase).toBe(false);
    expect((await loadTokenizer(join(alone, 'vocab.txt'))).options?.lowercase).toBe(true);
  });

  it.each([
    [{}, /neither tokenizer.json nor vocab.txt/],
    [{ 'vocab.txt': vocab, 'tokenizer_config.json': '[' }, /Not JSON/],
    [{ 'vocab.txt': vocab, 'tokenizer_config.json': '{"do_lower_case": "no"}' }, /boolean/],
  ])('explains a broken folder (%#)', async (files, message) => {
    await expect(loadTokenizer(folder(files as Record<string, string>))).rejects.toThrow(message);
    await expect(loadTokenizer('/no/such/folder')).rejects.toBeInstanceOf(UserError);
  });
});
