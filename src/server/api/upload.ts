import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../ground/errors.ts';

/** The largest file of answers that is accepted. */
const MAX_UPLOAD = 100 * 1024 * 1024;
/** The largest one that is held in memory. */
const MAX_IN_MEMORY = 1024 * 1024;

/** As `withUpload`; a small body whose length is known is given to `use` itself, not as a file. */
export async function withAnswers<T>(
  request: Request,
  directory: string,
  use: (file: string | Uint8Array) => Promise<T>,
): Promise<T> {
  const { headers } = request;
  const length = Number(headers.get('content-length') ?? Number.NaN);
  // The HTTP parser reads no byte beyond the length.
  const isSmall = length <= MAX_IN_MEMORY && !headers.has('content-encoding');
  return isSmall ? use(await request.bytes()) : withUpload(request, directory, use);
}

/**
 * Writes the body of a request to a file, calls `use` with its path, and removes it. Throws a UserError `too-large` as soon
 * as the limit is passed, and `bad-encoding` for a body that is declared as compressed.
 */
export async function withUpload<T>(
  { headers, body }: Request,
  directory: string,
  use: (file: string) => Promise<T>,
): Promise<T> {
  if (headers.has('content-encoding')) throw encoded();
  if (Number(headers.get('content-length') ?? 0) > MAX_UPLOAD) throw tooLarge(MAX_UPLOAD);
  return withFile(body ?? new Blob([]).stream(), directory, use);
}

/** The same for a stream that was part of a form. */
export async function withFile<T>(
  stream: ReadableStream<Uint8Array>,
  directory: string,
  use: (file: string) => Promise<T>,
): Promise<T> {
  const file = join(directory, randomUUID());
  try {
    const target = createWriteStream(file, { flags: 'wx', mode: 0o600 });
    await pipeline(Readable.fromWeb(stream), atMost(MAX_UPLOAD), target);
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
  return new UserError('too-large', { en: `Files are limited to ${size}`, zh: `文件不得超过 ${size}` });
};

const encoded = (): UserError =>
  new UserError(
    'bad-encoding',
    { en: 'The body must not be compressed', zh: '请求体不得压缩' },
    { field: 'content-encoding' },
  );
