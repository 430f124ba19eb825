import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultArchitecture } from '../../encoders/architectures/registry.ts';
import { loadFolder } from '../../encoders/folder/load.ts';
import { saveFolder } from '../../encoders/folder/save.ts';
import { createTokenizer } from '../../encoders/tokenizers/tokenizer.ts';
import { createVocabulary, SPECIAL_TOKENS } from '../../encoders/tokenizers/vocabulary.ts';
import { createRandom } from '../../ground/random.ts';
import { buildCorpus } from '../corpus/build.ts';
import { startFromRandom } from '../start.ts';
import { type DistillationRun, distilToFolder } from './distil-folder.ts';
import { createTextBatches, isHeldOut, packSentences } from './texts.ts';

let folder: string;
const at = (name: string): string => join(folder, name);
const CHARACTERS = [...'头痛发热咳嗽腹泻呕吐恶心骨折肿胀今天，。'];

/** A model from random weights whose vocabulary has these pieces before the characters. */
async function makeModel(name: string, hidden: number, pieces: readonly string[]): Promise<void> {
  const vocabulary = createVocabulary([...Object.values(SPECIAL_TOKENS), ...pieces, ...CHARACTERS]);
  const tokenizer = createTokenizer(vocabulary);
  const sizes = { layers: 1, hidden, heads: 2, positions: 32, dropout: 0 };
  const { config, tensors } = startFromRandom(tokenizer, sizes, hidden, new Int32Array(0));
  await saveFolder(at(name), { config, tensors, tokenizer });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chineseblue-distil-'));
  await makeModel('teacher', 32, ['a']);
  await makeModel('student', 16, []);
  const random = createRandom(6);
  const one = (): string => CHARACTERS[random.below(CHARACTERS.length - 2)];
  const text = Array.from(
    { length: 300 },
    () => `今天${Array.from({ length: 12 }, one).join('')}。\n${Array.from({ length: 9 }, one).join('')}。`,
  );
  writeFileSync(at('text.txt'), text.join('\n\n'));
  const nothing = { train: [], guarded: [], dataDir: at('data') };
  await buildCorpus({ inputs: [at('text.txt')], ...nothing, out: at('corpus') });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const run = (out: string, more: Partial<DistillationRun> = {}): DistillationRun => ({
  corpus: at('corpus'),
  teacher: at('teacher'),
  student: at('student'),
  out: at(out),
  batches: { maxLength: 32, batchSize: 16 },
  heldOut: 0.1,
  training: { steps: 120, learningRate: 1e-2, evaluateEvery: 60 },
  hardware: { threads: 1 },
  ...more,
});

describe('distillation', () => {
  it('gives a narrower student with another vocabulary the hidden states of the teacher', async () => {
    const seen: number[] = [];
    const observer = { onScore: (_step: number, cosine: number) => seen.push(cosine) };
    const { steps, cosine } = await distilToFolder(run('learnt'), observer);
    expect([steps, seen.length]).toEqual([120, 3]);
    expect(Math.abs(seen[0])).toBeLessThan(0.5);
    expect(cosine).toBe(seen[2]);
    expect(cosine).toBeGreaterThan(0.8);
    const { config, tensors, tokenizer } = await loadFolder(at('learnt'));
    const { parameters, heads } = defaultArchitecture;
    expect(config).toMatchObject({ hiddenSize: 16, transformersClass: heads.encoderClass });
    expect([...tensors.keys()].every((name) => parameters.isEncoder(name))).toBe(true);
    expect(tokenizer.vocabulary.tokens).toEqual(
      (await loadFolder(at('student'))).tokenizer.vocabulary.tokens,
    );
    expect(readdirSync(at('learnt/pretraining'))).toEqual(['train.jsonl']);
    const lines = readFileSync(at('learnt/pretraining/train.jsonl'), 'utf8').trim().split('\n');
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ step: 120, heldOut: { cosine } });
  });

  it('gives the same bytes after an interruption', async () => {
    const training = { steps: 30, learningRate: 1e-2, evaluateEvery: 10 };
    await distilToFolder(run('whole', { training }));
    const stop = new AbortController();
    const observer = {
      signal: stop.signal,
      onScore: (step: number) => step === 20 && stop.abort(new Error('stopped')),
    };
    await expect(distilToFolder(run('stopped', { training }), observer)).rejects.toThrow('stopped');
    expect(readdirSync(at('stopped'))).toEqual(['pretraining']);
    await distilToFolder(run('stopped', { training }));
    for (const name of ['model.safetensors', 'pretraining/train.jsonl'])
      expect(readFileSync(at(`stopped/${name}`))).toEqual(readFileSync(at(`whole/${name}`)));
    await expect(distilToFolder(run('whole'))).rejects.toMatchObject({ code: 'folder-not-empty' });
  });

  it('refuses too few texts for a batch, texts longer than an encoder reads, and an invalid student', async () => {
    const small = run('refused', { batches: { maxLength: 32, batchSize: 5000 } });
    await expect(distilToFolder(small)).rejects.toMatchObject({ code: 'corpus-too-small' });
    const long = run('refused', { batches: { maxLength: 64 } });
    await expect(distilToFolder(long)).rejects.toMatchObject({ code: 'max-length' });
    await expect(distilToFolder(run('refused', { student: at('corpus') }))).rejects.toMatchObject({
      place: { file: expect.stringContaining('corpus') },
    });
  });
});

describe('texts of a corpus', () => {
  it('are whole sentences of at most a number of tokens', () => {
    const tokenizer = createTokenizer(createVocabulary([...Object.values(SPECIAL_TOKENS), '头', '痛']));
    expect(packSentences(['头痛', '头', '痛痛痛痛痛痛', '头'], tokenizer, 6)).toEqual([
      '头痛头',
      '痛痛痛痛痛痛',
      '头',
    ]);
    expect(packSentences([], tokenizer, 6)).toEqual([]);
  });

  it('come in a new order every epoch, each once', () => {
    const texts = [...'abcdefg'];
    const { perEpoch, at: batchAt } = createTextBatches(texts, 3, 1);
    expect(perEpoch).toBe(2);
    const epochs = [0, 1].map((epoch) => [...batchAt(2 * epoch), ...batchAt(2 * epoch + 1)]);
    for (const epoch of epochs) expect(new Set(epoch).size).toBe(6);
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect([...batchAt(0), ...batchAt(1)]).toEqual(epochs[0]);
  });

  it('are held out by documents, evenly', () => {
    const out = Array.from({ length: 100 }, (_, i) => isHeldOut(i, 0.1)).flatMap((held, i) =>
      held ? [i] : [],
    );
    expect(out).toEqual(Array.from({ length: 10 }, (_, k) => 10 * k + 9));
    expect(isHeldOut(7, 0)).toBe(false);
  });
});
