import { html } from 'hono/html';
import type { UserError } from '../../ground/errors.ts';
import type { Language, Text } from '../../ground/language.ts';
import { type Markup, page, type Reader } from './layout.ts';

/** The page to enter a token or to sign in with a provider. */
export function signInPage(
  reader: Reader,
  { withOpenId, error }: { readonly withOpenId: boolean; readonly error?: UserError },
): Markup {
  const { language } = reader;
  const say = (text: Text): string => text[language];
  const elsewhere = html`<p>
    <a href="/sign-in/openid">${say({ en: 'Sign in with the account of your institution', zh: '使用所在机构的账号登录' })}</a>
  </p>`;
  const content = html`${wrong(error, language)} ${withOpenId ? elsewhere : ''}
    <form method="post" action="/sign-in">
      <label for="token">${{ en: 'Token of your team', zh: '队伍令牌' }[language]}</label>
      <input id="token" name="token" type="password" required autocomplete="off" size="50" />
      <p><button>${{ en: 'Sign in', zh: '登录' }[language]}</button></p>
    </form>`;
  return page(reader, { en: 'Sign in', zh: '登录' }, content);
}

const wrong = (error: UserError | undefined, language: Language): Markup | string =>
  error ? html`<p class="alert" role="alert">${error.text[language]}</p>` : '';

/** The page on which someone who signed in with a provider enters the code of a team. */
export function joinPage(reader: Reader, error?: UserError): Markup {
  const { language, actor, person } = reader;
  const say = (text: Text): string => text[language];
  const team = actor.role === 'team' ? actor.team : say({ en: 'none', zh: '无' });
  const content = html`${wrong(error, language)}
    <p>${say({ en: 'Signed in as ', zh: '当前账号：' })}${person?.name || person?.subject}</p>
    <p>${say({ en: 'Team: ', zh: '队伍：' })}${team}</p>
    <form method="post" action="/join">
      <label for="code">${say({ en: 'Invitation of a team', zh: '队伍邀请码' })}</label>
      <input id="code" name="code" required autocomplete="off" size="50" />
      <p><button>${say({ en: 'Join', zh: '加入' })}</button></p>
    </form>`;
  return page(reader, { en: 'Team', zh: '队伍' }, content);
}

/** The page shown in place of one that failed. */
export function errorPage(reader: Reader, { text, hintText, place }: UserError): Markup {
  const { language } = reader;
  const field = place.field === undefined ? '' : html` (${place.field})`;
  const content = html`<p class="alert" role="alert">${text[language]}${field}</p>
    <p>${hintText[language]}</p>
    <p><a href="/">${{ en: 'All challenges', zh: '全部挑战赛' }[language]}</a></p>`;
  return page(reader, { en: 'Something went wrong', zh: '操作未成功' }, content);
}
