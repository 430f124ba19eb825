import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import { shardSchema } from './manifest.ts';
import { REBUILD } from './shards.ts';

/** The record of a part, in its directory. */
export const PART = 'part.json';
export const PART_FORMAT = 'chineseblue-corpus-part@1';

const count = z.int().min(0);
const sha256 = z.string();

const partSchema = z.object({
  format: z.literal(PART_FORMAT),
  /** From 1. */
  shard: z.int().min(1),
  /** What all parts of a corpus have in common. */
  common: z.object({
    version: z.string(),
    shards: z.int().min(1),
    /** Of the names and sizes of all inputs. */
    inputs: sha256,
    fields: z.array(z.string()),
    dedupThreshold: z.number(),
    /** Of the texts that were kept out. */
    evaluation: sha256,
  }),
  sources: z.array(z.object({ path: z.string(), bytes: count, sha256, documents: count })),
  documents: z.object({ read: count, empty: count }),
  sentences: z.object({
    read: count,
    removed: z.object({
      'no-chinese': count,
      'too-short': count,
      'not-text': count,
      'page-furniture': count,
      repeated: count,
      evaluation: count,
    }),
  }),
  refused: z.record(z.string(), count),
  shown: z.array(
    z.object({
      task: z.string(),
      split: z.string(),
      id: z.string(),
      sentence: z.string(),
      source: z.string(),
      line: z.number().optional(),
    }),
  ),
  shards: z.array(shardSchema),
  sketches: z.object({ file: z.literal('sketches.bin'), sha256 }),
});

/** The result of one shard of the inputs: counts, and the files with its documents and their sketches. */
export type Part = z.infer<typeof partSchema>;

/** Throws a UserError: `corpus-part-missing`, `corpus-part`. */
export async function readPart(directory: string): Promise<Part> {
  const file = join(directory, PART);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw partMissing(directory);
    if (!(error instanceof SyntaxError)) throw explainFileError(error, file);
  }
  const parsed = partSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UserError(
    'corpus-part',
    { en: 'This part was not written by this version', zh: '该语料部分不是由当前版本生成的' },
    { file, field: parsed.error.issues[0].path.join('.'), hint: REBUILD },
  );
}

const partMissing = (file: string): UserError =>
  new UserError(
    'corpus-part-missing',
    { en: 'There is no part of a corpus in this directory', zh: '该目录中没有语料部分' },
    {
      file,
      hint: {
        en: 'Build one: `chineseblue corpus build IN… --shard 1/8 --out DIR`.',
        zh: '请先构建：`chineseblue corpus build IN… --shard 1/8 --out DIR`。',
      },
    },
  );
