import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { charactersBefore } from './fixtures/reference.ts';
import { loadTokenizer } from './load.ts';
import { createTokenizer, type Tokenizer } from './tokenizer.ts';
import { parseTokenizerJson, toTokenizerJson } from './tokenizer_json.ts';
import { createVocabulary } from './vocabulary.ts';

/** Made by bench/peers/added_tokens.py: `tokens` are, by text, indices into `answers` of ids and offsets. */
interface Fixture {
  readonly flags: readonly string[];
  readonly vocab: readonly string[];
  readonly texts: readonly string[];
  readonly answers: readonly (readonly [readonly number[], readonly number[]])[];
  readonly tokenizers: readonly {
    readonly added: readonly (readonly [string, number, ...number[]])[];
    readonly lowercase: boolean;
    readonly tokens: readonly number[];
  }[];
  readonly folders: readonly { readonly files: Record<string, object>; readonly tokens: readonly number[] }[];
}
const fixture: Fixture = JSON.parse(
  readFileSync(new URL('./fixtures/added-tokens.json', import.meta.url), 'utf8'),
);

const plain = createTokenizer(createVocabulary(fixture.vocab));
const json = (lowercase = true, added: readonly object[] = []) => {
  const value = JSON.parse(JSON.stringify(toTokenizerJson(plain)));
  Object.assign(value.normalizer, { lowercase, strip_accents: null });
  value.added_tokens.push(...added);
  return value;
};
const open = (value: object): Tokenizer => {
  const { vocabulary, options, custom } = parseTokenizerJson(JSON.stringify(value), 'tokenizer.json');
  return createTokenizer(vocabulary, options, custom);
};
const flagged = ([content, id, ...flags]: Fixture['tokenizers'][number]['added'][number]) => ({
  ...{ content, id },
  ...Object.fromEntries(fixture.flags.map((flag, i) => [flag, flags[i] === 1])),
});

function expectAnswers(tokenizer: Tokenizer, tokens: readonly number[], about: unknown): void {
  for (const [i, text] of fixture.texts.entries()) {
    const { ids, starts, ends } = tokenizer.tokenize(text);
    const before = charactersBefore(text);
    const offsets = Array.from(ids, (_, k) => [before[starts[k]], before[ends[k]]]).flat();
    expect([[...ids], offsets], `${JSON.stringify(text)} with ${JSON.stringify(about)}`).toEqual(
      fixture.answers[tokens[i]],
    );
  }
}

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-custom-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const folder = (files: Record<string, object>): string => {
  const path = mkdtempSync(join(scratch, 'x'));
  writeFileSync(join(path, 'vocab.txt'), fixture.vocab.join('\n'));
  for (const [name, value] of Object.entries(files)) writeFileSync(join(path, name), JSON.stringify(value));
  return path;
};

describe('added tokens', () => {
  it('give the ids and offsets of tokenizers, with every choice of flags', () => {
    for (const { added, lowercase, tokens } of fixture.tokenizers)
      expectAnswers(open(json(lowercase, added.map(flagged))), tokens, added);
  });

  it('are read back as written', () => {
    for (const { added, lowercase, tokens } of fixture.tokenizers.slice(0, 40)) {
      const read = open(json(lowercase, added.map(flagged)));
      if (!read.options) throw new Error('not WordPiece');
      const { model, added_tokens: written } = JSON.parse(JSON.stringify(toTokenizerJson(read)));
      expect(Object.keys(model.vocab)).toHaveLength(fixture.vocab.length);
      expect(written.slice(5)).toEqual(added.map(flagged));
      expectAnswers(open(JSON.parse(JSON.stringify(toTokenizerJson(read)))), tokens, added);
    }
  });

  it('are read as text where special tokens are, if they are special', () => {
    const size = fixture.vocab.length;
    const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
    const tokenizer = open(
      json(true, [
        { id: size, content: '<e1>', ...flags, special: true },
        { id: size + 1, content: 'xdrug', ...flags, special: false },
      ]),
    );
    const count = (text: string): number => tokenizer.reading('as-text').tokenize(text).ids.length;
    expect(tokenizer.tokenize('<e1>').ids).toHaveLength(1);
    expect([count('<e1>'), count('xdrug')]).toEqual([3, 1]);
  });

  it.each([
    [[{ id: 90, content: '<e1>' }], 'added_tokens.5.id'],
    [[{ id: 5, content: 'drug' }], 'added_tokens.5.id'],
  ])('are refused where tokenizers would give another id: %j', (added, field) => {
    expect(() => open(json(true, added))).toThrow(
      expect.objectContaining({ code: 'tokenizer-unsupported', place: { file: 'tokenizer.json', field } }),
    );
  });

  it('are refused with a vocabulary with gaps', () => {
    const value = json(true, [{ id: fixture.vocab.length, content: '<e1>' }]);
    value.model.vocab['[unused1]'] += 1;
    expect(() => open(value)).toThrow(/gaps/);
  });
});

describe('added tokens of a folder', () => {
  it.each(fixture.folders)('are those of transformers: $files', async ({ files, tokens }) => {
    expectAnswers(await loadTokenizer(folder(files)), tokens, files);
  });

  it.each([
    [{ 'added_tokens.json': { '<e1>': 90 } }, 'added_tokens.json', '<e1>'],
    [
      { 'tokenizer_config.json': { additional_special_tokens: ['<e1>'] } },
      'tokenizer_config.json',
      'additional_special_tokens',
    ],
    [
      {
        'tokenizer.json': json(),
        'tokenizer_config.json': {
          added_tokens_decoder: {
            4: {
              content: '[MASK]',
              ...{ lstrip: true, rstrip: false, single_word: false, normalized: false, special: true },
            },
          },
        },
      },
      'tokenizer_config.json',
      'added_tokens_decoder',
    ],
    [
      { 'tokenizer.json': json(), 'added_tokens.json': { '<e1>': fixture.vocab.length } },
      'added_tokens.json',
      '<e1>',
    ],
  ])('are refused where the files do not agree: %#', async (files, file, field) => {
    const path = folder(files);
    await expect(loadTokenizer(path)).rejects.toMatchObject({ place: { file: join(path, file), field } });
  });
});
