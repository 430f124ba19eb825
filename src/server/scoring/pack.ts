import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';

/** A value as compressed JSON. */
export const pack = (value: unknown): Buffer => gzipSync(JSON.stringify(value));

/** What `pack` was given. */
export const unpack = <T>(bytes: Uint8Array): T => JSON.parse(gunzipSync(bytes).toString('utf8'));

/** SHA-256 of what was packed, however it was compressed. */
export const hashOfPacked = (bytes: Uint8Array): string =>
  createHash('sha256').update(gunzipSync(bytes)).digest('hex');
