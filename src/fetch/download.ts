import { open, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../ground/errors.ts';
import { explainFileError } from '../ground/files.ts';
import type { ExpectedFile, Identity } from './identity.ts';
import { claimPart, type Leftovers, settlePart } from './part.ts';

/** Files whose size is not known may not grow beyond this: half as much again as the weights of a BERT-base. */
const MAX_BYTES = 768 * 1024 * 1024;
const ATTEMPTS = 4;
const PAUSE_MS = 500;
/** A connection that delivers nothing for this long is given up. */
const SILENCE_MS = 60_000;

export interface DownloadOptions {
  /** Called with the number of bytes that came. */
  readonly onBytes?: (count: number) => void;
  readonly signal?: AbortSignal;
  /** Parts that may be continued. */
  readonly leftovers?: Leftovers;
  /** Pause before the second attempt, in milliseconds; it doubles. Default 500. */
  readonly pause?: number;
}

/** The address of a file in a folder of a server. */
export const fileUrl = (folder: string, path: string): string =>
  `${folder.replace(/\/$/, '')}/${path.split('/').map(encodeURIComponent).join('/')}`;

/**
 * Fetches one file to `destination`. It grows in a part of its own beside it, goes on where an
 * interrupted one stopped (HTTP Range), and is moved into place only after it agrees with what is known of it.
 * Returns what came. Connections that break and servers that are busy are tried again, four times in all.
 * Throws a UserError: `not-on-server`, `server-error`, `no-connection`, `wrong-hash`, `too-large`, `disk-full`.
 */
export async function download(
  expected: ExpectedFile,
  url: string,
  destination: string,
  options: DownloadOptions = {},
): Promise<Identity> {
  const part = await claimPart(destination, options.leftovers);
  for (let attempt = 1; ; attempt++) {
    options.signal?.throwIfAborted();
    const problem = await fetchInto(part, url, expected, options);
    if (problem === undefined) break;
    if (attempt === ATTEMPTS) throw problem;
    await sleep((options.pause ?? PAUSE_MS) * 2 ** (attempt - 1), undefined, { signal: options.signal });
  }
  return settlePart(part, destination, expected);
}

/** One attempt: undefined when the part is whole, an error when trying again may help; throws when it cannot. */
async function fetchInto(
  part: string,
  url: string,
  expected: ExpectedFile,
  options: DownloadOptions,
): Promise<UserError | undefined> {
  let start = await sizeOf(part);
  if (expected.bytes !== undefined && start >= expected.bytes) {
    if (start === expected.bytes) return undefined;
    await rm(part, { force: true });
    start = 0;
  }
  const watch = watchSilence(options.signal);
  try {
    const response = await fetch(url, {
      // Ranges count the bytes of the file, not of a compressed transfer of it.
      headers: { 'accept-encoding': 'identity', ...(start > 0 ? { range: `bytes=${start}-` } : {}) },
      signal: watch.signal,
    });
    if (response.status === 416) {
      await rm(part, { force: true });
      return serverError(url, response.status);
    }
    if (response.status === 404 || response.status === 410) {
      await response.body?.cancel();
      throw new UserError('not-on-server', `The server has no ${expected.path} (${response.status})`, {
        hint: `Looked at ${url}. Use another copy with --from.`,
      });
    }
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      const problem = serverError(url, response.status);
      if (response.status === 429 || response.status >= 500) return problem;
      throw problem;
    }
    const goesOn = response.status === 206 && rangeStart(response) === start;
    if (response.status === 206 && !goesOn) {
      await response.body.cancel();
      await rm(part, { force: true });
      return serverError(url, response.status);
    }
    await append(part, response.body, goesOn ? start : 0, expected, (count) => {
      watch.heard();
      options.onBytes?.(count);
    });
    return undefined;
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    const explained = explainFileError(error, part);
    if (explained instanceof UserError) throw explained;
    return new UserError('no-connection', `The connection failed: ${reason(error)}`, {
      hint: `Check the network and ${new URL(url).host}; behind a proxy set HTTPS_PROXY and NODE_USE_ENV_PROXY=1, or use a local copy with --from.`,
    });
  } finally {
    watch.stop();
  }
}

async function append(
  part: string,
  body: ReadableStream<Uint8Array>,
  start: number,
  expected: ExpectedFile,
  onBytes: (count: number) => void,
): Promise<void> {
  const limit = expected.bytes ?? MAX_BYTES;
  let size = start;
  const file = await open(part, start > 0 ? 'a' : 'w');
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > limit) break;
      await file.appendFile(chunk);
      onBytes(chunk.length);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (size > limit) {
    await rm(part, { force: true });
    throw new UserError('too-large', `${expected.path} is larger than its ${limit} bytes: stopped`, {
      hint: 'This is not the official file. Use another copy with --from.',
    });
  }
  if (expected.bytes !== undefined && size < expected.bytes) throw new Error('the transfer ended early');
}

const sizeOf = async (file: string): Promise<number> => (await stat(file).catch(() => undefined))?.size ?? 0;

const rangeStart = (response: Response): number =>
  Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? -1);

const serverError = (url: string, status: number): UserError =>
  new UserError('server-error', `The server answered ${status}`, { hint: `Try again later: ${url}` });

function reason(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error
    ? cause.message || ((cause as NodeJS.ErrnoException).code ?? message)
    : message;
}

/** A signal that aborts with `outer`, or when `heard` is not called for too long. */
function watchSilence(outer: AbortSignal | undefined): { signal: AbortSignal; heard(): void; stop(): void } {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error('nothing came for a minute')), SILENCE_MS);
  const signal = outer ? AbortSignal.any([outer, silence.signal]) : silence.signal;
  return { signal, heard: () => timer.refresh(), stop: () => clearTimeout(timer) };
}
