import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compile, gather, input, reshape, type Value } from '../../autograd/index.ts';
import { UserError } from '../../ground/errors.ts';
import { encoderFrame } from '../architectures/frame.ts';
import { architectureOf } from '../architectures/registry.ts';
import { ownDecoder } from '../heads/decoder.ts';
import { encoderFeeds } from '../inference/sequences.ts';
import { charactersBefore } from '../tokenizers/fixtures/reference.ts';
import { cases, type Python, texts, writeCase } from './fixtures/folders.ts';
import { loadFolder } from './load.ts';

/** Folders that are refused, with the field that the error names. */
const REFUSED = new Map(
  Object.entries({
    'untied decoder without a bias': 'cls.predictions.decoder.bias',
    'untied decoder that is missing': 'cls.predictions.decoder.weight',
    NaN: 'bert.encoder.layer.0.output.dense.bias',
    infinity: 'bert.encoder.layer.0.output.dense.bias',
    'float64 beyond float32': 'bert.encoder.layer.0.output.dense.bias',
    'config.json hidden_act "silu"': 'hidden_act',
    'config.json is_decoder true': 'is_decoder',
    'config.json position_embedding_type "relative_key"': 'position_embedding_type',
    'config.json quantization_config {"quant_method": "bitsandbytes", "load_in_8bit": true}':
      'quantization_config',
    'tokenizer_config.json do_lower_case false': 'normalizer.lowercase',
    'tokenizer_config.json strip_accents false': 'normalizer.strip_accents',
    'tokenizer_config.json tokenize_chinese_chars false': 'normalizer.handle_chinese_chars',
    'vocab.txt, tokenizer_config.json tokenizer_class "PreTrainedTokenizerFast"': 'tokenizer_class',
    'tokenizer_config.json tokenizer_class "RobertaTokenizer"': 'tokenizer_class',
    'vocab.txt, tokenizer_config.json tokenizer_class "RobertaTokenizer"': 'tokenizer_class',
    'tokenizer_config.json mask_token "<m>"': 'mask_token',
    'vocab.txt, tokenizer_config.json mask_token "<m>"': 'mask_token',
    'tokenizer_config.json unk_token "a"': 'unk_token',
    'vocab.txt, tokenizer_config.json unk_token "a"': 'unk_token',
    'tokenizer_config.json additional_special_tokens ["<m>"]': 'additional_special_tokens',
    'vocab.txt, tokenizer_config.json additional_special_tokens ["<m>"]': 'additional_special_tokens',
    'tokenizer_config.json extra_special_tokens ["<m>"]': 'extra_special_tokens',
    'vocab.txt, tokenizer_config.json extra_special_tokens ["<m>"]': 'extra_special_tokens',
    'tokenizer_config.json added_tokens_decoder {"24": {"content": "<m>", "special": true}}':
      'added_tokens_decoder',
    'vocab.txt, tokenizer_config.json added_tokens_decoder {"24": {"content": "<m>", "special": true}}':
      'added_tokens_decoder',
    'special_tokens_map.json alone': 'mask_token',
    'special_tokens_map.json beside tokenizer.json': 'mask_token',
    'added_tokens.json alone': 'ctt',
    'added_tokens.json beside tokenizer.json': 'ctt',
    'tokenizer.json lowercase false': 'normalizer.lowercase',
    'tokenizer.json lowercase false alone': 'normalizer.lowercase',
    'tokenizer.json strip_accents false': 'normalizer.strip_accents',
    'tokenizer.json clean_text false': 'normalizer.clean_text',
    'tokenizer.json handle_chinese_chars false': 'normalizer.handle_chinese_chars',
    'tokenizer.json max_input_chars_per_word 2': 'model.max_input_chars_per_word',
    'tokenizer.json another prefix': 'model.continuing_subword_prefix',
    'tokenizer.json another unknown token': 'unk_token',
    'tokenizer.json with two tokens of one id': 'model.vocab',
    'tokenizer.json added token': 'added_tokens',
    'tokenizer.json mask that takes spaces': 'added_tokens.4.lstrip',
    'tokenizer.json no normalizer': 'normalizer',
  }),
);

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-python-'));
afterAll(() => rmSync(scratch, { recursive: true }));
let made = 0;

/** The outputs of a folder: ids and offsets (in characters) of the texts, a hidden state, the logits of a token. */
async function read(folder: string, at: number): Promise<Omit<Python, 'error' | 'masked'>> {
  const { config, tensors, tokenizer, file } = await loadFolder(folder);
  const own = ownDecoder(config, tensors, file);
  const encodings = texts.map((text) => tokenizer.encode(text));
  const [first] = encodings;
  const { graph, heads, parameters } = architectureOf(config);
  const head = heads.masked.parameters(config);
  const used = [...tensors].filter(([name]) => parameters.isEncoder(name) || head.has(name));
  const shapes = new Map(used.map(([name, { shape }]) => [name, shape]));
  const shape = { batch: 1, length: first.ids.length };
  const context = encoderFrame({ config, shapes, ...shape }).encode();
  const rows = reshape(context.hidden, [-1, config.hiddenSize]);
  const row = (index: number): Value => gather(rows, input(`row${index}`, [1], 'int64'));
  const outputs = { hidden: row(0), states: heads.masked.transform(config, context, row(1)) };
  const result = await (await compile(outputs, { threads: 1 })).run({
    ...Object.fromEntries(used.map(([name, { data }]) => [name, data])),
    ...encoderFeeds([first], shape, config.padTokenId),
    row0: BigInt64Array.of(0n),
    row1: BigInt64Array.of(BigInt(at)),
  });
  const [weight, bias] = [graph.words, heads.masked.bias].map(
    (name) => (own.get(name) ?? tensors.get(name)!).data,
  );
  const states = Array.from(result.states, Number);
  return {
    ids: encodings.map(({ ids }) => [...ids]),
    offsets: encodings.map(({ starts, ends }, i) => {
      const before = charactersBefore(texts[i]);
      return Array.from(starts, (start, k) => [before[start], before[ends[k]]]);
    }),
    hidden: Array.from(result.hidden, Number),
    logits: Array.from(bias, (shift, token) =>
      states.reduce((sum, state, k) => sum + state * weight[token * states.length + k], shift),
    ),
  };
}

describe('a folder is read as transformers reads it, or refused', () => {
  it.each(cases)('$name', async (one) => {
    const { name, python } = one;
    const folder = writeCase(one, join(scratch, String(made++)));
    try {
      const found = await read(folder, python.masked ?? 1);
      expect(python.error).toBeUndefined();
      expect(found.ids).toEqual(python.ids);
      expect(found.offsets).toEqual(python.offsets);
      for (const [what, expected] of [
        [found.hidden, python.hidden],
        [found.logits, python.logits],
      ])
        for (const [i, number] of expected.entries()) expect(what[i]).toBeCloseTo(number, 3);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      expect(error.place.file?.startsWith(folder)).toBe(true);
      expect(error.text.zh).toMatch(/\p{Script=Han}/u);
      expect([name, error.place.field ?? error.code]).toEqual([name, REFUSED.get(name)]);
    }
  });
});
