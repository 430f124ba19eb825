import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import type * as z from 'zod';
import { EXIT, UserError } from '../ground/errors.ts';
import { explainFileError } from '../ground/files.ts';
import { errorSchema } from './api/schemas.ts';

/** How a command talks to a server. */
export interface Client {
  get<T>(path: string, answer: z.ZodType<T>): Promise<T>;
  send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body: unknown, answer: z.ZodType<T>): Promise<T>;
  /** The raw body of a response. */
  bytes(path: string): Promise<Buffer>;
  /** Uploads a file unchanged. */
  upload<T>(path: string, file: string, answer: z.ZodType<T>): Promise<T>;
}

/**
 * A client of the server at an address. Throws a UserError `bad-server`, or `bad-token` for a malformed token. Its calls throw
 * the server's UserError, `server-unreachable`, or `not-a-server` where something else answers.
 */
export function createClient(server: string, token: string | undefined, signal?: AbortSignal): Client {
  if (!/^https?:\/\//.test(server) || !URL.canParse(server)) throw badServer(server);
  if (token !== undefined && !TOKEN.test(token)) throw notAToken();
  const ask = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = { ...init.headers, ...(token && { authorization: `Bearer ${token}` }) };
    const response = await fetch(new URL(path, server), { ...init, headers, signal }).catch((error) => {
      throw signal?.aborted ? error : unreachable(server, error);
    });
    if (response.ok) return response;
    throw refusal(await response.json().catch(() => undefined), server, token !== undefined);
  };
  const call = async <T>(path: string, answer: z.ZodType<T>, init: RequestInit = {}): Promise<T> => {
    const response = await ask(path, init);
    const body: unknown = await response.json().catch(() => undefined);
    const { success, data } = answer.safeParse(body);
    if (!success) throw notAServer(server);
    return data;
  };
  return {
    get: (path, answer) => call(path, answer),
    send: (method, path, body, answer) => {
      const headers = { 'content-type': 'application/json' };
      return call(path, answer, { method, headers, body: JSON.stringify(body) });
    },
    async bytes(path) {
      const response = await ask(path, {});
      return Buffer.from(
        await response.arrayBuffer().catch((error) => {
          throw signal?.aborted ? error : unreachable(server, error);
        }),
      );
    },
    async upload(path, file, answer) {
      const body = await openFile(file);
      return call(path, answer, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body,
      });
    },
  };
}

/** The characters of a header: for others, the error message would quote the token. */
const TOKEN = /^[\x21-\x7e]+$/;

async function openFile(file: string): Promise<Blob> {
  try {
    const found = await stat(file);
    if (found.isFile()) return await openAsBlob(file);
  } catch (error) {
    throw explainFileError(error, file);
  }
  throw new UserError(
    'not-a-file',
    { en: 'Only a regular file can be submitted', zh: '只能提交普通文件' },
    { file, hint: { en: 'Write the answers to a file first.', zh: '请先将答案写入文件。' } },
  );
}

const NO_TOKEN = {
  en: 'No token was given: set CHINESEBLUE_TOKEN, or name a file with --token-file.',
  zh: '未提供令牌：请设置 CHINESEBLUE_TOKEN，或用 --token-file 指定文件。',
};

function refusal(body: unknown, server: string, hasToken: boolean): UserError {
  const { success, data } = errorSchema.safeParse(body);
  if (!success) return notAServer(server);
  const { code, message, hint, line, field, id } = data.error;
  const wanted = code === 'forbidden' && !hasToken ? NO_TOKEN : hint;
  return new UserError(code, message, { hint: wanted, line, field, id });
}

const notAToken = (): UserError =>
  new UserError(
    'bad-token',
    {
      en: 'The token is malformed: it contains spaces, line breaks or other characters that tokens never have',
      zh: '令牌格式不正确：含有空格、换行或其他不允许的字符',
    },
    {
      hint: {
        en: 'A token is one line. Check CHINESEBLUE_TOKEN or the file of --token-file.',
        zh: '令牌只有一行。请检查 CHINESEBLUE_TOKEN 或 --token-file 指定的文件。',
      },
      exitCode: EXIT.usage,
    },
  );

const badServer = (server: string): UserError =>
  new UserError(
    'bad-server',
    { en: `"${server}" is not a server address`, zh: `“${server}”不是服务器地址` },
    {
      hint: { en: 'Write it as http://HOST:PORT.', zh: '格式为 http://主机:端口。' },
      exitCode: EXIT.usage,
    },
  );

function unreachable(server: string, error: unknown): UserError {
  const cause = error instanceof Error ? error.cause : undefined;
  const reason = cause instanceof Error ? cause.message : String(error);
  return new UserError(
    'server-unreachable',
    { en: `${server} does not answer: ${reason}`, zh: `${server} 没有响应：${reason}` },
    { hint: { en: 'Check the address, and that the server runs.', zh: '请确认地址无误且服务器正在运行。' } },
  );
}

const notAServer = (server: string): UserError =>
  new UserError(
    'not-a-server',
    {
      en: `${server} does not respond as an evaluation server of this version`,
      zh: `${server} 的响应不符合本版本评测服务器的格式`,
    },
    { hint: { en: 'Check the address.', zh: '请检查地址。' } },
  );
