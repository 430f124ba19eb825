/** The requests of `hostile.ts`. */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../src/ground/random.ts';
import { answersToCorpus } from '../../src/server/fixtures/canary.ts';
import { API_ROUTES, PAGE_ROUTES } from '../../src/server/fixtures/routes.ts';
import type { Watch } from './canary-search.ts';
import { BODIES, NASTY, RAW, TYPES } from './hostile-material.ts';

/** Concurrent uploads, slow sockets and guessed tokens. */
export const UPLOADS = 200;
export const SLOW = 50;
export const GUESSES = 500;
/** A slow socket sends a byte at this interval, and gives up after `SLOW_MS`; other sockets give up sooner. */
const BYTE_MS = 500;
const SLOW_MS = 20_000;
const RAW_MS = 3000;
const FORM = 'multipart/form-data; boundary=x';

export interface Target {
  readonly url: string;
  readonly tokens: Readonly<Record<string, string>>;
  readonly random: Random;
  readonly watch: Watch;
}

/** A response of the server. */
export interface Tally {
  /** Count of each status; 0: no response, because the connection was closed or the client refused to send this. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Requests answered with 5xx other than 503. */
  readonly faults: readonly string[];
}

export interface Attack extends Tally {
  /** Sends one request with a hostile address, headers or body. */
  request(): Promise<void>;
  /** Sends bytes that no client would send, one socket after the other. */
  raw(): Promise<void>;
  /** Opens concurrent sockets that send a byte at a time. */
  slow(): Promise<void>;
  /** Concurrent uploads, every other one malformed: each is accepted, refused, or told to retry later. */
  uploads(): Promise<void>;
  /** Tokens and sessions that were never issued: afterwards this address is rate-limited. */
  guesses(): Promise<void>;
}

export function createAttack({ url, tokens, random, watch }: Target): Attack {
  const statuses = new Map<number, number>();
  const faults: string[] = [];
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)];
  const chance = (share: number): boolean => random.next() < share;
  const note = (status: number, what: string): void => {
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status >= 500 && status !== 503) faults.push(`${status} ${what}`);
  };

  const hostileHeaders = (): Record<string, string> => {
    const headers: Record<string, string> = { 'content-type': chance(0.1) ? FORM : pick(TYPES) };
    const who = pick(Object.keys(tokens));
    if (chance(0.8)) headers.authorization = `Bearer ${tokens[who]}`;
    if (chance(0.3)) headers.cookie = `chineseblue_session=${encoded(pick(NASTY)).slice(0, 2000)}`;
    if (chance(0.2)) headers['content-encoding'] = pick(['gzip', 'br', 'deflate', 'x']);
    if (chance(0.3)) headers.origin = pick(['http://elsewhere.example', 'null', '%00']);
    if (chance(0.2)) headers['accept-language'] = encoded(pick(NASTY)).slice(0, 2000);
    if (chance(0.1)) headers['x-forwarded-for'] = '127.0.0.1, <script>';
    if (chance(0.05)) headers['x-large'] = 'a'.repeat(30_000);
    return headers;
  };

  /** An address with one of its parts, and perhaps its query, replaced. */
  const hostilePath = (path: string): string => {
    const nasty = () => (chance(0.7) ? encoded(pick(NASTY)) : pick(NASTY).toWellFormed());
    const [where, query] = path.split('?');
    const parts = where.split('/');
    if (chance(0.6)) parts[1 + random.below(parts.length - 1)] = nasty();
    const name = pick(['system', 'card', 'role', 'id', 'lang', 'after', 'limit', 'a', 'subset']);
    const asked = chance(0.5) ? query : `${name}=${nasty()}`;
    return parts.join('/') + (asked === undefined ? '' : `?${asked}`);
  };

  const send = async (path: string, init: RequestInit): Promise<void> => {
    if (!URL.canParse(url + path)) return;
    try {
      const response = await fetch(url + path, { ...init, redirect: 'manual' });
      note(response.status, `${init.method} ${path.slice(0, 200)}`);
      watch.look(Buffer.from(JSON.stringify([...response.headers])));
      watch.look(Buffer.from(await response.arrayBuffer()));
    } catch {
      note(0, path);
    }
  };

  const onSocket = createSocketSender(Number(new URL(url).port), note, watch);
  return {
    ...{ statuses, faults },
    async request() {
      const [method, path] = pick(pick([API_ROUTES, PAGE_ROUTES]));
      const real = path.replace(/\bic\b/, 'ward');
      const verb = chance(0.05) ? pick(['PATCH', 'OPTIONS', 'HEAD', 'PROPFIND']) : method;
      const body = ['GET', 'HEAD'].includes(verb) ? undefined : Buffer.from(pick(BODIES));
      await send(hostilePath(real), { method: verb, headers: hostileHeaders(), body });
    },
    async raw() {
      for (const text of RAW) await onSocket(text, false);
    },
    async slow() {
      const text = 'POST /api/v1/teams HTTP/1.1\r\nhost: x\r\n';
      await Promise.all(Array.from({ length: SLOW }, () => onSocket(text, true)));
    },
    async uploads() {
      const good = answersToCorpus(3);
      const bad = `${good}\n${'{"id":"x"}\n'.repeat(100_000)}`;
      const path = (i: number): string => `/api/v1/challenges/ward/practice/submissions?system=u${i}`;
      const headers = { authorization: `Bearer ${tokens.red}` };
      const bodies = Array.from({ length: UPLOADS }, (_, i) => (i % 2 === 0 ? good : bad));
      await Promise.all(bodies.map((body, i) => send(path(i), { method: 'POST', headers, body })));
    },
    async guesses() {
      for (let i = 0; i < GUESSES; i++) {
        const token = `${pick(['cbt_', 'cbi_', ''])}${random.below(2 ** 32)}${pick(['', '%00', "'--"])}`;
        const headers = { authorization: `Bearer ${token}`, cookie: `chineseblue_session=${token}` };
        const path = pick(['/api/v1/submissions', '/api/v1/audit-log', '/submissions']);
        await send(path, { method: 'GET', headers });
      }
    },
  };
}

/** As a part of an address or header; half of a surrogate pair becomes the replacement character. */
const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());

/** Sends text on a new socket, at once or byte by byte, and waits until it is closed. */
function createSocketSender(port: number, note: (status: number, what: string) => void, watch: Watch) {
  return async (text: string, isSlow: boolean): Promise<void> => {
    const socket = connect(port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      watch.look(chunk);
      const status = /^HTTP\/1\.1 (\d{3})/.exec(chunk.toString('latin1'))?.[1];
      if (status !== undefined) note(Number(status), `raw ${text.slice(0, 60)}`);
    });
    const limit = setTimeout(() => socket.destroy(), isSlow ? SLOW_MS : RAW_MS);
    if (isSlow)
      for (const letter of text) {
        if (socket.destroyed) break;
        socket.write(letter);
        await delay(BYTE_MS);
      }
    else socket.write(text);
    await closed;
    clearTimeout(limit);
  };
}
