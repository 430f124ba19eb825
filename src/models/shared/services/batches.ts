import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { CallFailure, type OtherRequest, type Poster } from '../../../fetch/post.ts';
import { UserError } from '../../../ground/errors.ts';
import { type CallSettings, openPoster, refuseHopeless } from './caller.ts';
import type { Endpoint } from './endpoint.ts';
import { joinBody, transportFailure } from './failure.ts';

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
  /** The content of a file of answers. */
  download(file: string): Promise<string>;
  close(): void;
}

const WINDOW = '24h';

export async function openBatchService(
  endpoint: Endpoint,
  settings: CallSettings,
  signal?: AbortSignal,
): Promise<BatchService> {
  const poster = await openPoster(endpoint, settings);
  const send = (path: string, request: OtherRequest): Promise<string> =>
    sendOnce(poster, { path, request, endpoint, settings, signal });
  const json = async <T>(path: string, request: OtherRequest, schema: z.ZodType<T>): Promise<T> => {
    const parsed = schema.safeParse(parse(await send(path, request)));
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
    download: (file) => send(`/files/${encodeURIComponent(file)}/content`, { method: 'GET' }),
    close: poster.close,
  };
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

interface Sent {
  readonly path: string;
  readonly request: OtherRequest;
  readonly endpoint: Endpoint;
  readonly settings: CallSettings;
  readonly signal?: AbortSignal;
}

async function sendOnce(
  poster: Poster,
  { path, request, endpoint, settings, signal }: Sent,
): Promise<string> {
  const options = { signal, totalMs: settings.totalMs, firstByteMs: settings.totalMs };
  try {
    const { status, body } = await poster.send(path, request, options);
    const text = await joinBody(body);
    if (status === 200) return text;
    if (status === 401 || status === 403)
      refuseHopeless(
        { failure: `http-${status}`, retry: false, overloaded: false, status },
        endpoint,
        settings,
      );
    throw noBatches(endpoint.url, path, status);
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    refuseHopeless(transportFailure(error), endpoint, settings);
    throw unreachable(endpoint.url, error.message);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const noBatches = (url: string, path: string, status?: number): UserError => {
  const code = status === undefined ? '' : ` (HTTP ${status})`;
  return new UserError(
    'no-batches',
    {
      en: `${url} did not answer ${path} as the batch interface of OpenAI does${code}`,
      zh: `${url} 对 ${path} 的响应不符合 OpenAI 批处理接口${code}`,
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

const unreachable = (url: string, detail: string): UserError =>
  new UserError(
    'no-connection',
    { en: `There is no connection to ${url}: ${detail}`, zh: `无法连接 ${url}：${detail}` },
    {
      field: 'endpoint',
      hint: {
        en: 'Run the command again: what was submitted or collected is kept.',
        zh: '请重新执行该命令：已提交或已收取的内容均已保存。',
      },
    },
  );
