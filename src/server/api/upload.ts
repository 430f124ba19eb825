import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../ground/errors.ts';

/** The largest file of answers that is taken. */
export const MAX_UPLOAD = 100 * 1024 * 1024;

/**
 * Writes the body of a request to a file, calls `use` with its path, and removes it. Throws a UserError `too-large` as soon
 * as the limit is passed, and `bad-encoding` for a body that says it is compressed.
 */
export async function withUpload<T>(
  request: Request,
  directory: string,
  use: (file: string) => Promise<T>,
  limit: number = MAX_UPLOAD,
): Promise<T> {
  if (request.headers.has('content-encoding')) throw encoded();
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge(limit);
  const file = join(directory, randomUUID());
  try {
    const body = request.body ?? new Blob([]).stream();
    await pipeline(
      Readable.fromWeb(body),
      atMost(limit),
      createWriteStream(file, { flags: 'wx', mode: 0o600 }),
    );
    return await use(file);
  } finally {
    await rm(file, { force: true });
  }
}

function atMost(limit: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > limit) done(tooLarge(limit));
      else done(null, chunk);
    },
  });
}

const tooLarge = (limit: number): UserError => {
  const size = `${limit >> 20} MiB`;
  return new UserError('too-large', { en: `A file may have ${size}`, zh: `文件不得超过 ${size}` });
};

const encoded = (): UserError =>
  new UserError(
    'bad-encoding',
    { en: 'The body must not be compressed', zh: '请求体不得压缩' },
    { field: 'content-encoding' },
  );
