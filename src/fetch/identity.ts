import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { explainFileError } from '../ground/files.ts';

/** What identifies a file's content; both hashes in lower-case hexadecimal. */
export interface Identity {
  readonly bytes: number;
  readonly sha256: string;
  /** SHA-1 of `blob <bytes>\0` + content: the file's id in git, and so on GitHub. */
  readonly gitBlob: string;
}

/** A file to fetch, with what is known about its content beforehand. */
export interface ExpectedFile extends Partial<Identity> {
  /** Its path below the destination directory. */
  readonly path: string;
}

const blobHash = (bytes: number) => createHash('sha1').update(`blob ${bytes}\0`);

export function identifyBytes(content: Uint8Array): Identity {
  return {
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    gitBlob: blobHash(content.length).update(content).digest('hex'),
  };
}

/** Reads the file once, in constant memory. Throws a UserError if it cannot be read. */
export async function identifyFile(file: string): Promise<Identity> {
  try {
    const { size } = await stat(file);
    const sha256 = createHash('sha256');
    const blob = blobHash(size);
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      sha256.update(chunk);
      blob.update(chunk);
    }
    return { bytes: size, sha256: sha256.digest('hex'), gitBlob: blob.digest('hex') };
  } catch (error) {
    throw explainFileError(error, file);
  }
}
