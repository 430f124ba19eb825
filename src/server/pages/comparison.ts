import { html } from 'hono/html';
import type { Text } from '../../ground/language.ts';
import { figure, pValue, range } from '../../scoring/figures.ts';
import type { Interval } from '../../statistics/interval.ts';
import { findConvention } from '../../tasks/conventions.ts';
import { ALL } from '../board.ts';
import type { OpenedChallenge } from '../challenges.ts';
import type { SideBySide } from '../comparison.ts';
import { pairChart } from './charts.ts';
import { dataTable, type Markup, page, type Reader } from './layout.ts';
import { cardList, reproducedNote } from './provenance.ts';
import { PHASE_TITLES, subsetTitle } from './words.ts';

type Say = (text: Text) => string;

/** Two systems of a board, side by side. */
export function comparisonPage(reader: Reader, { declared }: OpenedChallenge, compared: SideBySide): Markup {
  const { language } = reader;
  const say: Say = (text) => text[language];
  const { phase, a, b, scores } = compared;
  const lines = scores
    .filter(
      ({ subset, convention }) =>
        subset === ALL && (findConvention(convention).unit ?? 'percent') === 'percent',
    )
    .map((pair) => ({ ...pair, name: say(findConvention(pair.convention).title) }));
  const said = [a, b].map(
    ({ team, system, card, reproduced }) => html`<div>
      <h2><a href="/challenges/${declared.id}/${phase}/teams/${team}">${team}</a> ${system}</h2>
      ${reproduced ? reproducedNote(reproduced, say) : ''} ${cardList(card, say)}
    </div>`,
  );
  const content = html`<p>
      <a href="/challenges/${declared.id}">${say(declared.title)}</a> ·
      <a href="/challenges/${declared.id}/${phase}">${say(PHASE_TITLES[phase])}</a>
    </p>
    <p>${verdict(compared, say)}</p>
    ${pairChart(lines, { a: a.team, b: b.team }, language)} ${scoreTable(compared, say, language)}
    <div class="columns">${said}</div>`;
  const title = `${a.team} – ${b.team}`;
  return page(reader, { en: title, zh: title }, content);
}

function verdict({ tested, together, primary, blind }: SideBySide, say: Say): string {
  const letters = together
    ? {
        en: 'They share a letter of the board: no order is claimed.',
        zh: '两者在排行榜上标有相同字母，差异不显著，不分先后。',
      }
    : {
        en: 'They share no letter of the board: they differ.',
        zh: '两者在排行榜上没有相同字母，差异显著。',
      };
  if (tested) {
    const { difference, p, ...interval } = tested;
    const shown = `${figure(difference, primary)} ${range(interval as Interval, primary)}`;
    return say({
      en: `Difference under the primary convention: ${shown}, p ${pValue(p)} (paired bootstrap, this pair alone). ${letters.en}`,
      zh: `主要口径下的差值：${shown}，p ${pValue(p)}（配对自助法，仅检验这一对）。${letters.zh}`,
    });
  }
  if (blind)
    return say({
      en: `This phase is blind: released scores only. ${letters.en}`,
      zh: `该阶段为盲测，仅显示已公布的得分。${letters.zh}`,
    });
  return say({
    en: `The two were not tested against each other: only the best of a board are. ${letters.en}`,
    zh: `这两个系统未作配对检验：只检验排行榜靠前的系统。${letters.zh}`,
  });
}

function scoreTable({ scores, a, b }: SideBySide, say: Say, language: 'en' | 'zh'): Markup {
  const rows = scores.map(({ subset, convention, ...pair }) => {
    const shown = (score: number | null): string => figure(score ?? Number.NaN, convention);
    const difference = pair.a === null || pair.b === null ? null : pair.a - pair.b;
    return html`<tr>
      <td>${say(findConvention(convention).title)}</td>
      <td>${say(subsetTitle(subset))}</td>
      <td class="number">${shown(pair.a)}</td>
      <td class="number">${shown(pair.b)}</td>
      <td class="number">${shown(difference)}</td>
    </tr>`;
  });
  const name = ({ team }: SideBySide['a']): Text => ({ en: team, zh: team });
  return dataTable(
    { language },
    [
      { title: { en: 'Convention', zh: '口径' } },
      { title: { en: 'Subset', zh: '子集' } },
      { title: name(a), isNumber: true },
      { title: name(b), isNumber: true },
      { title: { en: 'Difference', zh: '差值' }, isNumber: true },
    ],
    rows,
  );
}
