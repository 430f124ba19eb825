import { html } from 'hono/html';
import type { Text } from '../../ground/language.ts';
import type { Reproduction } from '../reproduction.ts';
import type { ModelCard } from '../schema.ts';
import { type Markup, moment } from './layout.ts';
import { CARD_TITLES, KIND_TITLES } from './words.ts';

type Say = (text: Text) => string;

/** The model card of a system; missing fields are shown as missing. */
export function cardList(card: ModelCard, say: Say): Markup {
  const unsaid = say({ en: 'not stated', zh: '未说明' });
  const yes = say({ en: 'yes', zh: '是' });
  const no = say({ en: 'no', zh: '否' });
  const items = Object.entries(CARD_TITLES).map(([key, title]) => {
    const value = card[key as keyof typeof CARD_TITLES];
    const shown = value === true ? yes : value === false ? no : (value ?? unsaid);
    return html`<div><dt>${say(title)}</dt><dd>${shown}</dd></div>`;
  });
  return html`<dl>
    <div>
      <dt>${say({ en: 'Kind', zh: '类型' })}</dt>
      <dd>${card.kind === undefined ? unsaid : say(KIND_TITLES[card.kind])}</dd>
    </div>
    <div>
      <dt>${say({ en: 'Cost of 1 000 answers', zh: '每千条答案成本' })}</dt>
      <dd>${costOf(card) || unsaid}</dd>
    </div>
    ${items}
  </dl>`;
}

/** The same, collapsed under a word. Of those with the same `name`, one is open at a time. */
export const cardDetails = (card: ModelCard, say: Say, name: string, word = SHOW): Markup =>
  html`<details name="${name}"><summary>${say(word)}</summary>${cardList(card, say)}</details>`;
const SHOW: Text = { en: 'Show', zh: '查看' };

/** The cost of 1 000 answers; empty where it is not known. */
export const costOf = ({ cost }: ModelCard): string =>
  cost ? `${Number(cost.amount.toPrecision(3))} ${cost.currency}` : '';

/** The badge of a reproduced result; empty for others. */
export const reproducedBadge = (reproduced: Reproduction | undefined, say: Say): Markup | '' =>
  reproduced
    ? html`<span class="badge" title="${reproduced.note}">✓ ${say({ en: 'reproduced', zh: '已复现' })}</span>`
    : '';

/** The same with who vouches for it and how it was done. */
export const reproducedNote = ({ by, note, at }: Reproduction, say: Say): Markup =>
  html`<p>${reproducedBadge({ by, note, at }, say)} ${note} <span class="soft">${by}, ${moment(at)}</span></p>`;
