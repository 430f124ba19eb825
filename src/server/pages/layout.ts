import { html } from 'hono/html';
import type { Language, Text } from '../../ground/language.ts';
import type { Actor } from '../tokens.ts';

/** What every page is drawn for. */
export interface Reader {
  readonly language: Language;
  readonly actor: Actor;
}

/** A piece of a page: text in it is escaped already. */
export type Markup = ReturnType<typeof html>;

/** A whole page. */
export function page({ language, actor }: Reader, title: Text, content: Markup): Markup {
  const say = (text: Text): string => text[language];
  const other = language === 'en' ? 'zh' : 'en';
  const account =
    actor.role === 'anyone'
      ? html`<a href="/sign-in">${say({ en: 'Sign in', zh: '登录' })}</a>`
      : html`<a href="/submissions">${say({ en: 'Submissions', zh: '我的提交' })}</a>
          <form method="post" action="/sign-out">
            <button>${say({ en: 'Sign out', zh: '退出' })}</button>
          </form>`;
  return html`<!doctype html>
    <html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${say(title)} · chineseblue</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <header>
          <a class="name" href="/">chineseblue</a>
          ${account}
          <a href="?lang=${other}" lang="${other === 'zh' ? 'zh-CN' : 'en'}">${other === 'zh' ? '中文' : 'English'}</a>
        </header>
        <main>
          <h1>${say(title)}</h1>
          ${content}
        </main>
      </body>
    </html>`;
}

/** A moment as readers see it: UTC, to the minute. */
export const moment = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;
