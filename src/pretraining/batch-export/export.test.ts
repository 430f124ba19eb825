import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acquireLock } from '../../ground/lock.ts';
import { openParquet, type ParquetRow } from '../../ground/parquet-rows.ts';
import { buildCorpus } from '../corpus/build.ts';
import { createBatches } from '../masks/batch.ts';
import { preparePretraining } from '../prepare.ts';
import { type BatchExport, exportBatches } from './export.ts';

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
const read = (...names: string[]): Buffer => readFileSync(at(...names));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'batch-export-'));
  const signs = ['腹痛', '头晕', '咳嗽', '发热', '呕吐', '便秘', '失眠'];
  const text = Array.from({ length: 120 }, (_, i) => {
    const [first, second] = [signs[i % 7], signs[(i * 3 + 1) % 7]];
    return `患者${first}${i}天。\n${'又'.repeat(i % 9)}有${second}，${i * 7}次。`;
  });
  writeFileSync(at('text.txt'), text.join('\n\n'));
  await buildCorpus({
    ...{ inputs: [at('text.txt')], train: [], guarded: [], dataDir: at('data'), out: at('corpus') },
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

const BATCHES = { maxLength: 24, batchSize: 4, nextSentence: true, seed: 3 };
const run = (out: string, more: Partial<BatchExport> = {}): BatchExport => ({
  data: { corpus: at('corpus'), vocabulary: { vocabSize: 120 }, batches: BATCHES, heldOut: 0.1 },
  out: at(out),
  shape: { layers: 1, hidden: 16, heads: 2, maxPositions: 32 },
  training: { steps: 50, accumulate: 2, evaluateSequences: 8 },
  // 32 batches per file
  shardTokens: 32 * 4 * 24,
  ...more,
});

async function rowsOf(...names: string[]): Promise<ParquetRow[]> {
  const all: ParquetRow[] = [];
  for await (const rows of (await openParquet(at(...names))).rows()) all.push(...rows);
  return all;
}

describe('exported batches', () => {
  it('are those of pretraining, over all epochs', async () => {
    const { rows, steps } = await exportBatches(run('first'));
    expect([rows, steps]).toEqual([400, 50]);
    const { shards, heldOut } = JSON.parse(read('first', 'manifest.json').toString());
    expect(shards.map(({ rows }: { rows: number }) => rows)).toEqual([128, 128, 128, 16]);
    const all: ParquetRow[] = [];
    for (const { file } of shards) all.push(...(await rowsOf('first', file)));
    const { train, tokenizer } = await preparePretraining(run('first').data);
    const { batch, stepsPerEpoch } = createBatches(train, tokenizer.vocabulary, BATCHES);
    expect(stepsPerEpoch).toBeLessThan(100);
    for (const index of [0, stepsPerEpoch, 99]) {
      const { ids, segments, attention, maskedPositions, maskedLabels, maskedCount, nextSentence } =
        batch(index);
      const found = all.slice(index * 4, index * 4 + 4);
      const padded = (row: ParquetRow): number[] => [
        ...(row.input_ids as number[]),
        ...Array(24 - (row.input_ids as number[]).length).fill(tokenizer.vocabulary.ids.pad),
      ];
      expect(found.flatMap(padded)).toEqual([...ids]);
      const places = found.flatMap(() => Array.from({ length: 24 }, (_, i) => i));
      const rowAt = (i: number): ParquetRow => found[Math.floor(i / 24)];
      expect(places.map((p, i) => Number(p < (rowAt(i).input_ids as number[]).length))).toEqual([
        ...attention,
      ]);
      const isSecond = (p: number, { input_ids, second_start }: ParquetRow): boolean =>
        p >= Number(second_start) && p < (input_ids as number[]).length;
      expect(places.map((p, i) => Number(isSecond(p, rowAt(i))))).toEqual([...segments]);
      expect(
        found.flatMap(({ masked_positions }, row) => (masked_positions as number[]).map((p) => row * 24 + p)),
      ).toEqual([...maskedPositions.subarray(0, maskedCount)]);
      expect(found.flatMap(({ masked_labels }) => masked_labels)).toEqual([
        ...maskedLabels.subarray(0, maskedCount),
      ]);
      expect(found.map(({ next_sentence }) => next_sentence)).toEqual([...nextSentence]);
    }
    expect(await rowsOf('first', 'held-out.parquet')).toHaveLength(heldOut.rows);
  });

  it('come with a script, and a manifest that names the parameters of the model', async () => {
    const { model, settings, files } = JSON.parse(read('first', 'manifest.json').toString());
    expect(settings).toMatchObject({ steps: 50, rowsPerStep: 8, nextSentence: true, learningRate: 0.0005 });
    const weights = read('first', 'model', 'model.safetensors');
    const header = weights.subarray(8, 8 + Number(weights.readBigUInt64LE())).toString();
    const names = new Set(Object.keys(JSON.parse(header)));
    expect(names).toContain(`${model.maskedHead}.weight`);
    expect(model.decayed.filter((name: string) => !names.has(name))).toEqual([]);
    expect(model.decayed).not.toContain('bert.embeddings.LayerNorm.weight');
    expect(model).toMatchObject({ class: 'BertForPreTraining', frozen: [], trainingConfig: {} });
    const script = read('first', 'train.py').toString();
    for (const key of [...Object.keys(model), 'rowsPerStep', 'learningRate', 'schedule', 'warmup', 'clip'])
      expect(script).toContain(`"${key}"`);
    for (const column of Object.keys((await rowsOf('first', 'held-out.parquet'))[0]))
      expect(script).toContain(`"${column}"`);
    expect(files.map(({ file }: { file: string }) => file)).toContain('model/vocab.txt');
    for (const { file, sha256, bytes } of files) {
      const content = read('first', file);
      expect([createHash('sha256').update(content).digest('hex'), content.length]).toEqual([sha256, bytes]);
    }
  });

  it('state what packed text does not train, and the dropout of pretraining', async () => {
    const start = { init: at('first', 'model'), dropout: 0.3 };
    const data = {
      ...run('x').data,
      vocabulary: {},
      batches: { ...BATCHES, nextSentence: false },
      heldOut: 0,
    };
    await exportBatches(run('packed', { start, data, training: { steps: 1 } }));
    const { model, heldOut } = JSON.parse(read('packed', 'manifest.json').toString());
    expect(model.frozen).toContain('cls.seq_relationship.weight');
    expect(model.frozen).toContain('bert.pooler.dense.weight');
    expect(model.trainingConfig).toMatchObject({ hidden_dropout_prob: 0.3 });
    expect(JSON.parse(read('packed', 'model', 'config.json').toString()).hidden_dropout_prob).toBe(0);
    expect(heldOut).toBeUndefined();
  });

  it('resume after an interruption: finished files are kept, and all bytes are equal', async () => {
    const stop = new AbortController();
    const interrupted = exportBatches(run('resumed'), {
      signal: stop.signal,
      onProgress: (share) => share > 0.5 && stop.abort(new Error('stopped')),
    });
    await expect(interrupted).rejects.toThrow('stopped');
    expect(existsSync(at('resumed'))).toBe(false);
    const kept = at('resumed.staging', 'batches-00001.parquet');
    const { ino } = statSync(kept);
    expect(existsSync(at('resumed.staging', 'batches-00002.parquet'))).toBe(false);
    writeFileSync(at('resumed.staging', 'batches-00002.parquet.1.tmp'), 'half');
    const others = run('resumed', { training: { steps: 51 } });
    await expect(exportBatches(others)).rejects.toMatchObject({ code: 'other-export' });
    await exportBatches(run('resumed'));
    expect(statSync(at('resumed', 'batches-00001.parquet')).ino).toBe(ino);
    const names = readdirSync(at('first'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(at('first').length + 1));
    expect(readdirSync(at('resumed'), { recursive: true })).toHaveLength(names.length + 1);
    for (const name of names) expect(read('resumed', name).equals(read('first', name))).toBe(true);
  });

  it('refuse an existing directory, a second process, and a model with too few positions', async () => {
    await expect(exportBatches(run('first'))).rejects.toMatchObject({ code: 'already-exists' });
    const long = { ...run('x').data, batches: { ...BATCHES, maxLength: 48 } };
    await expect(exportBatches(run('long', { data: long }))).rejects.toMatchObject({ code: 'max-length' });
    expect(existsSync(at('long.staging'))).toBe(false);
    await using _lock = await acquireLock(`${at('twice')}.lock`);
    await expect(exportBatches(run('twice'))).rejects.toMatchObject({ code: 'in-use' });
  });
});
