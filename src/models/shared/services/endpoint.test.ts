import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findEndpoint, readCertificates } from './endpoint.ts';
import { requestBody } from './service.ts';

const LOCAL = 'http://127.0.0.1:1/v1';
const HOUSE = {
  endpoint: 'http://127.0.0.1:2/v1/',
  model: 'qwen3-32b',
  keyEnv: 'HOUSE_KEY',
  headers: { 'x-team': 'nlp' },
  extraBody: { chat_template_kwargs: { enable_thinking: false }, stream_options: null },
  price: { prompt: 1, completion: 4, currency: 'CNY' },
  requestsPerMinute: 600,
  concurrency: 16,
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-endpoint-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(name: string, value: unknown): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, typeof value === 'string' ? value : JSON.stringify(value));
  return file;
}

describe('an endpoint', () => {
  it('is the given one, else that of the profile, else that of the environment', async () => {
    const profiles = await write('profiles.json', { house: HOUSE, bare: {} });
    const environment = { CHINESEBLUE_ENDPOINT: LOCAL, CHINESEBLUE_PROFILES: profiles };
    const url = async (name: string, endpoint?: string): Promise<string> =>
      (await findEndpoint({ name, endpoint }, environment)).url;
    expect(await url('qwen3')).toBe(LOCAL);
    expect(await url('qwen3@bare')).toBe(LOCAL);
    expect(await url('qwen3@house')).toBe('http://127.0.0.1:2/v1');
    expect(await url('qwen3@house', 'http://127.0.0.1:3/v1')).toBe('http://127.0.0.1:3/v1');
    await expect(findEndpoint({ name: 'qwen3' }, {})).rejects.toMatchObject({ code: 'no-endpoint' });
  });

  it.each(['ftp://127.0.0.1/v1', 'http://me:secret@127.0.0.1/v1', `${LOCAL}?key=secret`, 'here'])(
    'is not %s',
    async (endpoint) => {
      await expect(findEndpoint({ name: 'm', endpoint }, {})).rejects.toMatchObject({ code: 'bad-endpoint' });
    },
  );
});

describe('a profile', () => {
  it('has model, price, limits and further fields of requests', async () => {
    const profiles = await write('profiles.json', { house: HOUSE });
    const endpoint = await findEndpoint({ name: 'any@house', profiles }, {});
    expect(endpoint).toMatchObject({
      model: 'qwen3-32b',
      price: HOUSE.price,
      profile: { keyEnv: 'HOUSE_KEY', requestsPerMinute: 600, concurrency: 16 },
    });
    const body = requestBody(endpoint, {
      messages: [],
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(body).toEqual({
      model: 'qwen3-32b',
      messages: [],
      stream: true,
      chat_template_kwargs: { enable_thinking: false },
    });
  });

  it('takes prices from a price list that has the model', async () => {
    const profiles = await write('profiles.json', { house: HOUSE });
    const prices = await write('prices.json', { 'qwen3-32b': { prompt: 7, completion: 8 } });
    const other = await write('other.json', { gpt: { prompt: 7, completion: 8 } });
    const priceBy = async (file: string) =>
      (await findEndpoint({ name: 'a@house', profiles, prices: file }, {})).price;
    expect(await priceBy(prices)).toEqual({ prompt: 7, completion: 8, currency: 'USD' });
    expect(await priceBy(other)).toEqual(HOUSE.price);
  });

  it.each<[string, unknown, object]>([
    ['no JSON', '{', { code: 'bad-profile' }],
    [
      'a wrong field',
      { house: { ...HOUSE, concurrency: 0 } },
      { code: 'bad-profile', place: { field: 'house.concurrency' } },
    ],
    ['a field that there is not', { house: { ...HOUSE, key: 'sk' } }, { code: 'bad-profile' }],
    ['another name', { hause: HOUSE }, { code: 'unknown-profile', place: { field: 'house' } }],
  ])('of a file with %s is refused', async (_, content, expected) => {
    const profiles = await write('profiles.json', content);
    await expect(findEndpoint({ name: 'm@house', profiles }, {})).rejects.toMatchObject(expected);
  });

  it('is required where there is no profile file', async () => {
    await expect(findEndpoint({ name: 'm@house' }, {})).rejects.toMatchObject({ code: 'no-profiles' });
  });

  it('must name an existing file of certificates', async () => {
    const caFile = join(folder, 'ca.pem');
    await expect(readCertificates({ headers: {}, extraBody: {}, caFile })).rejects.toMatchObject({
      place: { file: caFile },
    });
  });
});
