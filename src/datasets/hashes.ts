import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Identity, identifyBytes } from '../fetch/identity.ts';
import { explainFileError } from '../ground/files.ts';
import type { Question } from './split.ts';

/**
 * One identity for the named files of a directory: the summed bytes; `sha256` over the lines
 * `name sha256\n` in byte order of the names; `gitBlob` the SHA-1 of git's tree object of these files
 * (mode 100644), which is what `git ls-tree` shows for such a directory.
 */
export async function identifyDirectory(directory: string, names: readonly string[]): Promise<Identity> {
  const entries: NamedIdentity[] = [];
  for (const name of names) {
    try {
      entries.push({ name, ...identifyBytes(await readFile(join(directory, name))) });
    } catch (error) {
      throw explainFileError(error, join(directory, name));
    }
  }
  return combineIdentities(entries);
}

/**
 * SHA-256 of the questions of a split: over the lines `{"id":…,` + the fields of the input + `}\n`, in the order of the
 * file. The same with and without gold, and whatever format they are read from.
 */
export function hashQuestions(questions: readonly Question[]): string {
  const hash = createHash('sha256');
  for (const { id, input } of questions) hash.update(`${JSON.stringify({ id, ...input })}\n`);
  return hash.digest('hex');
}

export type NamedIdentity = Identity & { readonly name: string };

/** The combination that `identifyDirectory` describes; names are plain file names. */
export function combineIdentities(entries: readonly NamedIdentity[]): Identity {
  const sorted = [...entries].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  const list = createHash('sha256');
  for (const { name, sha256 } of sorted) list.update(`${name} ${sha256}\n`);
  return {
    bytes: sorted.reduce((sum, entry) => sum + entry.bytes, 0),
    sha256: list.digest('hex'),
    gitBlob: gitTree(sorted),
  };
}

/** SHA-1 of git's tree object of plain files, sorted by name. */
export function gitTree(sorted: readonly { readonly name: string; readonly gitBlob: string }[]): string {
  const body = Buffer.concat(
    sorted.flatMap(({ name, gitBlob }) => [Buffer.from(`100644 ${name}\0`), Buffer.from(gitBlob, 'hex')]),
  );
  return createHash('sha1').update(`tree ${body.length}\0`).update(body).digest('hex');
}
