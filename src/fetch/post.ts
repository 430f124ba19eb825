import { lookup as resolve } from 'node:dns';
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { isAddress, isLocalAddress } from './address.ts';

/** Why a call got no complete response. */
export type FailureCode =
  | 'connection'
  | 'timeout'
  | 'first-byte-timeout'
  | 'cut'
  | 'too-large'
  | 'remote-address';

/** A call without a complete response; `message` is the system's and contains neither headers nor body. */
export class CallFailure extends Error {
  readonly code: FailureCode;
  constructor(code: FailureCode, message: string) {
    super(message);
    this.name = 'CallFailure';
    this.code = code;
  }
}

/** Where requests go. */
export interface Host {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string;
  /** Only loopback, private and link-local addresses are connected to, whatever a name resolves to. */
  readonly localOnly: boolean;
  /** Connections at a time. */
  readonly connections: number;
}

export interface PostOptions {
  readonly signal?: AbortSignal;
  /** From the request to the end of the response, in milliseconds. */
  readonly totalMs: number;
  /** From the request to the first byte of the body. */
  readonly firstByteMs: number;
  /** Longest body. Default 64 Mi. */
  readonly mostCharacters?: number;
}

export interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Pieces of the body, decoded as UTF-8. Throws a CallFailure where it ends early. */
  readonly body: AsyncIterable<string>;
}

/** A request that is not JSON by POST. */
export interface OtherRequest {
  readonly method: 'GET' | 'POST';
  readonly contentType?: string;
  readonly body?: string;
}

/** Talks to one host over connections that stay open. Redirects are not followed: they are responses. */
export interface Poster {
  /** Sends JSON. */
  post(path: string, body: string, options: PostOptions): Promise<Response>;
  send(path: string, request: OtherRequest, options: PostOptions): Promise<Response>;
  close(): void;
}

const MAX_BODY = 64 * 1024 * 1024;
/** How long to wait for the rest of a response that was not read to its end. */
const LINGER_MS = 1_000;
const REMOTE = 'ERR_REMOTE_ADDRESS';
/** The longest timer in milliseconds: a longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

export function createPoster(host: Host): Poster {
  const { url, localOnly } = host;
  const { request, close } = openConnections(host);
  const poster: Poster = {
    post: (path, body, options) =>
      poster.send(path, { method: 'POST', contentType: 'application/json', body }, options),
    async send(path, other, options) {
      if (localOnly && isAddress(url.hostname) && !isLocalAddress(url.hostname)) throw remote(url.hostname);
      const deadline = createDeadline(options);
      try {
        const incoming = await request(path, other, deadline.signal);
        return {
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: readBody(incoming, deadline, options.mostCharacters ?? MAX_BODY),
        };
      } catch (error) {
        deadline.end();
        throw failure(error, deadline);
      }
    },
    close,
  };
  return poster;
}

/** Sends requests over connections that stay open. */
function openConnections({ url, headers, ca, localOnly, connections }: Host) {
  const secure = url.protocol === 'https:';
  const agentOptions = { keepAlive: true, maxSockets: connections, maxFreeSockets: connections };
  const agent = secure ? new https.Agent({ ...agentOptions, ca }) : new http.Agent(agentOptions);
  const send = secure ? https.request : http.request;
  const base = url.pathname.replace(/\/$/, '');
  /** Connections with a response behind them. Node's `reusedSocket` is false for requests that waited for one. */
  const used = new WeakSet<Socket>();
  const request = (path: string, other: OtherRequest, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((accept, reject) => {
      const { method, contentType, body = '' } = other;
      const sent = send(new URL(url.origin + base + path), {
        method,
        agent,
        signal,
        lookup: localOnly ? localLookup : undefined,
        headers: {
          ...(contentType !== undefined && { 'content-type': contentType }),
          'content-length': Buffer.byteLength(body),
          ...headers,
        },
      });
      let again = false;
      sent.on('socket', (socket) => {
        again = used.has(socket);
      });
      sent.on('response', (response) => {
        used.add(response.socket);
        // A later error is one of the response, and the server has read the request.
        again = false;
        accept(response);
      });
      sent.on('error', (error) => {
        // The server closed an idle connection just when it was used again: it has not read the request.
        if (again && isReset(error)) accept(request(path, other, signal));
        else reject(error);
      });
      sent.end(body);
    });
  return { request, close: () => agent.destroy() };
}

interface Deadline {
  readonly signal: AbortSignal;
  readonly expired: () => FailureCode | undefined;
  readonly caller: AbortSignal | undefined;
  started(): void;
  end(): void;
}

/** Aborts when a time runs out or the caller aborts. */
function createDeadline({ signal: caller, totalMs, firstByteMs }: PostOptions): Deadline {
  const controller = new AbortController();
  let expired: FailureCode | undefined;
  const expire = (code: FailureCode) => (): void => {
    expired ??= code;
    controller.abort();
  };
  const total = setTimeout(expire('timeout'), Math.min(totalMs, LONGEST_MS));
  const first = setTimeout(expire('first-byte-timeout'), Math.min(firstByteMs, LONGEST_MS));
  const abort = (): void => controller.abort();
  if (caller?.aborted) abort();
  caller?.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    expired: () => expired,
    caller,
    started: () => clearTimeout(first),
    end() {
      clearTimeout(total);
      clearTimeout(first);
      caller?.removeEventListener('abort', abort);
    },
  };
}

const isReset = (error: Error): boolean =>
  'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');

async function* readBody(
  incoming: IncomingMessage,
  deadline: Deadline,
  most: number,
): AsyncGenerator<string> {
  let characters = 0;
  incoming.setEncoding('utf8');
  try {
    for await (const piece of incoming.iterator({ destroyOnReturn: false })) {
      deadline.started();
      characters += piece.length;
      if (characters > most) throw new CallFailure('too-large', `more than ${most} characters`);
      yield piece;
    }
    if (!incoming.complete) throw new CallFailure('cut', 'the connection ended before the response did');
  } catch (error) {
    incoming.destroy();
    throw failure(error, deadline, 'cut');
  } finally {
    deadline.end();
    release(incoming);
  }
}

/** A connection serves again once its response has ended; one that does not end soon is closed. */
function release(incoming: IncomingMessage): void {
  if (incoming.destroyed || incoming.readableEnded) return;
  const timer = setTimeout(() => incoming.destroy(), LINGER_MS).unref();
  incoming.once('close', () => clearTimeout(timer));
  incoming.on('error', () => {});
  incoming.resume();
}

/** The caller's own reason where it aborted, else a CallFailure. */
function failure(error: unknown, { caller, expired }: Deadline, code: FailureCode = 'connection'): unknown {
  if (caller?.aborted) return caller.reason;
  if (error instanceof CallFailure) return error;
  const timeout = expired();
  if (timeout) return new CallFailure(timeout, 'no whole response in time');
  if (!(error instanceof Error)) return error;
  if ('code' in error && error.code === REMOTE) return new CallFailure('remote-address', error.message);
  return new CallFailure(code, 'code' in error ? `${error.code}: ${error.message}` : error.message);
}

const remote = (host: string): CallFailure => new CallFailure('remote-address', host);

/** Resolves a name and refuses it where any address of it is not local. */
const localLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const outside = addresses.find(({ address }) => !isLocalAddress(address));
    if (outside) {
      const refused = Object.assign(new Error(`${hostname} is ${outside.address}`), { code: REMOTE });
      return callback(refused, '', 0);
    }
    if (options.all) callback(null, addresses);
    else callback(null, addresses[0].address, addresses[0].family);
  });
};
