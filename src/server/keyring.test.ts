import { describe, expect, it } from 'vitest';
import { createKey, decrypt, encrypt, parseKeyring } from './keyring.ts';

const plain = Buffer.from('{"id":"1","gold":{"label":"是"}}');

describe('the keyring', () => {
  it('decrypts what it encrypted, which reveals nothing of the text', () => {
    const keyring = parseKeyring(createKey(), 'keys');
    const sealed = encrypt(plain, 'gold of a', keyring);
    expect(sealed.includes('label')).toBe(false);
    expect(decrypt(sealed, 'gold of a', keyring).equals(plain)).toBe(true);
    expect(encrypt(plain, 'gold of a', keyring).equals(sealed)).toBe(false);
  });

  it('after a rotation encrypts with the new key and still decrypts with the old one', () => {
    const [old, young] = [createKey(), createKey()];
    const sealed = encrypt(plain, 'p', parseKeyring(old, 'keys'));
    const rotated = parseKeyring(`# since May\n${young}\n\n${old}\r\n`, 'keys');
    expect(decrypt(sealed, 'p', rotated).equals(plain)).toBe(true);
    const again = encrypt(plain, 'p', rotated);
    expect(decrypt(again, 'p', parseKeyring(young, 'keys')).equals(plain)).toBe(true);
    expect(() => decrypt(sealed, 'p', parseKeyring(young, 'keys'))).toThrow(
      expect.objectContaining({ code: 'key-missing' }),
    );
  });

  it('refuses bytes that were changed anywhere, truncated, or encrypted for another purpose', () => {
    const keyring = parseKeyring(createKey(), 'keys');
    const sealed = encrypt(plain, 'gold of a', keyring);
    expect(() => decrypt(sealed, 'gold of b', keyring)).toThrow(
      expect.objectContaining({ code: 'not-authentic' }),
    );
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] ^= 1;
      expect(() => decrypt(changed, 'gold of a', keyring)).toThrow(/was modified|is missing/);
      expect(() => decrypt(sealed.subarray(0, at), 'gold of a', keyring)).toThrow(/was modified/);
    }
  });

  it('names the number of a line without a key, without quoting it', () => {
    const wrong = 'c2VjcmV0LXRvby1zaG9ydA==';
    const parse = () => parseKeyring(`${createKey()}\n${wrong}`, 'keys');
    expect(parse).toThrow(expect.objectContaining({ code: 'bad-key', place: { file: 'keys', line: 2 } }));
    try {
      parse();
    } catch (error) {
      expect(String(error) + JSON.stringify(error)).not.toContain(wrong);
    }
    expect(() => parseKeyring('# nothing\n', 'keys')).toThrow(expect.objectContaining({ code: 'bad-key' }));
  });
});
