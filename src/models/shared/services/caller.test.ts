import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spending } from './budget.ts';
import type { CallSettings } from './caller.ts';
import { CERTIFICATE, KEY } from './fixtures/certificate.ts';
import { type Scripted, type ScriptedServer, startServer, status } from './fixtures/server.ts';
import type { Profile } from './profile.ts';
import { openService } from './service.ts';

const VARIABLE = 'CHINESEBLUE_TEST_KEY';
const SECRET = 'sk-0123456789';
const SETTINGS: CallSettings = {
  ...{ keyEnv: 'OPENAI_API_KEY', localOnly: true, concurrency: 2, retries: 0, totalMs: 5000 },
  ...{ firstTokenMs: 5000, limits: {} },
};
const PRICE = { prompt: 1_000_000, completion: 0, currency: 'CNY' };

let folder: string;
let server: ScriptedServer | undefined;
let model = 0;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-caller-'));
  process.env[VARIABLE] = SECRET;
});
afterEach(async () => {
  delete process.env[VARIABLE];
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true });
});

interface Asked {
  readonly profile?: Partial<Profile>;
  readonly limits?: CallSettings['limits'];
  readonly price?: typeof PRICE;
}

/** Asks a service once; `model` distinguishes services of different tests. */
async function ask(url: string, { profile, limits = {}, price }: Asked = {}) {
  const endpoint = {
    ...{ url, model: `m${model++}`, profile: { headers: {}, extraBody: {}, ...profile } },
    ...(price && { price }),
  };
  const service = await openService(endpoint, { ...SETTINGS, limits });
  try {
    return await service.ask([{ role: 'user', content: '?' }], {});
  } finally {
    await service.close();
  }
}
async function askScript(script: () => Scripted, asked?: Asked) {
  server = await startServer(script);
  return ask(server.url, asked);
}

describe('secrets', () => {
  it('that a service repeats in an error message are not kept', async () => {
    const said = `no: ${SECRET}, team-token-1`.padStart(305, '.');
    const { outcome } = await askScript(() => status(500, { error: { message: said } }), {
      profile: { keyEnv: VARIABLE, headers: { 'x-token': 'team-token-1' } },
    });
    expect(server?.received[0].headers).toMatchObject({
      ...{ authorization: `Bearer ${SECRET}`, 'x-token': 'team-token-1' },
    });
    expect(outcome).toMatchObject({ failure: 'http-500' });
    expect(JSON.stringify(outcome)).toContain('no: *');
    expect(JSON.stringify(outcome)).not.toMatch(/sk-0|team-/);
  });

  it('that are refused are named by their variable', async () => {
    await expect(askScript(() => status(401), { profile: { keyEnv: VARIABLE } })).rejects.toMatchObject({
      code: 'key-refused',
      place: { field: VARIABLE },
    });
  });
});

describe('a limit of cost', () => {
  it('is enforced by the usage that replies report', async () => {
    const limits = { maxCost: spending().cost + 10 };
    expect(await askScript(() => '{}', { limits, price: PRICE })).toMatchObject({ outcome: { text: '{}' } });
    await expect(ask(server?.url ?? '', { limits, price: PRICE })).rejects.toMatchObject({
      code: 'budget-reached',
      place: { field: 'max-cost' },
    });
    expect(server?.received).toHaveLength(1);
  });

  it('needs a price', async () => {
    await expect(askScript(() => '{}', { limits: { maxCost: 1 } })).rejects.toMatchObject({
      code: 'no-price',
    });
    expect(server?.received).toHaveLength(0);
  });
});

describe('certificates', () => {
  it('of a profile are trusted, and no others are', async () => {
    const caFile = join(folder, 'ca.pem');
    await writeFile(caFile, CERTIFICATE);
    const secure = createServer({ cert: CERTIFICATE, key: KEY }, (_, response) =>
      response.end(JSON.stringify({ choices: [{ message: { content: 'yes' } }] })),
    );
    await new Promise<void>((ready) => secure.listen(0, '127.0.0.1', ready));
    const url = `https://127.0.0.1:${(secure.address() as AddressInfo).port}/v1`;
    try {
      expect(await ask(url, { profile: { caFile } })).toMatchObject({ outcome: { text: 'yes' } });
      await expect(ask(url)).rejects.toMatchObject({ code: 'no-connection' });
    } finally {
      secure.closeAllConnections();
      secure.close();
    }
  });
});
