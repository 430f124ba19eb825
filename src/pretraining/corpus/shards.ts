import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { identifyFile } from '../../fetch/identity.ts';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, readLineBatches } from '../../ground/files.ts';
import { scramble } from '../../text/hashing.ts';

export const MANIFEST = 'manifest.json';
const SHARD_BYTES = 16 << 20;

export interface Shard {
  readonly file: string;
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly documents: number;
  readonly sentences: number;
  /** UTF-16 code units of the sentences. */
  readonly characters: number;
}

/** Writes documents into `shard-00000.txt`, …: a sentence a line, a blank line after each document. */
export async function writeShards(
  directory: string,
  documents: Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
): Promise<Shard[]> {
  const shards: Shard[] = [];
  let parts: string[] = [];
  let held = 0;
  let sentences = 0;
  let characters = 0;
  const finish = async (): Promise<void> => {
    if (parts.length === 0) return;
    const file = `shard-${String(shards.length).padStart(5, '0')}.txt`;
    const bytes = Buffer.from(parts.join(''));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await writeSynced(join(directory, file), bytes);
    shards.push({ file, bytes: bytes.length, sha256, documents: parts.length, sentences, characters });
    parts = [];
    held = sentences = characters = 0;
  };
  for await (const document of documents) {
    const text = `${document.join('\n')}\n\n`;
    parts.push(text);
    held += text.length;
    sentences += document.length;
    for (const sentence of document) characters += sentence.length;
    if (held * 3 >= SHARD_BYTES) await finish();
  }
  await finish();
  return shards;
}

async function writeSynced(file: string, bytes: Uint8Array): Promise<void> {
  try {
    const handle = await open(file, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw explainFileError(error, file);
  }
}

const manifestSchema = z.object({
  format: z.literal('chineseblue-corpus@1'),
  shards: z.array(
    z.object({
      file: z.string().regex(/^[\w.-]+$/),
      bytes: z.number(),
      sha256: z.string(),
      documents: z.number(),
      sentences: z.number(),
      characters: z.number(),
    }),
  ),
});

/**
 * The shards of a corpus directory, from its manifest, each checked against its SHA-256.
 * Throws a UserError: `corpus-missing`, `corpus-manifest`, `corpus-damaged`, `corpus-empty`.
 */
export async function openCorpus(directory: string): Promise<readonly Shard[]> {
  const file = join(directory, MANIFEST);
  if (!existsSync(file)) {
    throw new UserError('corpus-missing', 'There is no corpus here', {
      file: directory,
      hint: 'Make one: `chineseblue corpus build IN… --out DIR`.',
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw explainFileError(error, file);
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) {
    throw new UserError('corpus-manifest', 'The manifest is not one that this version wrote', {
      file,
      field: parsed.error.issues[0].path.join('.'),
      hint: 'Build the corpus again.',
    });
  }
  const { shards } = parsed.data;
  for (const { file: name, sha256 } of shards) {
    const path = join(directory, name);
    if ((await identifyFile(path)).sha256 !== sha256) {
      throw new UserError('corpus-damaged', 'The shard is not what the manifest says', {
        file: path,
        hint: 'Build the corpus again.',
      });
    }
  }
  if (shards.length === 0) throw emptyCorpus(directory);
  return shards;
}

export const emptyCorpus = (file: string): UserError =>
  new UserError('corpus-empty', 'The corpus has no text', {
    file,
    hint: 'Nothing was left after cleaning: give more Chinese text, or see why in the report.',
  });

/** Streams the documents of a corpus, each as its sentences. Check it first with `openCorpus`. */
export async function* readCorpus(directory: string, shards: readonly Shard[]): AsyncGenerator<string[]> {
  for (const { file } of shards) {
    let document: string[] = [];
    for await (const lines of readLineBatches(join(directory, file))) {
      for (const { text } of lines) {
        if (text !== '') document.push(text);
        else if (document.length > 0) {
          yield document;
          document = [];
        }
      }
    }
    if (document.length > 0) yield document;
  }
}

/** As `readCorpus`, but where there are more than `characters` only an even share of the documents, the same each time. */
export async function* sampleCorpus(
  directory: string,
  shards: readonly Shard[],
  characters: number,
): AsyncGenerator<string[]> {
  const total = shards.reduce((sum, shard) => sum + shard.characters + shard.sentences, 0);
  const share = total <= characters ? 1 : (0.98 * characters) / total;
  let index = 0;
  for await (const document of readCorpus(directory, shards)) {
    if (scramble(index++) < share * 0x100000000) yield document;
  }
}
