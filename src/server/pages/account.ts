import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { UserError } from '../../ground/errors.ts';
import type { Env } from '../api/context.ts';
import { tooMany } from '../api/limits.ts';
import { joinTeam } from '../members.ts';
import type { Flow, OpenId } from '../openid.ts';
import { beginWithPerson, beginWithToken, endSession, type Session } from '../sessions.ts';
import { form, originOf, type Pages, reading, SESSION_COOKIE } from './reading.ts';
import { joinPage, signInPage } from './sign-in.ts';

/** The cookie that a browser keeps while it is at the provider, and how long, in seconds. */
const FLOW_COOKIE = 'chineseblue_flow';
const FLOW_PATH = '/sign-in/openid';
const RETURN_PATH = `${FLOW_PATH}/return`;
const FLOW_SECONDS = 600;

/** Signing in and out, and joining a team. */
export function addAccount(app: OpenAPIHono<Env>, pages: Pages): void {
  addTokenSignIn(app, pages);
  if (pages.openid) addOpenId(app, pages, pages.openid);
  addJoining(app, pages);
  app.post('/sign-out', ...form(pages), async (c) => {
    const secret = getCookie(c, SESSION_COOKIE);
    if (secret !== undefined) await endSession(pages.site, secret);
    deleteCookie(c, SESSION_COOKIE, { path: '/' });
    return c.redirect('/', 303);
  });
}

/** Cookies are restricted to TLS where the server is reached by it. */
const isSecure = (c: Context<Env>, pages: Pages): boolean => originOf(c, pages).startsWith('https:');

function keepSession(c: Context<Env>, pages: Pages, { secret, expires }: Session): void {
  // Lax: the browser comes back from the provider, which is another site.
  const common = { httpOnly: true, sameSite: 'Lax', path: '/' } as const;
  setCookie(c, SESSION_COOKIE, secret, { ...common, expires, secure: isSecure(c, pages) });
}

/** Tries a secret that may have been guessed. */
async function tried<T>(c: Context<Env>, { guesses }: Pages, attempt: () => Promise<T>): Promise<T> {
  const caller = c.get('caller');
  if (guesses.isFull(caller)) throw tooMany();
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof UserError) guesses.take(caller);
    throw error;
  }
}

function addTokenSignIn(app: OpenAPIHono<Env>, pages: Pages): void {
  const { site } = pages;
  const withOpenId = pages.openid !== undefined;
  app.get('/sign-in', async (c) => c.html(signInPage(await reading(c, pages), { withOpenId })));
  app.post('/sign-in', ...form(pages), async (c) => {
    const { token } = await c.req.parseBody();
    try {
      keepSession(c, pages, await tried(c, pages, () => beginWithToken(site, String(token ?? ''))));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return c.html(signInPage(await reading(c, pages), { withOpenId, error }), 401);
    }
    return c.redirect('/submissions', 303);
  });
}

function addOpenId(app: OpenAPIHono<Env>, pages: Pages, openid: OpenId): void {
  app.get(FLOW_PATH, async (c) => {
    const { url, flow } = await openid.begin(new URL(RETURN_PATH, originOf(c, pages)));
    const common = { httpOnly: true, sameSite: 'Lax', path: FLOW_PATH, maxAge: FLOW_SECONDS } as const;
    setCookie(c, FLOW_COOKIE, writeFlow(flow), { ...common, secure: isSecure(c, pages) });
    return c.redirect(url.href, 303);
  });
  app.get(RETURN_PATH, async (c) => {
    const flow = readFlow(getCookie(c, FLOW_COOKIE));
    deleteCookie(c, FLOW_COOKIE, { path: FLOW_PATH });
    const address = new URL(RETURN_PATH, originOf(c, pages));
    address.search = new URL(c.req.url).search;
    const person = await tried(c, pages, () => openid.finish(address, flow));
    keepSession(c, pages, await beginWithPerson(pages.site, person));
    return c.redirect('/submissions', 303);
  });
}

const writeFlow = ({ state, nonce, verifier }: Flow): string => [state, nonce, verifier].join('.');

function readFlow(written = ''): Flow {
  const [state, nonce, verifier] = written.split('.');
  if (state && nonce && verifier) return { state, nonce, verifier };
  throw new UserError(
    'sign-in-failed',
    {
      en: 'This sign-in was not started in this browser, or took too long',
      zh: '该登录并非由本浏览器发起，或已超时',
    },
    { hint: { en: 'Sign in again.', zh: '请重新登录。' } },
  );
}

function addJoining(app: OpenAPIHono<Env>, pages: Pages): void {
  const { site } = pages;
  app.get('/join', async (c) => {
    const reader = await reading(c, pages);
    return reader.person ? c.html(joinPage(reader)) : c.redirect('/sign-in', 303);
  });
  app.post('/join', ...form(pages), async (c) => {
    const reader = await reading(c, pages);
    const { person } = reader;
    if (!person) return c.redirect('/sign-in', 303);
    const { issuer, subject } = person;
    const { code } = await c.req.parseBody();
    try {
      await tried(c, pages, () => joinTeam(site, { issuer, subject }, String(code ?? '').trim()));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return c.html(joinPage(reader, error), 400);
    }
    return c.redirect('/submissions', 303);
  });
}
