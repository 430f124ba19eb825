import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { createClient } from './client.ts';

const text = (en: string) => ({ en, zh: `（${en}）` });
const server = createServer((_, response) => {
  response.writeHead(403, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { code: 'forbidden', message: text('no'), hint: text('another') } }));
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

it('says how to give a token where the server requires one', async () => {
  const hintOf = (token: string | undefined) =>
    createClient(url, token)
      .get('/', z.unknown())
      .catch(({ code, hint }) => [code, hint]);
  expect(await hintOf('cbt_x')).toEqual(['forbidden', 'another']);
  expect(await hintOf(undefined)).toEqual(['forbidden', expect.stringContaining('CHINESEBLUE_TOKEN')]);
});

it('never prints the token', () => {
  for (const token of ['cbt_secret\ncbt_other', 'cbt_secret 令牌']) {
    const make = () => createClient(url, token);
    expect(make).toThrow(expect.objectContaining({ code: 'bad-token' }));
    expect(make).not.toThrow(/secret/);
  }
});
