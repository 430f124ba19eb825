import { BlockList, isIP } from 'node:net';

/** Loopback, private (RFC 1918, RFC 4193) and link-local addresses. Carrier-grade NAT (100.64.0.0/10) is not private. */
const LOCAL = new BlockList();
for (const [network, prefix, family] of [
  ['127.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
] as const) {
  LOCAL.addSubnet(network, prefix, family);
}

/** An IP address from a URL or a socket, without brackets and zone. */
const bare = (address: string): string => address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');

/**
 * Whether an IP address is local: loopback, private or link-local; IPv4 inside IPv6 is treated as IPv4. False for
 * names: the addresses that they resolve to are checked.
 */
export function isLocalAddress(address: string): boolean {
  const ip = bare(address);
  const version = isIP(ip);
  return version !== 0 && LOCAL.check(ip, version === 6 ? 'ipv6' : 'ipv4');
}

/** Whether a host is an IP address rather than a name. */
export const isAddress = (host: string): boolean => isIP(bare(host)) !== 0;
