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
/** A connection that delivers nothing for this long is closed. */
const SILENCE_MS = 60_000;

export interface DownloadOptions {
  /** Called with the number of bytes received. */
  readonly onBytes?: (count: number) => void;
  readonly signal?: AbortSignal;
  /** Further headers of the request, e.g. an authorization: not sent on to another server that it redirects to. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Partial files that may be resumed. */
  readonly leftovers?: Leftovers;
  /** Pause before the second attempt, in milliseconds; it doubles. Default 500. */
  readonly pause?: number;
}

/** The address of a file in a folder of a server. */
export const fileUrl = (folder: string, path: string): string =>
  `${folder.replace(/\/$/, '')}/${path.split('/').map(encodeURIComponent).join('/')}`;

/**
 * Fetches one file to `destination`. It is written to a partial file next to it, resumes an
 * interrupted one (HTTP Range), and is moved into place only after it matches its expected identity.
 * Returns its identity. Broken connections and busy servers are retried, four attempts in all.
 * Throws a UserError: `not-on-server`, `not-authorised`, `server-error`, `no-connection`, `wrong-hash`, `too-large`, `disk-full`.
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

/** One attempt: undefined when the file is complete, an error when a retry may help; throws when it cannot. */
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
      headers: {
        ...options.headers,
        'accept-encoding': 'identity',
        ...(start > 0 ? { range: `bytes=${start}-` } : {}),
      },
      signal: watch.signal,
    });
    if (response.status === 416) {
      await rm(part, { force: true });
      return serverError(url, response.status);
    }
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      const problem = statusError(url, expected.path, response.status);
      if (response.status === 429 || response.status >= 500) return problem;
      throw problem;
    }
    const resumes = response.status === 206 && rangeStart(response) === start;
    if (response.status === 206 && !resumes) {
      await response.body.cancel();
      await rm(part, { force: true });
      return serverError(url, response.status);
    }
    await append(part, response.body, resumes ? start : 0, expected, (count) => {
      watch.heard();
      options.onBytes?.(count);
    });
    return undefined;
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    const explained = explainFileError(error, part);
    if (explained instanceof UserError) throw explained;
    return noConnection(url, reason(error));
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
    throw new UserError(
      'too-large',
      {
        en: `${expected.path} is larger than its ${limit} bytes: stopped`,
        zh: `${expected.path} 超过应有的 ${limit} 字节，已停止`,
      },
      {
        hint: {
          en: 'This is not the official file. Use another copy with --from.',
          zh: '这不是官方文件，请用 --from 指定其他副本。',
        },
      },
    );
  }
  if (expected.bytes !== undefined && size < expected.bytes) throw new Error('the transfer ended early');
}

const sizeOf = async (file: string): Promise<number> => (await stat(file).catch(() => undefined))?.size ?? 0;

const rangeStart = (response: Response): number =>
  Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? -1);

const serverError = (url: string, status: number): UserError =>
  new UserError(
    'server-error',
    { en: `The server answered ${status}`, zh: `服务器返回 ${status}` },
    { hint: { en: `Try again later: ${url}`, zh: `请稍后重试：${url}` } },
  );

const notOnServer = (url: string, path: string, status: number): UserError =>
  new UserError(
    'not-on-server',
    { en: `The server has no ${path} (${status})`, zh: `服务器上没有 ${path}（${status}）` },
    {
      hint: {
        en: `The address was ${url}. Use another copy with --from.`,
        zh: `地址为 ${url}。请用 --from 指定其他副本。`,
      },
    },
  );

/** A server that requires an account. The hub answers the same for models that do not exist. */
const notAuthorised = (url: string, status: number): UserError =>
  new UserError(
    'not-authorised',
    { en: `The server refuses access (${status})`, zh: `服务器拒绝访问（${status}）` },
    {
      hint: {
        en: `The address was ${url}. Set HF_TOKEN to a token of an account that may read it (gated models: accept the terms on the page of the model first), or use a local copy with --from.`,
        zh: `地址为 ${url}。请将 HF_TOKEN 设为有读取权限的账号令牌（受限模型需先在模型页面接受条款），或用 --from 指定本地副本。`,
      },
    },
  );

/** What a status other than success means for a file, or for a model that has this name. */
export function statusError(url: string, name: string, status: number): UserError {
  if (status === 404 || status === 410) return notOnServer(url, name, status);
  return status === 401 || status === 403 ? notAuthorised(url, status) : serverError(url, status);
}

export function noConnection(url: string, cause: string): UserError {
  const { host } = new URL(url);
  return new UserError(
    'no-connection',
    { en: `The connection failed: ${cause}`, zh: `连接失败：${cause}` },
    {
      hint: {
        en: `Check the network and ${host}; behind a proxy set HTTPS_PROXY and NODE_USE_ENV_PROXY=1, or use a local copy with --from.`,
        zh: `请检查网络与 ${host}；使用代理时设置 HTTPS_PROXY 与 NODE_USE_ENV_PROXY=1，或用 --from 指定本地副本。`,
      },
    },
  );
}

/** Why a request failed, without the user and password that an address may hold. */
export function reason(error: unknown): string {
  const { cause, message } = error as Error;
  const said =
    cause instanceof Error ? cause.message || ((cause as NodeJS.ErrnoException).code ?? message) : message;
  return said.replace(/\/\/[^/@\s]*@/g, '//');
}

/** A signal that aborts with `outer`, or when `heard` is not called for too long. */
function watchSilence(outer: AbortSignal | undefined): { signal: AbortSignal; heard(): void; stop(): void } {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error('no data for a minute')), SILENCE_MS);
  const signal = outer ? AbortSignal.any([outer, silence.signal]) : silence.signal;
  return { signal, heard: () => timer.refresh(), stop: () => clearTimeout(timer) };
}
