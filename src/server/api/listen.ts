import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { EXIT, UserError } from '../../ground/errors.ts';
import type { Env } from './context.ts';

/** A request whose headers or whole body take longer than this is dropped. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 300_000;

export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves on an address. Throws a UserError `address-in-use` or `bad-address`. */
export function listen(
  app: OpenAPIHono<Env>,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const serverOptions = { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS };
    const server = serve({ fetch: app.fetch, hostname: host, port, serverOptions }, (address) => {
      resolve({ url: urlOf(host, address), close: () => closeServer(server as Server) });
    });
    server.on('error', (error: NodeJS.ErrnoException) => reject(explain(error, host, port)));
  });
}

const urlOf = (host: string, { port }: AddressInfo): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

function explain(error: NodeJS.ErrnoException, host: string, port: number): unknown {
  if (error.code === 'EADDRINUSE')
    return new UserError(
      'address-in-use',
      { en: `Port ${port} of ${host} is in use`, zh: `${host} 的端口 ${port} 已被占用` },
      {
        hint: { en: 'Choose another one with --port.', zh: '请用 --port 换一个端口。' },
        exitCode: EXIT.usage,
      },
    );
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND' || error.code === 'EACCES')
    return new UserError(
      'bad-address',
      { en: `${host}:${port} cannot be used for listening`, zh: `无法监听 ${host}:${port}` },
      { hint: { en: 'Check --host and --port.', zh: '请检查 --host 与 --port。' }, exitCode: EXIT.usage },
    );
  return error;
}
