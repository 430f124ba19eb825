import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { createKey } from '../keyring.ts';
import { createChildren } from './children.ts';
import type { Request } from './requests.ts';

const settings = { count: 1, key: createKey(), temporary: tmpdir() };
const absent: Request = { kind: 'register', file: '/nowhere/registration.json' };

it('a request that cannot be sent does not occupy a process', async () => {
  const children = createChildren(settings);
  const unsendable = { ...absent, file: (() => 1) as never };
  await expect(children.ask(unsendable)).rejects.toThrow(/could not be cloned/);
  await expect(children.ask(absent)).rejects.toMatchObject({ code: 'internal' });
  children.close();
});

it('waiting requests are rejected when no process can start', async () => {
  const children = createChildren(settings);
  const asked = [absent, absent, absent].map((request) => children.ask(request));
  const ended = Promise.allSettled(asked);
  children.close();
  for (const one of await ended) expect(one).toMatchObject({ reason: { code: 'worker-died' } });
});
