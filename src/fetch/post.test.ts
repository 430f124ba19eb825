import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CallFailure, createPoster, type Poster } from './post.ts';

/** Names that resolve here, in addition to those of the system. */
const NAMES: Record<string, readonly string[]> = {
  'inside.test': ['127.0.0.1'],
  'outside.test': ['203.0.113.7'],
  'both.test': ['127.0.0.1', '203.0.113.7'],
};
vi.mock('node:dns', async (original) => {
  const dns = await original<typeof import('node:dns')>();
  type Found = (error: Error | null, addresses: LookupAddress[]) => void;
  const lookup = (name: string, options: LookupAllOptions, found: Found): void => {
    const known = NAMES[name]?.map((address) => ({ address, family: 4 }));
    if (known) found(null, known);
    else dns.lookup(name, options, found);
  };
  return { ...dns, lookup };
});

let server: Server;
let origin: string;
let opened = 0;
/** Number of requests whose connection is reset instead of being answered. */
let resets = 0;
/** Number of requests whose connection is reset during the answer. */
let resetting = 0;
/** Whether a connection serves only one request, without announcing it. */
let closing = false;
const paths: Record<string, (response: ServerResponse) => void> = {
  '/v1/whole': (response) => response.end('{"你":1}'),
  '/v1/moved': (response) => response.writeHead(307, { location: 'http://192.0.2.1/' }).end(),
  '/v1/cut': (response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('half');
    setTimeout(() => response.destroy(), 20);
  },
  '/v1/reset': (response) => {
    resetting++;
    response.write('half');
    setTimeout(() => (response.socket as Socket).resetAndDestroy(), 20);
  },
  '/v1/never': () => {},
  '/v1/slow': (response) => void response.write('x'),
  '/v1/marked': (response) => {
    response.write('first\n');
    response.end('rest');
  },
};

const served = new WeakSet<Socket>();

beforeAll(async () => {
  server = createServer((request, response) => {
    if (resets-- > 0 || (closing && served.has(request.socket))) return void request.socket.resetAndDestroy();
    served.add(request.socket);
    paths[request.url ?? '']?.(response);
  });
  server.on('connection', () => opened++);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** How many connections the server sees meanwhile. */
async function connectionsOf(use: (sender: Poster) => Promise<void>): Promise<number> {
  const before = opened;
  const sender = poster();
  try {
    await use(sender);
  } finally {
    sender.close();
  }
  return opened - before;
}

const poster = (url = origin, localOnly = true) =>
  createPoster({ url: new URL(url), headers: {}, localOnly, connections: 2 });

async function post(
  path: string,
  { url = origin, firstByteMs = 5000, totalMs = 5000, signal = undefined as AbortSignal | undefined } = {},
) {
  const sender = poster(url);
  try {
    const { status, body } = await sender.post(path, '{}', { totalMs, firstByteMs, signal });
    let text = '';
    for await (const piece of body) text += piece;
    return { status, text };
  } catch (error) {
    if (error instanceof CallFailure) return error.code;
    throw error;
  } finally {
    sender.close();
  }
}

describe('createPoster', () => {
  it('returns complete responses', async () => {
    expect(await post('/whole')).toEqual({ status: 200, text: '{"你":1}' });
  });

  it('does not follow redirects', async () => {
    expect(await post('/moved')).toEqual({ status: 307, text: '' });
  });

  it('reports what went wrong', async () => {
    expect(await post('/cut')).toBe('cut');
    expect(await post('/never', { firstByteMs: 50 })).toBe('first-byte-timeout');
    expect(await post('/slow', { firstByteMs: 2000, totalMs: 80 })).toBe('timeout');
    expect(await post('/whole', { url: 'http://127.0.0.1:1/v1' })).toBe('connection');
  });

  it("throws the caller's reason", async () => {
    const reason = new Error('stop');
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 20);
    await expect(post('/never', { signal: controller.signal })).rejects.toBe(reason);
  });

  it('connects only to local addresses, even through a name', async () => {
    const named = origin.replace('127.0.0.1', 'localhost');
    expect(await post('/whole', { url: named })).toMatchObject({ status: 200 });
    expect(await post('/whole', { url: 'http://192.0.2.1:9/v1' })).toBe('remote-address');
    expect(await post('/whole', { url: 'http://[2001:db8::1]:9/v1' })).toBe('remote-address');
  });

  it('checks every address that a name resolves to', async () => {
    const at = (name: string): string => origin.replace('127.0.0.1', name);
    expect(await post('/whole', { url: at('inside.test') })).toMatchObject({ status: 200 });
    expect(await post('/whole', { url: at('outside.test') })).toBe('remote-address');
    expect(await post('/whole', { url: at('both.test') })).toBe('remote-address');
  });

  it('reuses a connection, even where a reader stops before the end of a response', async () => {
    const opened = await connectionsOf(async (sender) => {
      for (const path of ['/whole', '/marked', '/marked', '/whole']) {
        const { body } = await sender.post(path, '{}', { totalMs: 5000, firstByteMs: 5000 });
        for await (const piece of body) if (piece !== '') break;
        await sleep(5);
      }
    });
    expect(opened).toBe(1);
  });

  it('opens another connection where the server closed the idle one', async () => {
    const opened = await connectionsOf(async (sender) => {
      const ask = async (): Promise<number> => {
        const { status, body } = await sender.post('/whole', '{}', { totalMs: 5000, firstByteMs: 5000 });
        for await (const _ of body);
        return status;
      };
      expect(await ask()).toBe(200);
      resets = 1;
      expect(await ask()).toBe(200);
    });
    expect(opened).toBe(2);
  });

  it('does not retry where a reused connection is reset during a response', async () => {
    await connectionsOf(async (sender) => {
      const ask = async (path: string): Promise<void> => {
        const { body } = await sender.post(path, '{}', { totalMs: 5000, firstByteMs: 5000 });
        for await (const _ of body);
      };
      await ask('/whole');
      await expect(ask('/reset')).rejects.toMatchObject({ code: 'cut' });
      await sleep(50);
    });
    expect(resetting).toBe(1);
  });

  it('accepts a time limit longer than the longest timer', async () => {
    expect(await post('/whole', { totalMs: 1e12, firstByteMs: 1e12 })).toMatchObject({ status: 200 });
  });

  it('opens others for requests that waited for a connection, where the server closes each after a response', async () => {
    closing = true;
    const statuses: number[] = [];
    const opened = await connectionsOf(async (sender) => {
      const ask = async (): Promise<void> => {
        const { status, body } = await sender.post('/marked', '{}', { totalMs: 5000, firstByteMs: 5000 });
        for await (const piece of body) if (piece !== '') break;
        statuses.push(status);
      };
      await Promise.all(Array.from({ length: 9 }, ask));
    }).finally(() => {
      closing = false;
    });
    expect(statuses).toEqual(Array(9).fill(200));
    expect(opened).toBe(9);
  });
});
