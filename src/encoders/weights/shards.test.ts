import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { refusal } from './fixtures/hostile.ts';
import { readWeights } from './read.ts';

const FIXTURES = new URL('fixtures/', import.meta.url).pathname;
const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-shards-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const INDEX = 'model.safetensors.index.json';
const [FIRST, SECOND] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
const POOLER = 'bert.pooler.dense.bias';

type WeightMap = Record<string, string>;

let copies = 0;
function copy(): string {
  const folder = join(scratch, String(copies++));
  cpSync(join(FIXTURES, 'safetensors-sharded'), folder, { recursive: true });
  return folder;
}

/** A copy whose index maps tensors differently. */
function remapped(change: (map: WeightMap) => WeightMap): string {
  const folder = copy();
  const file = join(folder, INDEX);
  const { weight_map } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ weight_map: change(weight_map) }));
  return folder;
}

describe('shards', () => {
  it('give the same model as a single file', async () => {
    const [whole, sharded] = ['safetensors-f32', 'safetensors-sharded'].map((name) => join(FIXTURES, name));
    expect((await readWeights(sharded)).tensors).toEqual((await readWeights(whole)).tensors);
    expect((await readWeights(join(sharded, INDEX))).file).toBe(join(sharded, INDEX));
  });

  it('must all exist', async () => {
    const folder = copy();
    rmSync(join(folder, SECOND));
    const error = await refusal(readWeights(folder));
    expect([error.code, error.place.file]).toEqual(['weights-missing', join(folder, SECOND)]);
    expect(error.hint).toContain(INDEX);
  });

  it.each<[string, (map: WeightMap) => WeightMap, RegExp, string]>([
    ['a tensor in the wrong shard', (map) => ({ ...map, [POOLER]: FIRST }), /places it in .*00001/, POOLER],
    ['a tensor in no shard', (map) => ({ ...map, 'bert.other': FIRST }), /does not have it/, 'bert.other'],
    [
      'a path above the folder',
      (map) => ({ ...map, [POOLER]: `../${SECOND}` }),
      /of this folder/,
      'weight_map',
    ],
    [
      'an absolute path',
      (map) => ({ ...map, [POOLER]: '/etc/a.safetensors' }),
      /of this folder/,
      'weight_map',
    ],
    ['another kind of file', (map) => ({ ...map, [POOLER]: 'config.json' }), /of this folder/, 'weight_map'],
    ['no tensors', () => ({}), /lists no tensors/, 'weight_map'],
  ])('refuses an index with %s', async (_, change, message, field) => {
    const error = await refusal(readWeights(remapped(change)));
    expect([error.code, error.place.field]).toEqual(['weights-damaged', field]);
    expect(error.message).toMatch(message);
  });

  it('refuses a duplicate shard', async () => {
    const folder = remapped((map) => ({ ...map, [POOLER]: 'again.safetensors' }));
    copyFileSync(join(folder, SECOND), join(folder, 'again.safetensors'));
    expect((await refusal(readWeights(folder))).message).toMatch(/places it in/);
    const linked = remapped((map) => ({ ...map, [POOLER]: 'again.safetensors' }));
    symlinkSync(SECOND, join(linked, 'again.safetensors'));
    expect((await refusal(readWeights(linked))).message).toMatch(/is the same file as/);
  });

  it('refuses an index that lists a tensor twice, however it is written', async () => {
    const folder = copy();
    const file = join(folder, INDEX);
    const { weight_map: map } = JSON.parse(readFileSync(file, 'utf8'));
    const entries = JSON.stringify(map).slice(1, -1);
    const escaped = POOLER.replace('p', '\\u0070');
    writeFileSync(file, `{"metadata":{"${POOLER}":"{"},"weight_map":{"${escaped}":"${FIRST}",${entries}}}`);
    const error = await refusal(readWeights(folder));
    expect([error.code, error.place]).toEqual(['weights-damaged', { file, field: POOLER }]);
    expect(error.message).toMatch(/twice/);
    writeFileSync(file, `{"metadata":{"${POOLER}":"{\\"}:"},"weight_map":{${entries}}}`);
    expect((await readWeights(folder)).tensors.has('pooler.dense.bias')).toBe(true);
  });

  it.each(['{', '[]', '{"weight_map":{"a":1}}'])('refuses the index %s', async (text) => {
    const folder = copy();
    writeFileSync(join(folder, INDEX), text);
    const error = await refusal(readWeights(folder));
    expect([error.code, error.place.file]).toEqual(['weights-damaged', join(folder, INDEX)]);
  });
});
