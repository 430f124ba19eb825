import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { createCallerOf } from './caller.ts';

/** The caller found by a server that trusts these proxies, when `peer` connects with these headers. */
async function caller(
  trusted: readonly string[],
  peer: string | undefined,
  forwarded?: string,
): Promise<string> {
  const callerOf = createCallerOf(trusted);
  const app = new Hono().get('/', (c) => c.text(callerOf(c)));
  const headers: Record<string, string> = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  const response = await app.request('/', { headers }, { incoming: { socket: { remoteAddress: peer } } });
  return response.text();
}

it('ignores the header of a caller that is not a trusted proxy', async () => {
  expect(await caller([], '203.0.113.9', '198.51.100.1')).toBe('203.0.113.9');
  expect(await caller(['10.0.0.0/8'], '203.0.113.9', '198.51.100.1')).toBe('203.0.113.9');
});

it('takes the address from a trusted proxy', async () => {
  for (const trusted of ['10.0.0.5', '10.0.0.0/8', '::ffff:10.0.0.5'])
    expect(await caller([trusted], '10.0.0.5', '198.51.100.1')).toBe('198.51.100.1');
  expect(await caller(['10.0.0.5'], '::ffff:10.0.0.5', '198.51.100.1')).toBe('198.51.100.1');
  expect(await caller(['fd00::/8'], 'fd00::5', '2001:db8::1')).toBe('2001:db8::1');
  expect(await caller(['10.0.0.5'], '10.0.0.5', '198.51.100.1:4711')).toBe('198.51.100.1');
  expect(await caller(['10.0.0.5'], '10.0.0.5', '[2001:db8::1]:4711')).toBe('2001:db8::1');
});

it('takes the last address that is not a proxy, whatever a caller wrote before it', async () => {
  const proxies = ['10.0.0.0/8', '192.0.2.7'];
  expect(await caller(proxies, '10.0.0.5', '127.0.0.1, 198.51.100.1, 192.0.2.7')).toBe('198.51.100.1');
  expect(await caller(proxies, '10.0.0.5', '<script>, 198.51.100.1')).toBe('198.51.100.1');
});

it('takes the proxy itself as the caller where its header is unusable', async () => {
  for (const nothing of [undefined, '', ',', 'unknown', '198.51.100.1, <script>', '300.1.1.1', '10.0.0.9'])
    expect([nothing, await caller(['10.0.0.0/8'], '10.0.0.5', nothing)]).toEqual([
      nothing,
      nothing === '10.0.0.9' ? nothing : '10.0.0.5',
    ]);
  expect(await caller(['10.0.0.5'], undefined, '198.51.100.1')).toBe('unknown');
});

it('refuses proxies that are neither an address nor a network', () => {
  for (const written of ['', 'proxy.example', '10.0.0.0/33', 'fd00::/129', '10.0.0.0/', '10.0.0.0/8/8', '*'])
    expect(() => createCallerOf([written])).toThrow(expect.objectContaining({ code: 'bad-proxy' }));
});
