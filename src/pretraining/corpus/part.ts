import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { identifyBytes } from '../../fetch/identity.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import { explainFileError, nameOf, STANDARD, writeJson } from '../../ground/files.ts';
import { withDefaults } from '../../ground/parameters.ts';
import { version } from '../../ground/version.ts';
import type { Sketches } from '../../text/minhash.ts';
import type { Observer } from '../observer.ts';
import { CORPUS } from '../parameters.ts';
import { type BuildOptions, makeCorpus, noInput, takeAll } from './build.ts';
import { listInputs } from './documents.ts';
import { createIntake } from './intake.ts';
import { type EvaluationText, indexEvaluation } from './leakage.ts';
import { PART, PART_FORMAT, type Part } from './part-record.ts';
import { writeShards, writeSynced } from './shards.ts';
import { readEvaluationTexts } from './train-splits.ts';

/** Part number and number of parts. */
export interface ShardChoice {
  /** From 1. */
  readonly index: number;
  readonly of: number;
}

/** Reads `i/n`. Throws a UserError (usage) for anything else. */
export function parseShard(text: string): ShardChoice {
  const [, index, of] = /^([1-9]\d{0,4})\/([1-9]\d{0,4})$/.exec(text)?.map(Number) ?? [];
  if (index <= of) return { index, of };
  throw new UserError(
    'bad-shard',
    {
      en: `--shard must be i/n with i from 1 to n, not "${text}"`,
      zh: `--shard 应为 i/n（i 为 1 到 n），而不是“${text}”`,
    },
    { hint: { en: 'For example --shard 1/8.', zh: '例如 --shard 1/8。' }, exitCode: EXIT.usage },
  );
}

/**
 * Does for one shard of the inputs what needs no other shard: reads, cleans, refuses evaluation text, sketches. All
 * shards are given the same inputs; each takes its own files, the last one the train splits.
 * `mergeCorpus` makes the corpus of the parts. Throws as `buildCorpus`, and `shard-stream` for a pipe.
 */
export async function buildPart(
  options: BuildOptions,
  shard: ShardChoice,
  observer: Observer = {},
): Promise<Part> {
  const { inputs, train, force = false } = options;
  const files = await Promise.all((await listInputs(inputs)).map(measure));
  if (files.length === 0 && train.length === 0) throw noInput(inputs);
  return makeCorpus({ out: options.out, force, record: PART }, async (staging, spool) => {
    const texts = await readEvaluationTexts(options.guarded, options.dataDir);
    const settings = withDefaults(CORPUS, options);
    const intake = createIntake(spool, indexEvaluation(texts), settings.dedupThreshold);
    const own = {
      train: shard.index === shard.of ? train : [],
      dataDir: options.dataDir,
      fields: settings.fields,
    };
    const taken = filesOf(files, shard).map(({ file }) => file);
    const sources = await takeAll(intake, taken, own, observer);
    const shards = await writeShards(staging, spool.documents());
    const { documents, sentences, refused, leaks: shown, sketches } = intake;
    const part: Part = {
      format: PART_FORMAT,
      shard: shard.index,
      common: {
        version: version(),
        shards: shard.of,
        inputs: digestOf([...files.map(({ file, bytes }) => [file, bytes]), train.map(({ id }) => id)]),
        fields: [...settings.fields],
        dedupThreshold: settings.dedupThreshold,
        evaluation: digestOfTexts(texts),
      },
      sources,
      documents: { read: documents.read, empty: documents.empty },
      sentences: { read: sentences.read, removed: sentences.removed },
      refused,
      shown,
      shards,
      sketches: await writeSketches(staging, sketches),
    };
    await writeJson(join(staging, PART), part);
    return part;
  });
}

interface Measured {
  readonly file: string;
  readonly bytes: number;
}

async function measure(file: string): Promise<Measured> {
  if (file === STANDARD) throw streamed(file);
  const stats = await stat(file).catch((error) => {
    throw explainFileError(error, file);
  });
  if (!stats.isFile()) throw streamed(file);
  return { file, bytes: stats.size };
}

const streamed = (file: string): UserError =>
  new UserError(
    'shard-stream',
    { en: 'A pipe cannot be shared among shards', zh: '管道不能在多个分片之间共享' },
    { file: nameOf(file), hint: { en: 'Write it to a file first.', zh: '请先写入文件。' } },
  );

/** Neighbouring files of about the same size in all, so that the parts in order are the inputs in order. */
export function filesOf<F extends { readonly bytes: number }>(
  files: readonly F[],
  { index, of }: ShardChoice,
): F[] {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let before = 0;
  return files.filter(({ bytes }) => {
    const middle = before + bytes / 2;
    before += bytes;
    const owner = total === 0 ? 0 : Math.min(of - 1, Math.floor((middle * of) / total));
    return owner === index - 1;
  });
}

const digestOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** Digest of the texts that were kept out. */
export function digestOfTexts(texts: readonly EvaluationText[]): string {
  const hash = createHash('sha256');
  for (const { task, split, id, text } of texts) hash.update(`${JSON.stringify([task, split, id, text])}\n`);
  return hash.digest('hex');
}

/** The sketches of all documents one after another, in little-endian words. */
async function writeSketches(directory: string, sketches: Sketches): Promise<Part['sketches']> {
  const words = sketches.bands + 1;
  const bytes = Buffer.alloc(sketches.size * words * 4);
  let place = 0;
  for (let i = 0; i < sketches.size; i++)
    for (const word of sketches.sketchOf(i)) place = bytes.writeUInt32LE(word, place);
  const file = 'sketches.bin';
  await writeSynced(join(directory, file), bytes);
  return { file, sha256: identifyBytes(bytes).sha256 };
}
