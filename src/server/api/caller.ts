import { BlockList, isIP } from 'node:net';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import { EXIT, UserError } from '../../ground/errors.ts';

/** The address that a request came from. */
export type CallerOf = (c: Context) => string;

/** The caller of requests without a connection, as in tests. */
export const UNKNOWN_CALLER = 'unknown';

/**
 * How the address of a caller is found: the other end of the connection or, where that is a proxy of `trusted`, the last
 * address in X-Forwarded-For that is not one. Every proxy appends the address that it was called from, so that what a caller
 * wrote there itself comes before those, and is never trusted. Throws a UserError `bad-proxy` for anything but an address or a
 * network such as 10.0.0.0/8.
 */
export function createCallerOf(trusted: readonly string[] = []): CallerOf {
  const proxies = new BlockList();
  for (const written of trusted) addProxy(proxies, written);
  const isProxy = (address: string): boolean => proxies.check(address, familyOf(address));
  return (c) => {
    let caller = peerOf(c);
    const hops = (c.req.header('x-forwarded-for') ?? '').split(',');
    while (isIP(caller) !== 0 && isProxy(caller)) {
      const before = plain(hops.pop() ?? '');
      if (isIP(before) === 0) break;
      caller = before;
    }
    return caller;
  };
}

function peerOf(c: Context): string {
  try {
    return plain(getConnInfo(c).remote.address ?? UNKNOWN_CALLER);
  } catch {
    return UNKNOWN_CALLER;
  }
}

/** Without a port, and IPv4 in IPv6 notation as IPv4, so that a caller has a single name. */
const plain = (written: string): string =>
  written
    .trim()
    .replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1')
    .replace(/^\[(.*)\](?::\d+)?$/, '$1')
    .replace(/^::ffff:(?=\d+\.)/i, '');

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

function addProxy(proxies: BlockList, written: string): void {
  const [address, length, ...rest] = written.split('/');
  const family = familyOf(address);
  const most = family === 'ipv4' ? 32 : 128;
  const isNetwork = length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= most);
  if (isIP(address) === 0 || !isNetwork || rest.length > 0) throw badProxy(written);
  if (length === undefined) proxies.addAddress(address, family);
  else proxies.addSubnet(address, Number(length), family);
}

const badProxy = (written: string): UserError =>
  new UserError(
    'bad-proxy',
    { en: `"${written}" is not an address or network`, zh: `“${written}”不是 IP 地址或网段` },
    {
      field: '--trusted-proxy',
      hint: {
        en: 'Write addresses as 10.0.0.5 or fd00::5, networks as 10.0.0.0/8.',
        zh: '地址写作 10.0.0.5 或 fd00::5，网段写作 10.0.0.0/8。',
      },
      exitCode: EXIT.usage,
    },
  );
