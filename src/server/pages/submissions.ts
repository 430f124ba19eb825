import { html } from 'hono/html';
import type { Text } from '../../ground/language.ts';
import { figure, range } from '../../scoring/figures.ts';
import { findConvention } from '../../tasks/conventions.ts';
import type { SubmissionView } from '../view.ts';
import { dataTable, type Markup, moment, page, type Reader } from './layout.ts';
import { cardDetails } from './provenance.ts';
import { PHASE_TITLES, STATES } from './words.ts';

/** The submissions of a team, latest first. `primary`: how the scores of a challenge are printed. */
export function submissionsPage(
  reader: Reader,
  views: readonly SubmissionView[],
  primary: (challenge: string) => string,
): Markup {
  const { language } = reader;
  const say = (text: Text): string => text[language];
  const rows = views.map(
    (view) => html`<tr>
      <td><a href="/submissions/${view.id}">${moment(view.received)}</a></td>
      <td class="minor"><a href="/challenges/${view.challenge}">${view.challenge}</a></td>
      <td>${say(PHASE_TITLES[view.phase])}</td>
      <td>${view.system}</td>
      <td>${stateOf(view, language)}</td>
      <td class="number">${scoreOf(view, primary(view.challenge))}</td>
    </tr>`,
  );
  const content = dataTable(
    { language },
    [
      { title: { en: 'Received', zh: '提交时间' } },
      { title: { en: 'Challenge', zh: '挑战赛' }, isMinor: true },
      { title: { en: 'Phase', zh: '阶段' } },
      { title: { en: 'System', zh: '系统' } },
      { title: { en: 'State', zh: '状态' } },
      { title: { en: 'Score', zh: '得分' }, isNumber: true },
    ],
    rows,
  );
  return page(reader, { en: 'Submissions', zh: '我的提交' }, content);
}

function stateOf({ state, ahead }: SubmissionView, language: 'en' | 'zh'): string {
  const place = { en: `, ${ahead} ahead`, zh: `，前面还有 ${ahead} 个` }[language];
  return STATES[state][language] + (ahead === undefined ? '' : place);
}

const scoreOf = ({ score }: SubmissionView, primary: string): string =>
  score === undefined ? '' : figure(score ?? Number.NaN, primary);

/** One submission: its place, its problems, or the scores that the phase reveals. */
export function submissionPage(reader: Reader, view: SubmissionView, primary: string): Markup {
  const { language } = reader;
  const say = (text: Text): string => text[language];
  const { problems, sheet, card, system, phase, challenge, received } = view;
  const content = html`<p>
      <a href="/challenges/${challenge}">${challenge}</a> · ${say(PHASE_TITLES[phase])} · ${moment(received)}
    </p>
    <p>${say({ en: 'State: ', zh: '状态：' })}${stateOf(view, language)}</p>
    ${view.score === undefined ? '' : html`<p>${say({ en: 'Score: ', zh: '得分：' })}${scoreOf(view, primary)}</p>`}
    ${problems ? problemTable(problems, language) : ''} ${sheet ? sheetTable(sheet, language) : ''}
    ${cardDetails(card, say, 'card', { en: 'Provenance', zh: '来源说明' })}`;
  return page(reader, { en: system, zh: system }, content);
}

function problemTable(problems: NonNullable<SubmissionView['problems']>, language: 'en' | 'zh'): Markup {
  const say = (text: Text): string => text[language];
  return dataTable(
    { language },
    [
      { title: { en: 'Line', zh: '行' } },
      { title: { en: 'id', zh: 'id' } },
      { title: { en: 'Field', zh: '字段' } },
      { title: { en: 'Problem', zh: '问题' } },
    ],
    problems.map(
      ({ line, id, field, message }) =>
        html`<tr><td>${line ?? ''}</td><td>${id ?? ''}</td><td>${field ?? ''}</td><td>${say(message)}</td></tr>`,
    ),
  );
}

function sheetTable({ subsets }: NonNullable<SubmissionView['sheet']>, language: 'en' | 'zh'): Markup {
  const say = (text: Text): string => text[language];
  const rows = subsets.all.scores.map(({ convention, value, interval }) => {
    const number = typeof value === 'number' ? value : Number.NaN;
    return html`<tr>
      <td>${say(findConvention(convention).title)} <span class="soft">${convention}</span></td>
      <td class="number">${figure(number, convention)} <span class="soft interval">${range(interval, convention)}</span></td>
    </tr>`;
  });
  return dataTable(
    { language },
    [{ title: { en: 'Convention', zh: '口径' } }, { title: { en: 'Score', zh: '得分' }, isNumber: true }],
    rows,
  );
}
