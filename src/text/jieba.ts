import { createRequire } from 'node:module';
import type { Jieba } from '@node-rs/jieba';

interface Loaded {
  readonly jieba: Jieba;
  /** The dictionary: one word per line, with frequency and part of speech. */
  readonly dictionary: Uint8Array;
}

let loaded: Loaded | undefined;

/** jieba with its own dictionary of 5 MB, loaded on first use, which takes up to a second. */
export function loadJieba(): Loaded {
  if (loaded === undefined) {
    const require = createRequire(import.meta.url);
    const { Jieba }: typeof import('@node-rs/jieba') = require('@node-rs/jieba');
    const { dict }: typeof import('@node-rs/jieba/dict.js') = require('@node-rs/jieba/dict.js');
    loaded = { jieba: Jieba.withDict(dict), dictionary: dict };
  }
  return loaded;
}
