import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDataset } from '../../../src/datasets/dataset.ts';
import { samplesDir } from '../../../src/datasets/directory.ts';
import { loadOnnx } from '../../../src/encoders/folder/import_onnx.ts';
import { initFolder } from '../../../src/encoders/folder/init.ts';
import { listModels } from '../../../src/encoders/folder/list.ts';
import { loadFolder } from '../../../src/encoders/folder/load.ts';
import { createTrained } from '../../../src/encoders/training/adamw.ts';
import { writeCheckpoint } from '../../../src/encoders/training/checkpoint.ts';
import { openRecord } from '../../../src/encoders/training/record.ts';
import { readWeights } from '../../../src/encoders/weights/read.ts';
import { seal } from '../../../src/ground/hash.ts';
import { collectAnswers } from '../../../src/models/answers.ts';
import { findModel } from '../../../src/models/registry.ts';
import { findTask } from '../../../src/tasks/registry.ts';
import { checkpoint, safetensors, sealedJson, zip } from '../containers.ts';
import type { Container, Reader, Shape, Subject } from '../subject.ts';

const TEXTS = ['患者头痛三天，伴有发热39.5℃。', 'ABC [MASK] café\u0000', ''];
const VOCABULARY = [
  ...'[PAD] [UNK] [CLS] [SEP] [MASK] ##a a b c ##9 3 9 . ，'.split(' '),
  ...'患者头痛三天伴有发热咳嗽',
];

type Tensors = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

/** Names, shapes, hashes and sums: a sum reveals a NaN. */
const summary = (tensors: Tensors): unknown =>
  Array.from(tensors, ([name, { shape, data }]) => {
    const sha256 = createHash('sha256').update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return { name, shape, sha256: sha256.digest('hex'), sum: data.reduce((sum, value) => sum + value, 0) };
  });

async function readFolder(folder: string): Promise<unknown> {
  const { config, tensors, tokenizer } = await loadFolder(folder);
  const encoded = TEXTS.map((text) => {
    const { ids, starts, ends } = tokenizer.encode(text);
    return [ids, starts, ends].map((list) => Array.from(list));
  });
  return { config, tensors: summary(tensors), encoded };
}

export const encoders: Reader = {
  name: 'encoder folders',
  async prepare(folder) {
    const vocab = join(folder, 'vocab.txt');
    writeFileSync(vocab, VOCABULARY.join('\n'));
    const whole = join(folder, 'whole');
    await initFolder({ vocab, out: whole, seed: 1, layers: 1, hidden: 16, heads: 2, positions: 32 });
    const plain = join(folder, 'plain');
    cpSync(whole, plain, { recursive: true });
    for (const name of ['tokenizer.json', 'special_tokens_map.json']) rmSync(join(plain, name));
    const at = (directory: string, name: string, shape: Shape, container?: Container): Subject => {
      const file = join(directory, name);
      return { name, file, shape, container, read: () => readFolder(directory) };
    };
    return [
      at(whole, 'config.json', 'json'),
      at(whole, 'tokenizer.json', 'json'),
      at(whole, 'tokenizer_config.json', 'json'),
      at(whole, 'special_tokens_map.json', 'json'),
      at(whole, 'model.safetensors', 'bytes', safetensors),
      at(plain, 'vocab.txt', 'lines'),
      at(plain, 'tokenizer_config.json', 'json'),
      source(folder, whole),
    ];
  },
};

/** The record of a model's source, next to it. */
function source(folder: string, whole: string): Subject {
  const model = join(folder, 'cache', 'chineseblue', 'models', 'tiny');
  cpSync(whole, model, { recursive: true });
  const file = join(model, 'source.json');
  const fetched = { path: 'config.json', from: 'https://models.example/config.json', sha256: '0'.repeat(64) };
  const known = {
    schema: 'chineseblue/model-source@1',
    name: 'tiny',
    licence: 'mit',
    page: 'https://models.example',
  };
  writeFileSync(file, JSON.stringify({ ...known, publisher: 'example', fetchedAt: '', files: [fetched] }));
  const read = async (): Promise<unknown> => {
    const listed = await listModels({ XDG_CACHE_HOME: join(folder, 'cache') });
    return listed.filter(({ name }) => name === 'tiny').map(({ licence, source }) => ({ licence, source }));
  };
  return { name: 'source.json', file, shape: 'json', read };
}

const FIXTURES = new URL('../../../src/encoders/weights/fixtures/', import.meta.url);
/** Files of weights of every format, as others write them. */
const WEIGHTS: readonly [folder: string, file: string][] = [
  ['safetensors-f32', 'model.safetensors'],
  ['safetensors-bf16', 'model.safetensors'],
  ['safetensors-f64', 'model.safetensors'],
  ['torch-checkpoint', 'pytorch_model.bin'],
  ['torch-f16', 'pytorch_model.bin'],
  ['torch-old-names', 'pytorch_model.bin'],
  ['torch-legacy', 'pytorch_model.bin'],
  ['safetensors-sharded', 'model.safetensors.index.json'],
  ['safetensors-sharded', 'model-00002-of-00002.safetensors'],
  ['torch-sharded', 'pytorch_model.bin.index.json'],
  ['tensorflow', 'bert_model.ckpt.index'],
  ['tensorflow', 'bert_model.ckpt.data-00000-of-00001'],
  ['tensorflow-f16-sharded', 'bert_model.ckpt.index'],
];

export const weights: Reader = {
  name: 'weights',
  async prepare(folder) {
    const subjects: Subject[] = [];
    for (const [name, file] of WEIGHTS) {
      const own = join(folder, `${name}-${file}`);
      cpSync(new URL(name, FIXTURES), own, { recursive: true });
      subjects.push({
        name: `${name} ${file}`,
        file: join(own, file),
        shape: file.endsWith('.json') ? 'json' : 'bytes',
        container: containerOf(join(own, file)),
        read: async () => {
          const { config, tensors, format } = await readWeights(own);
          return { config, format, tensors: summary(tensors) };
        },
      });
    }
    return subjects;
  },
};

const ONNX = new URL('../../../src/encoders/weights/onnx/fixtures/', import.meta.url);

/** ONNX files as exporters write them; what is read is run and compared. */
export const onnx: Reader = {
  name: 'ONNX files',
  async prepare(folder) {
    return ['traced', 'fp16', 'int8'].map((name): Subject => {
      const own = join(folder, name);
      mkdirSync(own);
      for (const beside of ['vocab.txt', 'config.json'])
        cpSync(new URL(`reference/${beside}`, ONNX), join(own, beside));
      const file = join(own, 'model.onnx');
      cpSync(new URL(`${name}.onnx`, ONNX), file);
      const read = async (): Promise<unknown> => {
        const { model } = await loadOnnx(file);
        return { config: model.config, tensors: summary(model.tensors) };
      };
      return { name, file, shape: 'bytes', read };
    });
  },
};

function containerOf(file: string): Container | undefined {
  if (file.endsWith('.safetensors')) return safetensors;
  const bytes = readFileSync(file);
  return bytes.toString('latin1', 0, 2) === 'PK' ? zip(storedEntries(bytes)) : undefined;
}

/** The entries of a zip archive without compression, as PyTorch writes them. */
function storedEntries(bytes: Buffer): { name: string; bytes: Buffer }[] {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const count = bytes.readUInt16LE(end + 10);
  const entries: { name: string; bytes: Buffer }[] = [];
  let at = bytes.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
  for (let i = 0; i < count; i++) {
    const size = bytes.readUInt32LE(at + 24);
    const [nameBytes, extra, comment] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameBytes);
    entries.push({ name, bytes: bytes.subarray(start, start + size) });
    at += 46 + nameBytes + extra + comment;
  }
  return entries;
}

const TASK = 'cMedIC';
const SMALL = { layers: 1, hidden: 16, heads: 2, batchSize: 16, threads: 1, maxLength: 16, epochs: 1 };

export const finetuned: Reader = {
  name: 'fine-tuned folders',
  async prepare(folder) {
    const dataset = await openDataset({ task: findTask(TASK), dir: samplesDir() });
    const { task } = dataset;
    const { train, dev } = await dataset.division('test');
    const kind = findModel('bert');
    const directory = join(folder, 'training');
    const request = {
      train: train.slice(0, 64),
      dev: dev.slice(0, 8),
      seed: 1,
      parameters: SMALL,
      directory,
    };
    const fitted = await kind.fit({ ...request, task, score: () => 0 });
    const own = join(folder, 'model');
    await fitted.save?.(own);
    const inputs = dev.slice(0, 4).map(({ input }) => input);
    const answers = async (from: string): Promise<unknown> => {
      const loaded = await kind.load(from, task);
      return collectAnswers({ kind, fitted: loaded, task, inputs });
    };
    const names = readdirSync(own, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.\w+$/.test(name),
    );
    const hashed = names.map((name): Subject => {
      const shape = name.endsWith('.json') ? 'json' : name.endsWith('.txt') ? 'lines' : 'bytes';
      return { name, file: join(own, name), shape, hashed: true, read: () => answers(own) };
    });
    return [...hashed, ...forgedFolder(own, `${own}-forged`, answers)];
  },
};

/** Folders whose manifest names the hashes of what is there, whatever that is. */
function forgedFolder(own: string, forged: string, answers: (from: string) => Promise<unknown>): Subject[] {
  cpSync(own, forged, { recursive: true });
  const read = () => answers(forged);
  const record = join(forged, 'chineseblue.json');
  const known = JSON.parse(readFileSync(record, 'utf8'));
  const bound = (name: string, shape: Shape, container?: Container): Subject => {
    const file = join(forged, name);
    const place = (bytes: Buffer): void => {
      writeFileSync(file, bytes);
      const { sha256: _, ...rest } = known;
      const files = { ...rest.files, [name]: createHash('sha256').update(bytes).digest('hex') };
      writeFileSync(record, JSON.stringify(seal({ ...rest, files })));
    };
    return { name: `forged ${name}`, file, shape, container, place, read };
  };
  return [
    { name: 'forged record', file: record, shape: 'json', container: sealedJson, sealed: true, read },
    bound('config.json', 'json'),
    bound('model.safetensors', 'bytes', safetensors),
    bound('vocab.txt', 'lines'),
  ];
}

export const checkpoints: Reader = {
  name: 'checkpoints',
  async prepare(folder) {
    const shapes = new Map([
      ['a', [4, 3]],
      ['b', [5]],
    ]);
    const fresh = () => createTrained(shapes);
    const directory = join(folder, 'run');
    mkdirSync(directory);
    const read = async (): Promise<unknown> => {
      const trained = fresh();
      const skipped: string[] = [];
      const onEvent = (event: { kind: string }): void =>
        void (event.kind === 'skipped' && skipped.push('skipped'));
      const { state } = await openRecord({ directory, onEvent }, 'this', trained);
      const values = trained.map(({ value }) => Array.from(value.data));
      const { scores: _, best, ...rest } = state;
      // what training counts on with
      const counted = [
        rest.step,
        rest.position.epoch,
        rest.position.batch,
        rest.logBytes,
        best.epoch,
        rest.sums.tokens,
      ];
      if (!counted.every((value) => Number.isSafeInteger(value) && value >= 0))
        throw new Error(`it resumes from ${JSON.stringify(state)}`);
      return { ...rest, epoch: best.epoch, values, skipped };
    };
    const state = {
      ...{ fingerprint: 'this', step: 3, position: { epoch: 1, batch: 2 }, best: { score: 0.5, epoch: 0 } },
      ...{ sums: { updates: 1, loss: 0.5, parts: { mlm: 0.5 }, tokens: 12, padded: 16 } },
      ...{ scores: null, logBytes: 0, done: false },
    };
    const arrays = new Map<string, Float32Array>();
    for (const { name, value, mean, variance } of fresh()) {
      for (const [part, { data }] of Object.entries({ value, mean, variance }))
        arrays.set(
          `${part} ${name}`,
          Float32Array.from(data, (_, i) => i / 7),
        );
    }
    const file = join(directory, 'checkpoint-000000003.bin');
    await writeCheckpoint(file, state, arrays);
    const own = join(folder, 'best.bin');
    await writeCheckpoint(own, { fingerprint: 'this', epoch: 1 }, arrays);
    return [
      { name: 'resumed', file, shape: 'bytes', read },
      { name: 'forged', file, shape: 'bytes', container: checkpoint, sealed: true, read },
    ];
  },
};
