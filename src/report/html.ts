import type { Text } from '../ground/language.ts';

/** Markup that is safe to put into a page: made by `html`, never from a plain string. */
export interface Html {
  readonly markup: string;
}

type Part = Html | string | number | undefined | false | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters, which HTML forbids, would be dropped: they are shown as unreadable characters. */
export const printable = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '\ufffd');

/** Text escaped for use between tags and inside quoted attributes. */
export const escapeHtml = (text: string): string =>
  printable(text.replace(/[&<>"']/g, (character) => ENTITIES[character]));

const render = (part: Part): string => {
  if (part === undefined || part === false) return '';
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  if ('markup' in part) return part.markup;
  return part.map(render).join('');
};

/** A template whose values are escaped, unless they are `Html` already; lists are joined, undefined and false vanish. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  return { markup: strings.reduce((markup, piece, i) => markup + render(values[i - 1]) + piece) };
}

/** A text in both languages; the page shows one. */
export const both = ({ en, zh }: Text): Html =>
  en === zh
    ? html`${en}`
    : html`<span class="en" lang="en">${en}</span><span class="zh" lang="zh-Hans">${zh}</span>`;

/** Text from a corpus. */
export const corpusText = (text: string): Html => html`<span lang="zh-Hans">${text}</span>`;
