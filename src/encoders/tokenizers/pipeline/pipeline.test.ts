import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tokenizer as Reference } from '@anush008/tokenizers';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../ground/errors.ts';
import { charactersBefore } from '../fixtures/reference.ts';
import { specialsOf } from '../frame.ts';
import { loadTokenizer } from '../load.ts';
import type { PipelineTokenizer } from '../tokenizer.ts';
import { createPipeline } from './pipeline.ts';

/** Trained by bench/peers/tokenizer_models.py on the synthetic samples. */
const NAMES = ['unigram', 'unigram-spaces', 'unigram-bytes', 'bpe', 'roberta'] as const;
const read = (name: string): string =>
  readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8');
const open = (text: string): PipelineTokenizer =>
  createPipeline(JSON.parse(text), { roles: {}, files: new Map() }, 'tokenizer.json');

const code = (min: number, max: number) =>
  fc.integer({ min, max }).map((point) => String.fromCodePoint(point));
const character = fc.oneof(
  code(0x20, 0x7e),
  code(0, 0x24f),
  code(0x300, 0x36f),
  code(0x2000, 0x206f),
  code(0x2100, 0x24ff),
  code(0x3000, 0x30ff),
  code(0x4e00, 0x4f00),
  code(0xac00, 0xd7a3),
  code(0xd800, 0xdfff),
  code(0xf900, 0xffff),
  code(0x1f300, 0x1f6ff),
  code(0x20000, 0x2a6df),
  fc.constantFrom(
    ...'患者头痛发热，。！？１２ａＢ①⑳Ⅱ℃㎎½ﬁ豈Åかﾊﾟ\u3099\u309a\u1112\u1161\u11ab👨\u200d👩\u2028\u0000\u0001\u2581  é',
  ),
  fc.constantFrom(
    '  ',
    '    ',
    'e\u0301',
    'A\u030a',
    "doctor's",
    ' <mask>',
    '<mask> ',
    '</s>',
    '[SEP]',
    '|||IP|||',
    '<unk>',
    '<0x41>',
    '头痛怎么办',
  ),
);
const text = fc.array(character, { maxLength: 24 }).map((parts) => parts.join(''));

/** Whether canonical ordering moves a mark: the reference then lets offsets fall where they may. */
const isReordered = (value: string): boolean =>
  Array.from(value, (one) => one.normalize('NFD')).join('') !== value.normalize('NFD');

/**
 * Where the reference loses track: characters that are removed at the beginning of a text, or after one that became
 * several, shift its offsets.
 */
const REMOVED = /[\u0001-\u0008\u000e-\u001f\u007f]/;

describe('against the reference', () => {
  it.each(NAMES)('%s: the same ids and offsets on odd Unicode, for texts and pairs', async (name) => {
    const json = read(name);
    const ours = open(json);
    const reference = Reference.fromString(json);
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 20, maxLength: 40 }), async (texts) => {
        const expected = await reference.encodeBatch(texts);
        for (const [i, value] of texts.entries()) {
          const { ids, starts, ends } = ours.encode(value);
          expect([...ids], JSON.stringify(value)).toEqual(expected[i].getIds());
          if (REMOVED.test(value) || (name === 'bpe' && isReordered(value))) continue;
          const before = charactersBefore(value);
          const offsets = Array.from(ids, (_, k) => [before[starts[k]], before[ends[k]]]);
          expect(offsets, JSON.stringify(value)).toEqual(expected[i].getOffsets());
        }
        const [first, second] = texts;
        const pair = await reference.encode(first, second);
        const { ids, types } = ours.encodePair(first, second);
        expect([...ids]).toEqual(pair.getIds());
        expect([...types]).toEqual(pair.getTypeIds());
      }),
      { numRuns: 40, seed: 20_191_231 },
    );
  });
});

describe('a tokenizer.json', () => {
  const spoil: Record<string, (json: ReturnType<typeof JSON.parse>) => void> = {
    'normalizer.type': (json) => Object.assign(json, { normalizer: { type: 'Nmt' } }),
    'normalizer.normalizers.0.pattern': (json) =>
      Object.assign(json, {
        normalizer: {
          type: 'Sequence',
          normalizers: [{ type: 'Replace', pattern: { Regex: 'a++' }, content: '' }],
        },
      }),
    'pre_tokenizer.pretokenizers.0.type': (json) =>
      Object.assign(json.pre_tokenizer, { type: 'Sequence', pretokenizers: [{ type: 'UnicodeScripts' }] }),
    post_processor: (json) => json.post_processor.pair.pop(),
    'post_processor.type': (json) => Object.assign(json, { post_processor: null }),
    'model.type': (json) => Object.assign(json.model, { type: 'WordLevel' }),
    'model.dropout': (json) => Object.assign(json.model, { dropout: 0.1 }),
    'model.merges.0': (json) => Object.assign(json.model, { merges: [['x', 'no such token']] }),
    'added_tokens.0.id': (json) => Object.assign(json.added_tokens[0], { id: 100 }),
  };
  it.each(Object.keys(spoil))('is refused where it has what is not supported, and names %s', (field) => {
    const json = JSON.parse(read('bpe'));
    spoil[field](json);
    const refusal = (() => {
      try {
        return open(JSON.stringify(json));
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toBeInstanceOf(UserError);
    expect((refusal as UserError).place).toEqual({ file: 'tokenizer.json', field });
    expect((refusal as UserError).text.zh).toMatch(/\p{Script=Han}/u);
  });

  it('reads special tokens written out as tokens, or as text', () => {
    const ours = open(read('unigram'));
    const { mask } = ours.vocabulary.ids;
    expect([...ours.encode('头痛<mask>').ids]).toContain(mask);
    expect([...ours.reading('as-text').encode('头痛<mask>').ids]).not.toContain(mask);
  });

  it('says how many special tokens there are around texts', () => {
    const { frame, encodePair } = open(read('unigram'));
    expect(specialsOf(frame)).toEqual({ single: 2, pair: 4 });
    expect(encodePair('头痛发热', '头', 6).ids).toHaveLength(6);
    expect(() => encodePair('头', '痛', 3)).toThrow(/4 special tokens/);
    expect(specialsOf(open(read('bpe')).frame)).toEqual({ single: 2, pair: 3 });
  });

  it('shows tokens as text', () => {
    const [spaced, bytes] = [open(read('unigram')), open(read('bpe'))];
    const shown = ({ tokenize, textOf }: PipelineTokenizer, text: string): string =>
      Array.from(tokenize(text).ids, textOf).join('');
    expect(shown(spaced, '头痛 CT')).toBe(' 头痛 CT');
    expect(shown(bytes, 'CT scan')).toBe('CT scan');
  });
});

describe('a folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chineseblue-pipeline-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('gives roles to tokens, and keeps its files as they are', async () => {
    const settings = { mask_token: { content: '</s>', lstrip: true }, pad_token: '<pad>' };
    const files = { 'tokenizer.json': read('unigram'), 'tokenizer_config.json': JSON.stringify(settings) };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const tokenizer = await loadTokenizer(folder);
    expect(tokenizer.vocabulary.special).toEqual({
      unk: '<unk>',
      sep: '</s>',
      pad: '<pad>',
      cls: '<s>',
      mask: '</s>',
    });
    expect(Object.fromEntries(tokenizer.files ?? [])).toEqual(files);
    await expect(loadTokenizer(folder, { lowercase: false })).rejects.toThrow(/lowercase/);
    writeFileSync(
      join(folder, 'special_tokens_map.json'),
      JSON.stringify({ added_tokens_decoder: { 0: { content: '<new>' } } }),
    );
    await expect(loadTokenizer(folder)).rejects.toMatchObject({ place: { field: 'added_tokens_decoder.0' } });
  });
});
