import type { MiddlewareHandler } from 'hono';
import { EXIT, UserError } from '../ground/errors.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i;

/** Throws a UserError `loopback-only` for an address that other machines reach. */
export function requireLoopback(host: string, what: { readonly en: string; readonly zh: string }): void {
  if (LOOPBACK.test(host)) return;
  throw new UserError(
    'loopback-only',
    { en: `${what.en} listens on loopback only`, zh: `${what.zh}只能监听本机回环地址` },
    {
      field: '--host',
      hint: {
        en: 'Leave --host out; from elsewhere, use an SSH tunnel.',
        zh: '请去掉 --host；如需从其他机器访问，可使用 SSH 隧道。',
      },
      exitCode: EXIT.usage,
    },
  );
}

/** Refuses requests with a Host other than loopback: a page of another site whose name resolves to this machine. */
export const loopbackHost: MiddlewareHandler = async (c, next) => {
  const host = (c.req.header('host') ?? '').replace(/:\d+$/, '');
  if (!LOOPBACK.test(host))
    throw new UserError('forbidden', {
      en: 'This address is for this machine only',
      zh: '该地址仅供本机访问',
    });
  await next();
};
