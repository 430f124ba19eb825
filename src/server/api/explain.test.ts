import { createServer } from 'node:net';
import pg from 'pg';
import { expect, it } from 'vitest';
import { refusalOf } from './errors.ts';
import { explain } from './explain.ts';

it('a database without a free connection is busy, not an internal error', async () => {
  // It accepts connections and never answers.
  const silent = createServer((socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const pool = new pg.Pool({
    ...{ host: '127.0.0.1', port: address.port, user: 'x', database: 'x' },
    ...{ max: 1, connectionTimeoutMillis: 20 },
  });
  const met = await Promise.allSettled([pool.query('select 1'), pool.query('select 1')]);
  await pool.end();
  silent.close();
  const refused = met.map((one) => (one.status === 'rejected' ? refusalOf(explain(one.reason)) : undefined));
  expect(refused.map((one) => [one?.status, one?.error.code])).toEqual([
    [503, 'busy'],
    [503, 'busy'],
  ]);
  const full = Object.assign(new Error('sorry, too many clients already'), { code: '53300' });
  expect(refusalOf(explain(full)).status).toBe(503);
  expect(refusalOf(explain(new Error('other'))).status).toBe(500);
});
