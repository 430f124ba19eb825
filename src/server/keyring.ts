import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { UserError } from '../ground/errors.ts';
import { readTextFile } from '../ground/files.ts';

/**
 * The keys that encrypt gold: the first encrypts, and the others decrypt what was encrypted before. To rotate, put a new key
 * first; remove an old one when nothing is encrypted with it any more.
 */
export interface Keyring {
  /** By id, the current one first. */
  readonly keys: ReadonlyMap<string, Buffer>;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ID_BYTES = 4;
const CIPHER = 'aes-256-gcm';
/** The first bytes of everything encrypted here, with the version of the layout: id of the key, nonce, tag, ciphertext. */
const MAGIC = Buffer.from('CBG1');
const HEADER_BYTES = MAGIC.length + ID_BYTES + NONCE_BYTES + TAG_BYTES;

/** The environment variable with the keys, if no file is given. */
export const KEY_VARIABLE = 'CHINESEBLUE_GOLD_KEY';

/** A new key as a line of a key file: 32 random bytes in base64. */
export const createKey = (): string => randomBytes(KEY_BYTES).toString('base64');

/**
 * Keys from text, one per line, the current one first; blank lines and lines that begin with `#` are skipped. `name` is
 * what errors call the text. Throws a UserError `bad-key`, which never shows a key.
 */
export function parseKeyring(text: string, name: string): Keyring {
  const keys = new Map<string, Buffer>();
  for (const [index, written] of text.split(/\r?\n/).entries()) {
    const line = written.trim();
    if (line === '' || line.startsWith('#')) continue;
    const key = Buffer.from(line, 'base64');
    if (key.length !== KEY_BYTES || key.toString('base64') !== line) throw badKey(name, index + 1);
    keys.set(idOf(key).toString('hex'), key);
  }
  if (keys.size === 0) throw badKey(name);
  return { keys };
}

/** The keys of a file. Throws as `parseKeyring`, and where the file cannot be read. */
export const readKeyring = async (file: string): Promise<Keyring> =>
  parseKeyring(await readTextFile(file), file);

/**
 * Encrypts with the current key. `purpose` says what the bytes are and is bound to them: what was encrypted for one
 * purpose does not open for another.
 */
export function encrypt(plain: Uint8Array, purpose: string, { keys }: Keyring): Buffer {
  const [key] = keys.values();
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(purpose));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([MAGIC, idOf(key), nonce, cipher.getAuthTag(), body]);
}

/**
 * Decrypts what `encrypt` returned. Throws a UserError: `key-missing` where the key is not among these, and `not-authentic`
 * where the bytes or their purpose differ from what was encrypted.
 */
export function decrypt(bytes: Uint8Array, purpose: string, { keys }: Keyring): Buffer {
  const sealed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (sealed.length < HEADER_BYTES || !sealed.subarray(0, MAGIC.length).equals(MAGIC))
    throw notAuthentic(purpose);
  const idEnd = MAGIC.length + ID_BYTES;
  const nonceEnd = idEnd + NONCE_BYTES;
  const id = sealed.subarray(MAGIC.length, idEnd).toString('hex');
  const key = keys.get(id);
  if (!key) throw keyMissing(id, purpose);
  const nonce = sealed.subarray(idEnd, nonceEnd);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(purpose));
  decipher.setAuthTag(sealed.subarray(nonceEnd, HEADER_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(HEADER_BYTES)), decipher.final()]);
  } catch {
    throw notAuthentic(purpose);
  }
}

/** Identifies a key without revealing anything about it. */
const idOf = (key: Buffer): Buffer =>
  createHash('sha256').update('chineseblue key\n').update(key).digest().subarray(0, ID_BYTES);

const badKey = (file: string, line?: number): UserError =>
  new UserError(
    'bad-key',
    {
      en: 'A key is 32 bytes in base64, one key per line',
      zh: '密钥应为 32 字节的 base64，每行一个',
    },
    {
      file,
      line,
      hint: {
        en: 'Make one with `openssl rand -base64 32`.',
        zh: '可用 `openssl rand -base64 32` 生成。',
      },
    },
  );

const keyMissing = (id: string, purpose: string): UserError =>
  new UserError(
    'key-missing',
    { en: `The key ${id} that encrypted this is missing`, zh: `缺少加密所用的密钥 ${id}` },
    {
      field: purpose,
      hint: {
        en: 'Add the key to the key file, below the current one.',
        zh: '请将该密钥加入密钥文件（置于当前密钥之后）。',
      },
    },
  );

const notAuthentic = (purpose: string): UserError =>
  new UserError(
    'not-authentic',
    { en: 'Encrypted data was modified, or belongs to another record', zh: '加密数据已被改动，或不属于此处' },
    { field: purpose, hint: { en: 'Restore the database from a backup.', zh: '请从备份恢复数据库。' } },
  );
