import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { type Language, languageOf } from '../../ground/language.ts';

const COOKIE = 'chineseblue_lang';

/** The language of a request: requested, chosen before, or the browser's. */
export function languageOfRequest(c: Context): Language {
  const asked = languageOf(c.req.query('lang') ?? '');
  const browser = (c.req.header('accept-language') ?? '').split(',')[0];
  return asked ?? languageOf(getCookie(c, COOKIE) ?? '') ?? languageOf(browser) ?? 'en';
}

/** The language of a page and the rest of its query; a requested language is kept. */
export function chosenLanguage(c: Context): { readonly language: Language; readonly query: string } {
  const asked = languageOf(c.req.query('lang') ?? '');
  if (asked) setCookie(c, COOKIE, asked, { sameSite: 'Lax', path: '/', httpOnly: true });
  const query = new URL(c.req.url).searchParams;
  query.delete('lang');
  return { language: languageOfRequest(c), query: query.toString() };
}
