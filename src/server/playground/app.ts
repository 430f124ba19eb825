import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { UserError } from '../../ground/errors.ts';
import { version } from '../../ground/version.ts';
import type { Answer } from '../../tasks/answer.ts';
import type { Input } from '../../tasks/examples.ts';
import { type CallerOf, createCallerOf } from '../api/caller.ts';
import type { Env } from '../api/context.ts';
import { errorBody, refusalOf } from '../api/errors.ts';
import { explain } from '../api/explain.ts';
import { createRateLimit } from '../api/limits.ts';
import { chosenLanguage } from '../pages/language.ts';
import { addAnswerRoutes } from './answer-routes.ts';
import type { Answerer, ServedModel } from './answerer.ts';
import { type Batcher, createBatcher } from './batcher.ts';
import { addBrowserFiles, type BrowserFiles } from './browser-files.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { addPlaygroundPages, playgroundError } from './pages.ts';

/** Most inputs of a batch, and most waiting inputs of all callers. */
const MOST_A_BATCH = 32;
const ROOM = 256;
const MAX_BODY = 256 * 1024;
const REQUEST_WINDOW_MS = 10_000;

/** The page may run its own scripts and WebAssembly, and send requests only to this server. */
const PAGE_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
  connectSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ['data:'],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
};
const POLICY = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
};

export interface PlaygroundSettings {
  readonly answerer: Answerer;
  /** The files that run models in the browser, or why they are missing. */
  readonly browser: BrowserFiles;
  /** How the address of a caller is found. Default: the other end of the connection. */
  readonly callerOf?: CallerOf;
  /** Requests of one address in ten seconds. Default 200. */
  readonly requests?: number;
  /** Receives internal errors, which no caller has caused. */
  readonly onError?: (error: unknown) => void;
}

/** Shared by the routes. */
export interface Serving {
  readonly answerer: Answerer;
  readonly metrics: Metrics;
  readonly batcherOf: (model: ServedModel) => Batcher<Input, Answer>;
}

/** Serves models for texts that are typed or sent, in this server or entirely in the browser. */
export function createPlayground(settings: PlaygroundSettings): OpenAPIHono<Env> {
  const { answerer, browser, requests = 200, onError = () => undefined } = settings;
  const { callerOf = createCallerOf() } = settings;
  const app = new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (!result.success) throw result.error;
    },
  });
  const refuse = (thrown: unknown, c: Context<Env>) => {
    const { status, error } = refusalOf(explain(thrown));
    if (status >= 500 && error.code === 'internal') onError(thrown);
    if (status === 503) c.header('retry-after', '5');
    if (c.req.path.startsWith('/api/')) return c.json(errorBody(error), status);
    return c.html(playgroundError(chosenLanguage(c), error), status);
  };
  app.onError(refuse);
  app.notFound((c) => refuse(noPage(), c));
  app.use(async (c, next) => {
    const page = c.req.path === '/playground';
    await secureHeaders({ contentSecurityPolicy: page ? PAGE_POLICY : POLICY })(c, next);
  });
  const traffic = createRateLimit(requests, REQUEST_WINDOW_MS);
  app.use('/api/v1/models/*', async (c, next) => {
    traffic.take(callerOf(c));
    c.header('cache-control', 'no-store');
    await next();
  });
  app.use(bodyLimit({ maxSize: MAX_BODY, onError: () => Promise.reject(bodyTooLarge()) }));
  const serving = createServing(answerer);
  addAnswerRoutes(app, serving);
  addPlaygroundPages(app, answerer.models, browser);
  addBrowserFiles(app, browser);
  app.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'chineseblue playground', version: version() },
  });
  return app;
}

function createServing(answerer: Answerer): Serving {
  const metrics = createMetrics();
  const batchers = new Map(
    answerer.models.map(({ name }) => [
      name,
      createBatcher<Input, Answer>({
        answer: (inputs) => answerer.answer(name, inputs),
        most: MOST_A_BATCH,
        room: ROOM,
        onBatch: (inputs) => metrics.observe('chineseblue_batch_inputs', { model: name }, inputs),
      }),
    ]),
  );
  return { answerer, metrics, batcherOf: ({ name }) => batchers.get(name)! };
}

const noPage = (): UserError =>
  new UserError('no-page', { en: 'There is nothing at this address', zh: '该地址没有内容' });

const bodyTooLarge = (): UserError => {
  const size = `${MAX_BODY >> 10} KiB`;
  return new UserError('too-large', { en: `Requests are limited to ${size}`, zh: `请求不得超过 ${size}` });
};
