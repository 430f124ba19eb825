import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { CallFailure, type OtherRequest, type Poster } from '../../../fetch/post.ts';
import { UserError } from '../../../ground/errors.ts';
import { createRandom } from '../../../ground/random.ts';
import { type CallSettings, openPoster, pauseBefore, refusePermanentFailure, secretsOf } from './caller.ts';
import type { Endpoint } from './endpoint.ts';
import { joinBody, presentable, readFailure, type ServiceFailure, transportFailure } from './failure.ts';

/** A batch as a service describes it. */
const batchJson = z.object({
  id: z.string(),
  status: z.string(),
  output_file_id: z.string().nullish(),
  error_file_id: z.string().nullish(),
  request_counts: z
    .object({ total: z.number(), completed: z.number(), failed: z.number() })
    .partial()
    .nullish(),
});
export type ServiceBatch = z.infer<typeof batchJson>;

const fileJson = z.object({ id: z.string() });

/** The batch interface of OpenAI: files of requests, answered within a day. */
export interface BatchService {
  /** Uploads lines of requests and asks for them to be answered. */
  create(lines: string): Promise<ServiceBatch>;
  read(id: string): Promise<ServiceBatch>;
  /** Hands over the lines of a file of answers; from the first again where the connection broke. */
  download(file: string, take: (line: string) => void): Promise<void>;
  close(): void;
}

const WINDOW = '24h';
/** Files of requests and answers have hundreds of megabytes: they may take an hour. */
const FILE_MS = 3_600_000;
/** The end of the path of a file's lines, which are read one by one. */
const CONTENT = '/content';
const MAX_LINE = 64 * 1024 * 1024;

export async function openBatchService(
  endpoint: Endpoint,
  settings: CallSettings,
  signal?: AbortSignal,
): Promise<BatchService> {
  const poster = await openPoster(endpoint, settings);
  const connection = { poster, endpoint, settings, signal };
  const json = async <T>(path: string, request: OtherRequest, schema: z.ZodType<T>): Promise<T> => {
    const parsed = schema.safeParse(parse(await send(connection, path, request, joinBody)));
    if (parsed.success) return parsed.data;
    throw noBatches(endpoint.url, path);
  };
  return {
    async create(lines) {
      const { id } = await json('/files', fileUpload(lines), fileJson);
      const body = JSON.stringify({
        input_file_id: id,
        endpoint: '/v1/chat/completions',
        completion_window: WINDOW,
      });
      return json('/batches', { method: 'POST', contentType: 'application/json', body }, batchJson);
    },
    read: (id) => json(`/batches/${encodeURIComponent(id)}`, { method: 'GET' }, batchJson),
    download: (file, take) =>
      send(connection, `/files/${encodeURIComponent(file)}${CONTENT}`, { method: 'GET' }, (body) =>
        eachLine(body, take),
      ),
    close: poster.close,
  };
}

async function eachLine(body: AsyncIterable<string>, take: (line: string) => void): Promise<void> {
  let rest = '';
  for await (const piece of body) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE)
      throw new CallFailure('too-large', `a line of more than ${MAX_LINE} characters`);
    for (const line of lines) take(line);
  }
  if (rest !== '') take(rest);
}

/** `multipart/form-data` with the purpose and the file. */
function fileUpload(lines: string): OtherRequest {
  const boundary = `chineseblue-${randomUUID()}`;
  const part = (disposition: string, content: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`;
  const file = 'name="file"; filename="requests.jsonl"\r\nContent-Type: application/jsonl';
  return {
    method: 'POST',
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: `${part('name="purpose"', 'batch')}${part(file, lines)}--${boundary}--\r\n`,
  };
}

interface Connection {
  readonly poster: Poster;
  readonly endpoint: Endpoint;
  readonly settings: CallSettings;
  readonly signal?: AbortSignal;
}

/**
 * Sends a request and reads its answer, with retries where it is repeated without harm: it only reads, or the service said
 * that it is too busy to take it.
 */
async function send<T>(
  { poster, endpoint, settings, signal }: Connection,
  path: string,
  request: OtherRequest,
  read: (body: AsyncIterable<string>) => Promise<T>,
): Promise<T> {
  const totalMs = Math.max(settings.totalMs, path.startsWith('/files') ? FILE_MS : 0);
  const mostCharacters = path.endsWith(CONTENT) ? Number.POSITIVE_INFINITY : undefined;
  const options = { signal, totalMs, firstByteMs: totalMs, mostCharacters };
  const random = createRandom(process.pid, 'batches');
  const attempt = async (): Promise<{ readonly value: T } | ServiceFailure> => {
    try {
      const { status, headers, body } = await poster.send(path, request, options);
      if (status === 200) return { value: await read(body) };
      const failure = readFailure(status, headers['retry-after'], await joinBody(body));
      return presentable(failure, secretsOf(endpoint, settings));
    } catch (error) {
      if (error instanceof CallFailure) return transportFailure(error);
      throw error;
    }
  };
  for (let attempts = 1; ; attempts++) {
    const outcome = await attempt();
    if ('value' in outcome) return outcome.value;
    // A missing path says nothing about the model.
    if (outcome.status !== 404) refusePermanentFailure(outcome, endpoint, settings);
    const isHarmless = request.method === 'GET' || outcome.status === 429;
    if (!outcome.retry || !isHarmless || attempts > settings.retries)
      throw failed(endpoint.url, path, outcome);
    await sleep(pauseBefore(attempts, outcome, random), undefined, { signal });
  }
}

function failed(url: string, path: string, { status, retry, detail = '' }: ServiceFailure): UserError {
  if (status === undefined) return unreachable(url, detail);
  return retry ? serviceBusy(url, path, status, detail) : noBatches(url, path, `HTTP ${status}: ${detail}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const noBatches = (url: string, path: string, detail?: string): UserError => {
  const [en, zh] = detail === undefined ? ['', ''] : [` (${detail})`, `（${detail}）`];
  return new UserError(
    'no-batches',
    {
      en: `${url} did not answer ${path} as the batch interface of OpenAI does${en}`,
      zh: `${url} 对 ${path} 的响应不符合 OpenAI 批处理接口${zh}`,
    },
    {
      field: 'endpoint',
      hint: {
        en: 'Check that the service offers batches; without them, use `chineseblue run`.',
        zh: '请确认该服务支持批处理；不支持时请使用 `chineseblue run`。',
      },
    },
  );
};

const RUN_AGAIN = {
  en: 'Run the command again: what was submitted or collected is kept.',
  zh: '请重新执行该命令：已提交或已收取的内容均已保存。',
};

const serviceBusy = (url: string, path: string, status: number, detail: string): UserError =>
  new UserError(
    'service-failing',
    {
      en: `${url} answered ${path} with HTTP ${status}: ${detail}`,
      zh: `${url} 对 ${path} 返回 HTTP ${status}：${detail}`,
    },
    { field: 'endpoint', hint: RUN_AGAIN },
  );

const unreachable = (url: string, detail: string): UserError =>
  new UserError(
    'no-connection',
    { en: `Cannot connect to ${url}: ${detail}`, zh: `无法连接 ${url}：${detail}` },
    { field: 'endpoint', hint: RUN_AGAIN },
  );
