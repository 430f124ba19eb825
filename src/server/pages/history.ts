import { html } from 'hono/html';
import type { Text } from '../../ground/language.ts';
import { figure, range } from '../../scoring/figures.ts';
import type { Interval } from '../../statistics/interval.ts';
import type { OpenedChallenge } from '../challenges.ts';
import type { History, HistoryEntry } from '../history.ts';
import { historyChart } from './charts.ts';
import { type Markup, moment, page, type Reader } from './layout.ts';
import { cardDetails, cardList, reproducedNote } from './provenance.ts';
import { PHASE_TITLES } from './words.ts';

/** The results of a team in a phase over time, the latest first, with the model card of each. */
export function historyPage(reader: Reader, { declared }: OpenedChallenge, history: History): Markup {
  const { language } = reader;
  const say = (text: Text): string => text[language];
  const { phase, team, entries, primary, sealed, blind } = history;
  const rule = blind
    ? {
        en: 'Only results that beat the previous one by the step of the Ladder are known.',
        zh: '仅公布比此前成绩高出 Ladder 步长的结果。',
      }
    : { en: 'Results that counted when they were scored.', zh: '仅列出评分时进入排行榜的结果。' };
  const content = html`<p>
      <a href="/challenges/${declared.id}">${say(declared.title)}</a> ·
      <a href="/challenges/${declared.id}/${phase}">${say(PHASE_TITLES[phase])}</a>
    </p>
    ${
      sealed
        ? html`<p>${say({ en: 'Nothing is shown before the end.', zh: '结束前不公布任何结果。' })}</p>`
        : html`<p class="soft">${say(rule)}</p>`
    }
    ${historyChart(entries, primary, language)}
    ${[...entries].reverse().map((entry, i) => entrySection(entry, primary, say, i === 0))}`;
  return page(reader, { en: team, zh: team }, content);
}

function entrySection(
  { submission, system, received, score, low, high, card, reproduced }: HistoryEntry,
  primary: string,
  say: (text: Text) => string,
  isLatest: boolean,
): Markup {
  const interval = low != null && high != null ? range({ low, high } as Interval, primary) : '';
  return html`<section>
    <h2>${figure(score ?? Number.NaN, primary)} <span class="soft">${interval}</span> ${system}</h2>
    <p class="soft">${moment(received)} · ${submission}</p>
    ${reproduced ? reproducedNote(reproduced, say) : ''}
    ${isLatest ? cardList(card, say) : cardDetails(card, say, 'card')}
  </section>`;
}
