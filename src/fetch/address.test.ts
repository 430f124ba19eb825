import { describe, expect, it } from 'vitest';
import { isAddress, isLocalAddress } from './address.ts';

describe('isLocalAddress', () => {
  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.1.1',
    '::1',
    '[::1]',
    'fe80::1%eth0',
    'fd12:3456::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:192.168.0.7',
  ])('treats %s as local', (address) => expect(isLocalAddress(address)).toBe(true));

  it.each([
    '8.8.8.8',
    '172.15.0.1',
    '172.32.0.1',
    '100.64.0.1',
    '192.169.0.1',
    '0.0.0.0',
    '11.0.0.1',
    '2001:db8::1',
    '::ffff:8.8.8.8',
    '::',
    'localhost',
    'intranet',
    '127.0.0.1.example.org',
    '',
  ])('does not treat %s as local', (address) => expect(isLocalAddress(address)).toBe(false));

  it('distinguishes addresses from names', () => {
    expect(['127.0.0.1', '[::1]', 'localhost', '127.1'].map(isAddress)).toEqual([true, true, false, false]);
  });
});
