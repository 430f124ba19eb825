import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../ground/errors.ts';
import { createRandom } from '../../ground/random.ts';
import { readWeights } from './read.ts';

/** Written by PyTorch, safetensors and TensorFlow: `bench/peers/weights_fixtures.py` and `tf1_checkpoint.py`. */
const FIXTURES = new URL('fixtures/', import.meta.url).pathname;
const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-weights-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let copies = 0;
/** A fixture to spoil: its folder. */
function copyOf(fixture: string): string {
  const folder = join(scratch, String(copies++));
  cpSync(join(FIXTURES, fixture), folder, { recursive: true });
  return folder;
}

async function refusal(path: string): Promise<UserError> {
  try {
    await readWeights(path);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('it was read');
}

const crcOf = (data: Float32Array): number =>
  crc32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));

describe('every tensor of every writer', () => {
  it.each([
    ['safetensors-f32', 'safetensors'],
    ['safetensors-f16', 'safetensors'],
    ['safetensors-bf16', 'safetensors'],
    ['safetensors-f64', 'safetensors'],
    ['safetensors-sharded', 'safetensors'],
    ['torch-sharded', 'pytorch'],
    ['torch-f16', 'pytorch'],
    ['torch-bf16', 'pytorch'],
    ['torch-f64', 'pytorch'],
    ['torch-old-names', 'pytorch'],
    ['torch-checkpoint', 'pytorch'],
    ['torch-legacy', 'pytorch'],
    ['tensorflow', 'tensorflow'],
    ['tensorflow-f16-sharded', 'tensorflow'],
  ])('%s', async (fixture, format) => {
    const expected = JSON.parse(readFileSync(join(FIXTURES, fixture, 'expected.json'), 'utf8'));
    const weights = await readWeights(join(FIXTURES, fixture));
    const found = [...weights.tensors].map(([name, { shape, data }]) => [
      name,
      { shape, crc32: crcOf(data) },
    ]);
    expect(Object.fromEntries(found)).toEqual(expected);
    expect(weights.format).toBe(format);
    expect(weights.config).toMatchObject({ vocabSize: 40, layers: 2, heads: 2, padTokenId: 0 });
  });

  it('reads tied weights once', async () => {
    const { tensors } = await readWeights(join(FIXTURES, 'torch-old-names'));
    const tied = ['cls.predictions.decoder.weight', 'embeddings.word_embeddings.weight'];
    expect(tensors.get(tied[0])?.data).toBe(tensors.get(tied[1])?.data);
  });

  it.each(['', '/bert_model.ckpt', '/bert_model.ckpt.index', '/bert_model.ckpt.data-00000-of-00001'])(
    'a checkpoint is found by any of its names: %s',
    async (name) => {
      const { tensors } = await readWeights(join(FIXTURES, `tensorflow${name}`));
      expect(tensors.size).toBe(46);
    },
  );

  it('prefers safetensors where a folder has several', async () => {
    const folder = copyOf('safetensors-f32');
    cpSync(join(FIXTURES, 'torch-f16'), folder, { recursive: true });
    expect((await readWeights(folder)).format).toBe('safetensors');
    expect((await readWeights(join(folder, 'pytorch_model.bin'))).format).toBe('pytorch');
  });
});

describe('what is not a BERT', () => {
  it.each([
    ['num_hidden_layers', 3, 'encoder.layer.2.attention.self.query.weight', /no tensor/],
    ['num_hidden_layers', 1, 'bert.encoder.layer.1.', /No parameter of this configuration/],
    [
      'vocab_size',
      41,
      'bert.embeddings.word_embeddings.weight',
      /is \[40,8\]; by the configuration it is \[41,8\]/,
    ],
    ['hidden_size', 1e9, 'hidden_size', /Invalid BERT configuration/],
    ['model_type', 'mamba', 'model_type', /"mamba" is not supported/],
    ['num_attention_heads', 3, 'num_attention_heads', /do not divide/],
  ])('names what does not fit a configuration with %s %s', async (field, value, named, message) => {
    const folder = copyOf('safetensors-f32');
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, [field]: value }));
    const error = await refusal(folder);
    expect(error.place.field).toContain(named);
    expect(error.message).toMatch(message);
  });

  it('accepts a missing pooler, but not half of one', async () => {
    const folder = copyOf('safetensors-f32');
    const file = join(folder, 'model.safetensors');
    const bytes = readFileSync(file).toString('latin1');
    writeFileSync(file, Buffer.from(bytes.replaceAll('bert.pooler.', 'cls.poolers.'), 'latin1'));
    expect((await readWeights(folder)).tensors.has('pooler.dense.weight')).toBe(false);
    writeFileSync(file, Buffer.from(bytes.replace('bert.pooler.', 'cls.poolers.'), 'latin1'));
    expect((await refusal(folder)).place.field).toMatch(/^pooler\.dense\./);
  });

  it.each([
    ['no files', {}, /no weights/],
    [
      'an index of shards without a map',
      { 'config.json': '', 'model.safetensors.index.json': '{}' },
      /damaged/,
    ],
    ['two checkpoints', { 'model.ckpt-1.index': '', 'model.ckpt-2.index': '' }, /2 checkpoints/],
    ['no configuration', { 'model.safetensors': '' }, /no config.json/],
    [
      'a pointer of Git LFS',
      { 'config.json': '', 'model.safetensors': 'version https://git-lfs.github.com/spec/v1' },
      /Git LFS/,
    ],
    ['an empty file', { 'config.json': '', 'model.safetensors': '' }, /damaged/],
    ['a web page', { 'config.json': '', 'pytorch_model.bin': '<!doctype html>' }, /not a zip archive/],
    ['an empty checkpoint', { 'config.json': '', 'bert_model.ckpt.index': '' }, /not the index/],
  ])('explains a folder with %s', async (_, files, message) => {
    const folder = mkdtempSync(join(scratch, 'folder-'));
    for (const [name, text] of Object.entries(files)) {
      const config = () => readFileSync(join(FIXTURES, 'safetensors-f32/config.json'), 'utf8');
      writeFileSync(join(folder, name), name === 'config.json' ? config() : text);
    }
    expect((await refusal(folder)).message).toMatch(message);
  });

  it('reports a path that is neither', async () => {
    expect((await refusal(join(scratch, 'nowhere'))).message).toMatch(/neither a folder nor a weights file/);
    expect((await refusal(join(scratch, 'nowhere.safetensors'))).message).toMatch(/config/);
  });
});

describe('damaged files', () => {
  const FILES = [
    ['safetensors-f32', 'model.safetensors'],
    ['torch-old-names', 'pytorch_model.bin'],
    ['torch-checkpoint', 'pytorch_model.bin'],
    ['torch-legacy', 'pytorch_model.bin'],
    ['tensorflow', 'bert_model.ckpt.index'],
    ['tensorflow', 'bert_model.ckpt.data-00000-of-00001'],
  ] as const;

  it.each(FILES)('%s/%s cut off anywhere is refused', async (fixture, name) => {
    const folder = copyOf(fixture);
    const whole = readFileSync(join(FIXTURES, fixture, name));
    const random = createRandom(1, `${fixture}/${name}`);
    for (let i = 0; i < 40; i++) {
      writeFileSync(join(folder, name), whole.subarray(0, random.below(whole.length)));
      const error = await refusal(folder);
      expect(['weights-damaged', 'weights-unsupported']).toContain(error.code);
    }
  });

  it.each(FILES)('%s/%s with bytes changed never crashes', async (fixture, name) => {
    const folder = copyOf(fixture);
    const whole = readFileSync(join(FIXTURES, fixture, name));
    const random = createRandom(2, `${fixture}/${name}`);
    let refused = 0;
    for (let i = 0; i < 120; i++) {
      const spoilt = Buffer.from(whole);
      const span = i % 2 === 0 ? whole.length : Math.min(2000, whole.length);
      for (let k = 0; k < 1 + (i % 3); k++) spoilt[random.below(span)] ^= 1 << random.below(8);
      writeFileSync(join(folder, name), spoilt);
      await readWeights(folder).catch((error) => {
        expect(error).toBeInstanceOf(UserError);
        refused++;
      });
    }
    expect(refused).toBeGreaterThan(0);
  });

  it.each([
    ['torch-old-names', 'pytorch_model.bin'],
    ['tensorflow', 'bert_model.ckpt.data-00000-of-00001'],
  ])('%s: one wrong bit in the numbers is found and its tensor named', async (fixture, name) => {
    const folder = copyOf(fixture);
    const { tensors } = await readWeights(folder);
    const whole = readFileSync(join(folder, name));
    const { data } = tensors.get('embeddings.LayerNorm.weight')!;
    const at = whole.indexOf(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    expect(at).toBeGreaterThan(0);
    whole[at] ^= 1;
    writeFileSync(join(folder, name), whole);
    const error = await refusal(folder);
    expect(error.place.field).toMatch(/LayerNorm.gamma/);
    expect(error.message).toMatch(/checksum/);
  });

  it.skipIf(!existsSync('/proc/self/fd'))('leaves no file open', async () => {
    const open = (): number => readdirSync('/proc/self/fd').length;
    const before = open();
    await readWeights(join(FIXTURES, 'tensorflow-f16-sharded'));
    await refusal(join(FIXTURES, 'tensorflow/expected.json'));
    await readWeights(join(FIXTURES, 'torch-legacy'));
    expect(open()).toBe(before);
  });
});
