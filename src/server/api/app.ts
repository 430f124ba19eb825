import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { UserError } from '../../ground/errors.ts';
import { version } from '../../ground/version.ts';
import { recordingFrom } from '../audit-log.ts';
import { languageOfRequest } from '../pages/language.ts';
import { addPages } from '../pages/routes.ts';
import { errorPage } from '../pages/sign-in.ts';
import { type Actor, authenticate, requireAllowed } from '../tokens.ts';
import { addBoardRoutes } from './boards.ts';
import { createCallerOf, UNKNOWN_CALLER } from './caller.ts';
import type { AppSettings, Env } from './context.ts';
import { errorBody, refusalOf } from './errors.ts';
import { explain } from './explain.ts';
import { addHostRoutes } from './hosts.ts';
import { createGate, createRateLimit, type RateLimit, tooMany } from './limits.ts';
import { addParticipantRoutes } from './participants.ts';
import { addTokenRoutes } from './tokens.ts';
import { addWorkerRoutes } from './workers.ts';

const MINUTE_MS = 60_000;
const REQUEST_WINDOW_MS = 10_000;
/** The largest body of a request that is not an upload. */
const MAX_BODY = 64 * 1024;
/** The largest result of a worker. */
const MAX_RESULT = 2 * 1024 * 1024;
const RESULT = /^\/api\/v1\/challenges\/[^/]+\/jobs\/[^/]+\/[^/]+\/result$/;
/** Routes with separate limits: files and forms with files. */
const LARGE = /^\/api\/v1\/challenges(\/[^/]+\/[^/]+\/submissions)?$|^\/challenges\/[^/]+\/[^/]+\/submit$/;
/** Methods that a read-only token may use. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD']);
/** Pages have a style sheet and forms, no scripts, and cannot be framed. */
const POLICY = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
};

/** The HTTP application of a server: the API and its description. */
export function createApp(settings: AppSettings): OpenAPIHono<Env> {
  const { wrongTokens = 20, uploads = 32, onError = () => undefined } = settings;
  const app = new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (!result.success) throw result.error;
    },
  });
  const guesses = createRateLimit(wrongTokens, MINUTE_MS);

  const refuse = async (thrown: unknown, c: Context<Env>) => {
    const { status, error } = refusalOf(explain(thrown));
    if (status >= 500 && error.code === 'internal') onError(thrown);
    if (status === 503) c.header('retry-after', '5');
    if (c.req.path.startsWith('/api/')) return c.json(errorBody(error), status);
    const reader = { language: languageOfRequest(c), actor: { role: 'anyone' } as const };
    return c.html(errorPage(reader, error), status);
  };
  app.onError(refuse);
  app.notFound((c) => refuse(noPage(), c));
  app.use(secureHeaders({ contentSecurityPolicy: POLICY }));
  app.use(recognise(settings, guesses));
  app.use(limitBodies());

  app.get('/api/v1/health', (c) => c.json({ status: 'ok', version: version() }));
  const gate = createGate(uploads);
  addParticipantRoutes(app, settings, gate);
  addBoardRoutes(app, settings);
  addHostRoutes(app, settings, gate);
  addTokenRoutes(app, settings);
  addWorkerRoutes(app, settings);
  addPages(app, { ...settings, gate, guesses });
  describe(app);
  return app;
}

/** Identifies the caller by address and token, and counts requests and wrong tokens. Audited actions record the address. */
function recognise(
  { site, requests = 1000, callerOf = createCallerOf() }: AppSettings,
  guesses: RateLimit,
): MiddlewareHandler<Env> {
  const traffic = createRateLimit(requests, REQUEST_WINDOW_MS);
  const signIn = async (caller: string, token: string): Promise<Actor> => {
    if (guesses.isFull(caller)) throw tooMany();
    try {
      return await authenticate(site.kysely, token);
    } catch (error) {
      if (error instanceof UserError) guesses.take(caller);
      throw error;
    }
  };
  return async (c, next) => {
    const caller = callerOf(c);
    traffic.take(caller);
    c.set('caller', caller);
    const token = /^Bearer (\S{1,200})$/.exec(c.req.header('authorization') ?? '')?.[1];
    const actor: Actor = token === undefined ? { role: 'anyone' } : await signIn(caller, token);
    requireAllowed(!actor.readOnly || SAFE.has(c.req.method));
    c.set('actor', actor);
    c.header('cache-control', 'no-store');
    if (caller === UNKNOWN_CALLER) await next();
    else await recordingFrom(caller, next);
  };
}

/** The description of the API, at a separate address. */
function describe(app: OpenAPIHono<Env>): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  app.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'chineseblue evaluation server', version: version() },
  });
}

/** Refuses bodies that are larger than their route accepts; routes that take files do so themselves. */
function limitBodies(): MiddlewareHandler<Env> {
  const [small, result] = [MAX_BODY, MAX_RESULT].map((maxSize) =>
    bodyLimit({ maxSize, onError: () => Promise.reject(bodyTooLarge(maxSize)) }),
  );
  return async (c, next) => {
    if (LARGE.test(c.req.path)) return next();
    return RESULT.test(c.req.path) ? result(c, next) : small(c, next);
  };
}

const noPage = (): UserError =>
  new UserError('no-page', { en: 'There is nothing at this address', zh: '该地址没有内容' });

const bodyTooLarge = (limit: number): UserError => {
  const size = `${limit >> 10} KiB`;
  return new UserError('too-large', { en: `Requests are limited to ${size}`, zh: `请求不得超过 ${size}` });
};
