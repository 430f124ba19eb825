import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identifyFile } from '../../fetch/identity.ts';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, readLineBatches } from '../../ground/files.ts';
import { scramble } from '../../text/hashing.ts';
import { MANIFEST, manifestSchema, type Shard } from './manifest.ts';

const SHARD_BYTES = 16 << 20;

/** Writes documents to `shard-00000.txt`, …: one sentence per line, a blank line after each document. */
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

/** Throws a UserError if the file cannot be written. */
export async function writeSynced(file: string, bytes: Uint8Array): Promise<void> {
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

export const REBUILD = { en: 'Build the corpus again.', zh: '请重新构建语料。' };

/**
 * The shards of a corpus directory, from its manifest, each checked against its SHA-256.
 * Throws a UserError: `corpus-missing`, `corpus-manifest`, `corpus-damaged`, `corpus-empty`.
 */
export async function openCorpus(directory: string): Promise<readonly Shard[]> {
  const file = join(directory, MANIFEST);
  if (!existsSync(file)) {
    throw new UserError(
      'corpus-missing',
      { en: 'There is no corpus in this directory', zh: '该目录中没有语料' },
      {
        file: directory,
        hint: {
          en: 'Build one: `chineseblue corpus build IN… --out DIR`.',
          zh: '请先构建：`chineseblue corpus build IN… --out DIR`。',
        },
      },
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw explainFileError(error, file);
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) {
    throw new UserError(
      'corpus-manifest',
      { en: 'The manifest was not written by this version', zh: '清单不是由当前版本生成的' },
      { file, field: parsed.error.issues[0].path.join('.'), hint: REBUILD },
    );
  }
  const { shards } = parsed.data;
  await verifyFiles(directory, shards);
  if (shards.length === 0) throw emptyCorpus(directory);
  return shards;
}

/** Throws `corpus-damaged` for an altered file. */
export async function verifyFiles(
  directory: string,
  files: readonly { readonly file: string; readonly sha256: string }[],
): Promise<void> {
  for (const { file, sha256 } of files) {
    const path = join(directory, file);
    if ((await identifyFile(path)).sha256 === sha256) continue;
    throw new UserError(
      'corpus-damaged',
      { en: 'The shard does not match the manifest', zh: '分片与清单不一致' },
      { file: path, hint: REBUILD },
    );
  }
}

export const emptyCorpus = (file: string): UserError =>
  new UserError(
    'corpus-empty',
    { en: 'The corpus contains no text', zh: '语料中没有文本' },
    {
      file,
      hint: {
        en: 'Nothing was left after cleaning: add more Chinese text.',
        zh: '清洗后没有剩余文本，请补充中文文本。',
      },
    },
  );

/** Streams the documents of a corpus, each as its sentences; `shards` are those of `openCorpus`. */
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

/** As `readCorpus`, but only an even, deterministic sample of documents from a corpus of more than `characters`. */
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
