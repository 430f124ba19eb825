import { getConnInfo } from '@hono/node-server/conninfo';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import * as z from 'zod';
import { UserError } from '../../ground/errors.ts';
import { issueText } from '../../ground/issues.ts';
import { version } from '../../ground/version.ts';
import { type Actor, authenticate } from '../tokens.ts';
import type { AppSettings, Env } from './context.ts';
import { errorBody, refusalOf } from './errors.ts';
import { addHostRoutes } from './hosts.ts';
import { createGate, createRateLimit, tooMany } from './limits.ts';
import { addParticipantRoutes } from './participants.ts';

const MINUTE_MS = 60_000;
const REQUEST_WINDOW_MS = 10_000;
/** The largest body of a request that is not an upload. */
const MAX_BODY = 64 * 1024;
const UPLOAD = /^\/api\/v1\/challenges\/[^/]+\/[^/]+\/submissions$/;

/** The HTTP application of a server: the API and its description. */
export function createApp(settings: AppSettings): OpenAPIHono<Env> {
  const { site, requests = 1000, wrongTokens = 20, uploads = 8, onError = () => undefined } = settings;
  const app = new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (!result.success) throw result.error;
    },
  });
  const traffic = createRateLimit(requests, REQUEST_WINDOW_MS);
  const guesses = createRateLimit(wrongTokens, MINUTE_MS);

  app.onError((thrown, c) => {
    const { status, error } = refusalOf(explain(thrown));
    if (status >= 500 && error.code === 'internal') onError(thrown);
    return c.json(errorBody(error), status, status === 503 ? { 'retry-after': '5' } : {});
  });
  app.notFound((c) => c.json(errorBody(noPage()), 404));
  app.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"] } }));
  app.use(async (c, next) => {
    const caller = callerOf(c);
    traffic.take(caller);
    c.set('caller', caller);
    c.set('actor', await actorOf(c, caller));
    c.header('cache-control', 'no-store');
    await next();
  });
  const small = bodyLimit({ maxSize: MAX_BODY, onError: () => Promise.reject(bodyTooLarge()) });
  app.use(async (c, next) => (UPLOAD.test(c.req.path) ? next() : small(c, next)));

  async function actorOf(c: Context<Env>, caller: string): Promise<Actor> {
    const token = /^Bearer (\S{1,200})$/.exec(c.req.header('authorization') ?? '')?.[1];
    if (token === undefined) return { role: 'anyone' };
    if (guesses.isFull(caller)) throw tooMany();
    try {
      return await authenticate(site.kysely, token);
    } catch (error) {
      if (error instanceof UserError) guesses.take(caller);
      throw error;
    }
  }

  app.get('/api/v1/health', (c) => c.json({ status: 'ok', version: version() }));
  addParticipantRoutes(app, settings, createGate(uploads));
  addHostRoutes(app, settings);
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  app.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'chineseblue evaluation server', version: version() },
  });
  return app;
}

/** The address at the other end; the same for all where the request came through no connection, as in tests. */
function callerOf(c: Context): string {
  try {
    return getConnInfo(c).remote.address ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

/** Errors of libraries about what a caller sent, as ours. */
function explain(error: unknown): unknown {
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    return new UserError('bad-request', issueText(issue), { field: issue.path.join('.') });
  }
  if (!(error instanceof Error)) return error;
  const isBadBody = error instanceof SyntaxError || 'getResponse' in error;
  const isBadText = 'code' in error && error.code === NO_TEXT;
  return isBadBody || isBadText ? new UserError('bad-request', badBody) : error;
}

/** What a database says of text that it cannot hold: the character 0. */
const NO_TEXT = '22021';

const badBody = { en: 'The request cannot be read', zh: '无法解析请求' };

const noPage = (): UserError =>
  new UserError('no-page', { en: 'There is nothing at this address', zh: '该地址没有内容' });

const bodyTooLarge = (): UserError => {
  const size = `${MAX_BODY >> 10} KiB`;
  return new UserError('too-large', { en: `A request may have ${size}`, zh: `请求不得超过 ${size}` });
};
