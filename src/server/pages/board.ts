import { html } from 'hono/html';
import type { Text } from '../../ground/language.ts';
import { figure, range } from '../../scoring/figures.ts';
import type { Interval } from '../../statistics/interval.ts';
import { findConvention } from '../../tasks/conventions.ts';
import { ALL, type Board, type BoardRow, type SubsetSize } from '../board.ts';
import type { OpenedChallenge } from '../challenges.ts';
import { boardChart, costChart } from './charts.ts';
import { type Column, dataTable, type Markup, moment, page, type Reader } from './layout.ts';
import { cardDetails, costOf, reproducedBadge } from './provenance.ts';
import { KIND_TITLES, KINDS, type Kind, kindOf, PHASE_RULES, PHASE_TITLES, subsetTitle } from './words.ts';

/** Most systems in a chart. */
const DRAWN = 30;

type Say = (text: Text) => string;

/** The board of a phase with its filters, charts and comparisons. `only`: the kind of system to show. */
export function boardPage(reader: Reader, challenge: OpenedChallenge, board: Board, only?: Kind): Markup {
  const { language } = reader;
  const say: Say = (text) => text[language];
  const { declared } = challenge;
  const rows = board.rows.filter((row) => only === undefined || kindOf(row) === only);
  const bars = rows.slice(0, DRAWN).map((row) => ({ ...row, name: row.team, kind: kindOf(row) }));
  const content = html`<p>
      <a href="/challenges/${declared.id}">${say(declared.title)}</a> ·
      ${say(PHASE_RULES[board.phase])}
    </p>
    ${
      board.sealed
        ? ''
        : html`${controls(board, only, say)} ${boardChart(bars, board.convention, language)}
        ${boardTable(reader, board, rows)} ${pricedChart(board, rows, reader)} ${compareForm(board, say)}`
    }`;
  const phase = PHASE_TITLES[board.phase];
  const title = { en: `${declared.title.en}: ${phase.en}`, zh: `${declared.title.zh}：${phase.zh}` };
  return page(reader, title, content);
}

/** Selects what is shown: a form, because pages have no scripts. */
function controls(
  { rows, subsets, conventions, subset, convention, blind }: Board,
  only: Kind | undefined,
  say: Say,
) {
  const present = KINDS.filter((kind) => rows.some((row) => kindOf(row) === kind));
  const kinds = [
    { value: '', title: say({ en: 'all systems', zh: '全部系统' }) },
    ...present.map((kind) => ({ value: kind, title: say(KIND_TITLES[kind]) })),
  ];
  const named = subsets.map((size) => ({ value: size.name, title: sizedTitle(size, say) }));
  const rules = conventions.map((id) => ({ value: id, title: say(findConvention(id).title) }));
  return html`<form class="controls no-print" method="get">
    ${select('kind', { en: 'Systems', zh: '系统' }, kinds, only ?? '', say)}
    ${blind || named.length < 2 ? '' : select('subset', { en: 'Subset', zh: '子集' }, named, subset, say)}
    ${blind ? '' : select('convention', { en: 'Convention', zh: '口径' }, rules, convention, say)}
    <button>${say({ en: 'Show', zh: '显示' })}</button>
  </form>`;
}

const sizedTitle = ({ name, examples }: SubsetSize, say: Say): string =>
  `${say(subsetTitle(name))} (${examples})`;

interface Choice {
  readonly value: string;
  readonly title: string;
}

function select(name: string, title: Text, choices: readonly Choice[], chosen: string, say: Say): Markup {
  const options = choices.map(
    (choice) =>
      html`<option value="${choice.value}" ${choice.value === chosen ? 'selected' : ''}>${choice.title}</option>`,
  );
  return html`<span><label for="by-${name}">${say(title)}</label><select id="by-${name}" name="${name}">${options}</select></span>`;
}

/** The rows of a board. */
export function boardTable({ language }: Reader, board: Board, rows: readonly BoardRow[]): Markup {
  const say: Say = (text) => text[language];
  if (rows.length === 0) return html`<p>${say({ en: 'No submissions yet.', zh: '暂无提交。' })}</p>`;
  const { primary, convention, subset } = board;
  const isRanking = convention === primary && subset === ALL;
  const hasCosts = rows.some(({ card }) => card.cost);
  const columns: Column[] = [
    { title: { en: 'Rank', zh: '名次' } },
    { title: { en: 'Group', zh: '组' } },
    { title: { en: 'Team and system', zh: '队伍与系统' } },
    { title: { en: 'Score', zh: '得分' }, isNumber: true },
    ...(hasCosts
      ? [{ title: { en: 'Cost of 1 000', zh: '每千条成本' }, isNumber: true, isMinor: true }]
      : []),
    { title: { en: 'Submissions', zh: '提交次数' }, isNumber: true, isMinor: true },
    { title: { en: 'Received', zh: '提交时间' }, isMinor: true },
    { title: { en: 'Provenance', zh: '来源说明' }, isMinor: true },
  ];
  const letters = {
    en: 'Systems that share a letter do not differ significantly (paired bootstrap, Holm, 95 %).',
    zh: '标有相同字母的系统之间无显著差异（配对自助法，Holm 校正，95%）。',
  };
  const elsewhere = {
    en: `${letters.en} Ranks and letters are those of the primary convention on all examples.`,
    zh: `${letters.zh}名次与字母按主要口径与全部样本给出。`,
  };
  const drawn = rows.map((row) => boardRow(row, board, hasCosts, say));
  return dataTable({ language }, columns, drawn, isRanking ? letters : elsewhere);
}

function boardRow(
  row: BoardRow,
  { challenge, phase, convention }: Board,
  hasCosts: boolean,
  say: Say,
): Markup {
  const { team, system, score, low, high, groups, rank, submissions, received, card, reproduced } = row;
  const [best, worst] = rank;
  const interval = low != null && high != null ? range({ low, high } as Interval, convention) : '';
  const kind = kindOf(row);
  const history = `/challenges/${challenge}/${phase}/teams/${team}`;
  return html`<tr>
    <td class="moment">${best === worst ? best : `${best}–${worst}`}</td>
    <td>${groups}</td>
    <td>
      <a href="${history}">${team}</a> ${system}
      ${kind === 'unsaid' ? '' : html`<span class="soft">${say(KIND_TITLES[kind])}</span>`}
      ${reproducedBadge(reproduced, say)}
    </td>
    <td class="number">${figure(score ?? Number.NaN, convention)} <span class="soft interval">${interval}</span></td>
    ${hasCosts ? html`<td class="number minor">${costOf(card)}</td>` : ''}
    <td class="number minor">${submissions}</td>
    <td class="moment minor">${moment(received)}</td>
    <td class="minor">${cardDetails(card, say, phase)}</td>
  </tr>`;
}

/** Score by cost, of the systems whose cost is known in the currency that most of them have. */
function pricedChart({ convention }: Board, rows: readonly BoardRow[], { language }: Reader): Markup | '' {
  const counts = new Map<string, number>();
  for (const { card } of rows)
    if (card.cost) counts.set(card.cost.currency, (counts.get(card.cost.currency) ?? 0) + 1);
  const [[currency] = ['']] = [...counts].sort(([, a], [, b]) => b - a);
  const priced = rows.flatMap((row) =>
    row.card.cost?.currency === currency
      ? [{ name: row.team, kind: kindOf(row), score: row.score, cost: row.card.cost.amount }]
      : [],
  );
  return costChart(priced, convention, currency, language);
}

function compareForm({ rows, challenge, phase }: Board, say: Say): Markup | '' {
  if (rows.length < 2) return '';
  const teams = rows.map(({ team, system }) => ({ value: team, title: `${team} · ${system}` }));
  return html`<h2>${say({ en: 'Compare two systems', zh: '比较两个系统' })}</h2>
    <form class="controls no-print" method="get" action="/challenges/${challenge}/${phase}/compare">
      ${select('a', { en: 'First', zh: '第一个' }, teams, teams[0].value, say)}
      ${select('b', { en: 'Second', zh: '第二个' }, teams, teams[1].value, say)}
      <button>${say({ en: 'Compare', zh: '比较' })}</button>
    </form>`;
}
