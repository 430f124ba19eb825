import { setTimeout as sleep } from 'node:timers/promises';
import { CallFailure, createPoster, type Poster, type Response } from '../../../fetch/post.ts';
import { EXIT, UserError } from '../../../ground/errors.ts';
import { createRandom, type Random } from '../../../ground/random.ts';
import { addUsage, beginCall, type Limits, type Tokens } from './budget.ts';
import { type Endpoint, readCertificates, readKey } from './endpoint.ts';
import { isFailure, presentable, type ServiceFailure, transportFailure } from './failure.ts';
import { createLimiter, type Limiter } from './limiter.ts';

/** How calls are made; none of it changes an answer. */
export interface CallSettings {
  readonly keyEnv: string;
  readonly localOnly: boolean;
  readonly concurrency: number;
  readonly retries: number;
  readonly totalMs: number;
  readonly firstTokenMs: number;
  readonly limits: Limits;
}

/** Usage of one call over all its attempts. */
export interface Called<R> {
  readonly outcome: R | ServiceFailure;
  readonly attempts: number;
  /** Duration of the last attempt, in milliseconds. */
  readonly ms: number;
}

/** A call to one path of a service. */
export interface ServiceCall<R> {
  readonly path: string;
  readonly body: string;
  /** The reply is streamed: its first byte has a separate time limit. */
  readonly streamed: boolean;
  read(response: Response): Promise<R | ServiceFailure>;
  /** What counts towards limits and cost. */
  tokens(reply: R): Tokens;
}

/** Makes calls to one service. */
export interface Caller {
  /** With retries. Throws a UserError if no call can succeed: a wrong key, no such model, no connection. */
  make<R extends object>(call: ServiceCall<R>, signal?: AbortSignal): Promise<Called<R>>;
  close(): void;
}

/** One limiter per endpoint and model, for all evaluations of a command. */
const limiters = new Map<string, Limiter>();

/** Consecutive calls that fail with all their retries before a service is given up. */
export const MAX_FAILED_CALLS = 10;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
/** Share by which pauses that a service asks for are lengthened at most. */
const SPREAD = 0.1;

const widthOf = ({ profile }: Endpoint, { concurrency }: CallSettings): number =>
  Math.min(concurrency, profile.concurrency ?? concurrency);

/** The environment variable of the key: the profile's own, where it names one. */
const keyVariable = ({ profile }: Endpoint, { keyEnv }: CallSettings): string => profile.keyEnv ?? keyEnv;

/** Connections to an endpoint, with its key and headers. */
export async function openPoster(endpoint: Endpoint, settings: CallSettings): Promise<Poster> {
  const { url, profile } = endpoint;
  const key = readKey(keyVariable(endpoint, settings));
  return createPoster({
    url: new URL(url),
    headers: { ...(key && { authorization: `Bearer ${key}` }), ...profile.headers },
    ca: await readCertificates(profile),
    localOnly: settings.localOnly,
    connections: widthOf(endpoint, settings),
  });
}

export async function openCaller(endpoint: Endpoint, settings: CallSettings): Promise<Caller> {
  const { url, model, profile, price } = endpoint;
  requirePrice(endpoint, settings.limits);
  const poster = await openPoster(endpoint, settings);
  const secrets = secretsOf(endpoint, settings);
  const id = `${url} ${model}`;
  const most = widthOf(endpoint, settings);
  const limiter = limiters.get(id) ?? createLimiter({ most, perMinute: profile.requestsPerMinute });
  limiters.set(id, limiter);
  const random = createRandom(process.pid, 'jitter');
  let failuresInARow = 0;
  let everAnswered = false;

  async function attempt<R extends object>(
    { path, body, streamed, read, tokens }: ServiceCall<R>,
    signal: AbortSignal | undefined,
  ): Promise<{ outcome: R | ServiceFailure; ms: number }> {
    beginCall(settings.limits);
    const since = performance.now();
    const firstByteMs = streamed ? settings.firstTokenMs : settings.totalMs;
    const response = await post(
      () => poster.post(path, body, { totalMs: settings.totalMs, firstByteMs, signal }),
      read,
    );
    const outcome = isFailure(response) ? presentable(response, secrets) : response;
    if (!isFailure(outcome)) {
      limiter.succeeded();
      addUsage(tokens(outcome), price);
    } else if (outcome.overloaded) limiter.overloaded(since, outcome.pauseMs ?? 0);
    return { outcome, ms: performance.now() - since };
  }

  return {
    async make(call, signal) {
      for (let attempts = 1; ; attempts++) {
        const { outcome, ms } = await limiter.run(() => attempt(call, signal), signal);
        if (!isFailure(outcome)) {
          failuresInARow = 0;
          everAnswered = true;
          return { outcome, attempts, ms };
        }
        refusePermanentFailure(outcome, endpoint, settings);
        if (outcome.failure === 'connection' && !everAnswered) throw noConnection(outcome, endpoint);
        if (!outcome.retry) return { outcome, attempts, ms };
        if (attempts > settings.retries) {
          if (++failuresInARow >= MAX_FAILED_CALLS) throw givenUp(outcome, endpoint);
          return { outcome, attempts, ms };
        }
        await sleep(pauseBefore(attempts, outcome, random), undefined, { signal });
      }
    },
    close: poster.close,
  };
}

/** Shorter header values are no secrets, and may be parts of words. */
const LEAST_SECRET = 8;

/** Secrets that must not appear in errors: the key, and headers with their parts, such as the one after `Bearer`. */
export const secretsOf = (endpoint: Endpoint, settings: CallSettings): string[] =>
  [readKey(keyVariable(endpoint, settings)) ?? '', ...Object.values(endpoint.profile.headers)]
    .flatMap((secret) => [secret, ...secret.split(/\s+/)])
    .filter(({ length }) => length >= LEAST_SECRET);

async function post<R extends object>(
  send: () => Promise<Response>,
  read: (response: Response) => Promise<R | ServiceFailure>,
): Promise<R | ServiceFailure> {
  try {
    return await read(await send());
  } catch (error) {
    if (error instanceof CallFailure) return transportFailure(error);
    throw error;
  }
}

/** Doubling pauses with jitter; a service that asks for a longer one gets it, and a little more, so that calls spread out. */
export function pauseBefore(attempt: number, { pauseMs = 0 }: ServiceFailure, random: Random): number {
  const backoff = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
  const jitter = random.next();
  return Math.max(pauseMs * (1 + jitter * SPREAD), backoff * (0.5 + jitter / 2));
}

/** Failures that the next call would meet as well. */
export function refusePermanentFailure(
  { failure, status }: ServiceFailure,
  endpoint: Endpoint,
  settings: CallSettings,
): void {
  const { url, model } = endpoint;
  const keyEnv = keyVariable(endpoint, settings);
  if (failure === 'remote-address') throw remoteAddress(url);
  if (status === 401 || status === 403)
    throw new UserError(
      'key-refused',
      { en: `${url} refused the key (HTTP ${status})`, zh: `${url} 拒绝了密钥（HTTP ${status}）` },
      {
        field: keyEnv,
        hint: {
          en: `Put a valid key into the environment variable ${keyEnv}, or name another one with --key-env.`,
          zh: `请在环境变量 ${keyEnv} 中设置有效密钥，或用 --key-env 指定其他变量。`,
        },
      },
    );
  if (status === 404)
    throw new UserError(
      'no-such-model',
      { en: `${url} does not serve ${model} (HTTP 404)`, zh: `${url} 没有模型 ${model}（HTTP 404）` },
      {
        field: 'endpoint',
        hint: {
          en: 'Check the URL, which usually ends in /v1, and the name of the model.',
          zh: '请检查地址（通常以 /v1 结尾）与模型名称。',
        },
      },
    );
}

/** The task is confidential and the endpoint is not local. */
export const remoteAddress = (url: string): UserError =>
  new UserError(
    'remote-endpoint',
    {
      en: `The task is confidential, and ${url} is not a loopback or private address`,
      zh: `该任务的数据保密，而 ${url} 不是本机或内网地址`,
    },
    {
      field: 'endpoint',
      hint: {
        en: 'Use a local server, or allow the texts to leave with --allow-remote.',
        zh: '请使用本地服务；若允许文本外传，请加 --allow-remote。',
      },
    },
  );

/** Throws a UserError `no-price` if a cost that is limited cannot be known. */
export function requirePrice({ model, price }: Endpoint, { maxCost }: Limits): void {
  if (maxCost === undefined || price) return;
  throw new UserError(
    'no-price',
    {
      en: `The cost is limited, but the price of ${model} is not known`,
      zh: `设置了费用上限，但不知道 ${model} 的价格`,
    },
    {
      field: 'max-cost',
      hint: {
        en: 'Name a file of prices with --prices, or limit calls or tokens instead.',
        zh: '请用 --prices 指定价格文件，或改为限制调用数或 token 数。',
      },
      exitCode: EXIT.usage,
    },
  );
}

const noConnection = ({ detail = '' }: ServiceFailure, { url }: Endpoint): UserError =>
  new UserError(
    'no-connection',
    { en: `Cannot connect to ${url}: ${detail}`, zh: `无法连接 ${url}：${detail}` },
    {
      field: 'endpoint',
      hint: { en: 'Check the URL and that the server runs.', zh: '请检查地址，并确认服务已启动。' },
    },
  );

/** A service that answers nothing any more. */
export const givenUp = ({ failure, detail = '' }: ServiceFailure, { url }: Endpoint): UserError =>
  new UserError(
    'service-failing',
    {
      en: `${MAX_FAILED_CALLS} calls in a row to ${url} failed, the last one with ${failure}${detail && `: ${detail}`}`,
      zh: `对 ${url} 的连续 ${MAX_FAILED_CALLS} 次调用失败，最后一次为 ${failure}${detail && `：${detail}`}`,
    },
    {
      field: 'endpoint',
      hint: {
        en: 'Check the server; all answers so far are kept, and the same command resumes.',
        zh: '请检查服务；已有回答均已保存，重新执行该命令即可继续。',
      },
    },
  );
