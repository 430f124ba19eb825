import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../ground/errors.ts';
import type { Parsed } from '../ground/parameters.ts';
import { integer, text } from '../ground/parameters.ts';
import type { SiteSettings } from '../server/site.ts';

/** Options that select the data of an evaluation server. */
export const SITE = {
  dir: text({
    placeholder: 'dir',
    default: 'chineseblue-server',
    summary: {
      en: 'directory of the server: database, key, uploads',
      zh: '服务器目录：数据库、密钥与上传文件',
    },
  }),
  database: text({
    placeholder: 'url',
    secret: true,
    summary: {
      en: 'postgres://… instead of the database in the directory',
      zh: '使用 postgres://… 数据库，代替目录中的数据库',
    },
  }),
  keyFile: text({
    placeholder: 'file',
    summary: {
      en: 'encryption keys of the gold (default: CHINESEBLUE_GOLD_KEY, else gold.key in the directory)',
      zh: '金标密钥文件（默认 CHINESEBLUE_GOLD_KEY，否则为目录中的 gold.key）',
    },
  }),
  workers: integer({
    min: 1,
    max: 256,
    summary: { en: 'scoring processes (default: one per core)', zh: '评分进程数（默认每核一个）' },
  }),
};

/** Options that select a running server and the identity of the caller. */
export const SERVER = {
  server: text({
    required: true,
    placeholder: 'url',
    summary: { en: 'address of the server', zh: '服务器地址' },
  }),
  tokenFile: text({
    placeholder: 'file',
    summary: {
      en: 'file with the token (default: CHINESEBLUE_TOKEN)',
      zh: '令牌文件（默认 CHINESEBLUE_TOKEN）',
    },
  }),
};

/** The same for commands that need no server in some cases. */
export const REMOTE = {
  server: text({
    placeholder: 'url',
    summary: { en: 'address of an evaluation server', zh: '评测服务器地址' },
  }),
  tokenFile: SERVER.tokenFile,
};

/** How a site is opened; the key file is made where none is named and the environment has no key. */
export async function siteSettings(options: Parsed<typeof SITE>): Promise<SiteSettings> {
  const { dir, database, workers } = options;
  const { ensureKeyFile } = await import('../server/first-start.ts');
  const { KEY_VARIABLE } = await import('../server/keyring.ts');
  let { keyFile } = options;
  if (keyFile === undefined && !process.env[KEY_VARIABLE]) {
    keyFile = join(dir, 'gold.key');
    await ensureKeyFile(keyFile);
  }
  const place = database === undefined ? { directory: join(dir, 'database') } : { url: database };
  return { database: place, temporary: dir, keyFile, workers };
}

/** As `siteSettings`, for what a server has already: none is made. Throws a UserError `no-server`. */
export async function existingSite(options: Parsed<typeof SITE>): Promise<SiteSettings> {
  const { dir, database } = options;
  if (database !== undefined || existsSync(join(dir, 'database'))) return siteSettings(options);
  throw new UserError(
    'no-server',
    { en: 'There is no evaluation server in this directory', zh: '该目录中没有评测服务器' },
    {
      file: dir,
      hint: {
        en: 'Name the directory that `chineseblue serve` made with --dir, or its database with --database.',
        zh: '请用 --dir 指定 `chineseblue serve` 建立的目录，或用 --database 指定其数据库。',
      },
    },
  );
}

/** A client of the server that the options name. */
export async function clientOf(
  options: Pick<Parsed<typeof SERVER>, 'server' | 'tokenFile'>,
  signal?: AbortSignal,
) {
  const { createClient } = await import('../server/client.ts');
  const { readTextFile } = await import('../ground/files.ts');
  const { server, tokenFile } = options;
  const token = tokenFile === undefined ? process.env.CHINESEBLUE_TOKEN : await readTextFile(tokenFile);
  return createClient(server, token?.trim() || undefined, signal);
}
