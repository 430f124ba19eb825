import { html } from 'hono/html';
import type { UserError } from '../../ground/errors.ts';
import { type Markup, page, type Reader } from './layout.ts';

/** Where a token is given. */
export function signInPage(reader: Reader, error?: UserError): Markup {
  const { language } = reader;
  const wrong = error ? html`<p class="alert" role="alert">${error.text[language]}</p>` : '';
  const content = html`${wrong}
    <form method="post" action="/sign-in">
      <label for="token">${{ en: 'Token of your team', zh: '队伍令牌' }[language]}</label>
      <input id="token" name="token" type="password" required autocomplete="off" size="50" />
      <p><button>${{ en: 'Sign in', zh: '登录' }[language]}</button></p>
    </form>`;
  return page(reader, { en: 'Sign in', zh: '登录' }, content);
}

/** What is shown where a page cannot be. */
export function errorPage(reader: Reader, { text, hintText, place }: UserError): Markup {
  const { language } = reader;
  const field = place.field === undefined ? '' : html` (${place.field})`;
  const content = html`<p class="alert" role="alert">${text[language]}${field}</p>
    <p>${hintText[language]}</p>
    <p><a href="/">${{ en: 'All challenges', zh: '全部挑战' }[language]}</a></p>`;
  return page(reader, { en: 'That did not work', zh: '操作未成功' }, content);
}
