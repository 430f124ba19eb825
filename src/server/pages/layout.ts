import { html } from 'hono/html';
import type { Language, Text } from '../../ground/language.ts';
import type { SignedIn } from '../sessions.ts';
import type { Actor } from '../tokens.ts';

/** The reader for whom a page is rendered. */
export interface Reader {
  readonly language: Language;
  readonly actor: Actor;
  /** The query of the page, without its language: the link to the other language keeps it. */
  readonly query?: string;
  /** Who signed in with a provider. */
  readonly person?: SignedIn['person'];
}

/** A piece of a page: text in it is escaped already. */
export type Markup = ReturnType<typeof html>;

/** A whole page of an evaluation server. */
export function page(reader: Reader, title: Text, content: Markup): Markup {
  return frame(reader, { title, links: accountLinks(reader), content });
}

/** The parts of a page. */
interface Framed {
  readonly title: Text;
  /** In the header, next to the name. */
  readonly links: Markup | '';
  readonly content: Markup;
  /** Further elements of the head. */
  readonly head?: Markup;
}

/** The frame of every page. */
export function frame(
  { language, query = '' }: Omit<Reader, 'actor'>,
  { title, links, content, head }: Framed,
): Markup {
  const other = language === 'en' ? 'zh' : 'en';
  return html`<!doctype html>
    <html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title[language]} · chineseblue</title>
        <link rel="stylesheet" href="/style.css" />
        ${head ?? ''}
      </head>
      <body>
        <header>
          <a class="name" href="/">chineseblue</a>
          ${links}
          <a href="?${query}${query && '&'}lang=${other}" lang="${other === 'zh' ? 'zh-CN' : 'en'}"
            >${other === 'zh' ? '中文' : 'English'}</a
          >
        </header>
        <main>
          <h1>${title[language]}</h1>
          ${content}
        </main>
      </body>
    </html>`;
}

function accountLinks({ language, actor, person }: Reader): Markup {
  const say = (text: Text): string => text[language];
  if (actor.role === 'anyone' && !person)
    return html`<a href="/sign-in">${say({ en: 'Sign in', zh: '登录' })}</a>`;
  const submissions = html`<a href="/submissions">${say({ en: 'Submissions', zh: '我的提交' })}</a>`;
  const team = html`<a href="/join">${say({ en: 'Team', zh: '队伍' })}</a>`;
  return html`${actor.role === 'anyone' ? '' : submissions} ${person ? team : ''}
    <form method="post" action="/sign-out">
      <button>${say({ en: 'Sign out', zh: '退出' })}</button>
    </form>`;
}

/** A time as shown to readers: UTC, to the minute. */
export const moment = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;

/** A column of a table; figures are right-aligned, and minor columns are hidden on phones. */
export interface Column {
  readonly title: Text;
  readonly isNumber?: boolean;
  readonly isMinor?: boolean;
}

const classOf = ({ isNumber, isMinor }: Column): string =>
  [isNumber && 'number', isMinor && 'minor'].filter(Boolean).join(' ');

/** A table that scrolls on its own if it is wider than the page. `rows` are `<tr>` elements. */
export const dataTable = (
  { language }: Pick<Reader, 'language'>,
  columns: readonly Column[],
  rows: readonly Markup[],
  caption?: Text,
): Markup => html`<div class="wide" tabindex="0">
    <table>
      ${caption ? html`<caption class="soft">${caption[language]}</caption>` : ''}
      <thead>
        <tr>
          ${columns.map((column) => html`<th scope="col" class="${classOf(column)}">${column.title[language]}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
