import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie } from 'hono/cookie';
import { csrf } from 'hono/csrf';
import { UserError } from '../../ground/errors.ts';
import type { AppSettings, Env } from '../api/context.ts';
import type { createGate, RateLimit } from '../api/limits.ts';
import { signedInBy } from '../sessions.ts';
import { chosenLanguage } from './language.ts';
import type { Reader } from './layout.ts';

/** The cookie of a session; the API never reads it. */
export const SESSION_COOKIE = 'chineseblue_session';
/** The largest form: it is held in memory while it is read. */
const MAX_FORM = 20 * 1024 * 1024 + 64 * 1024;

/** What the handlers of pages share. */
export interface Pages extends AppSettings {
  readonly gate: ReturnType<typeof createGate>;
  /** Counts wrong secrets of a caller: tokens, sessions, invitations. */
  readonly guesses: RateLimit;
}

/** Who reads a page, by the session of the cookie; a requested language is kept. */
export async function reading(c: Context<Env>, { site }: Pages): Promise<Reader> {
  const chosen = chosenLanguage(c);
  const secret = getCookie(c, SESSION_COOKIE);
  if (secret === undefined) return { ...chosen, actor: { role: 'anyone' } };
  const { actor, person } = await signedInBy(site, secret);
  return { ...chosen, actor, person };
}

/** The address at which browsers reach this server. */
export const originOf = (c: Context<Env>, { publicUrl }: AppSettings): string =>
  new URL(publicUrl ?? c.req.url).origin;

/** Checks for every form: it comes from a page of this server, and is not too large. */
export const form = (pages: Pages): readonly [MiddlewareHandler<Env>, MiddlewareHandler<Env>] => [
  csrf({ origin: (origin, c) => origin === originOf(c, pages) }),
  bodyLimit({ maxSize: MAX_FORM, onError: () => Promise.reject(formTooLarge()) }),
];

const formTooLarge = (): UserError =>
  new UserError(
    'too-large',
    { en: 'Forms are limited to 20 MiB', zh: '表单不得超过 20 MiB' },
    {
      hint: {
        en: 'Use `chineseblue submit` for larger files.',
        zh: '更大的文件请用 `chineseblue submit` 提交。',
      },
    },
  );
