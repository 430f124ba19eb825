import { html } from 'hono/html';
import type { Text } from '../../ground/language.ts';
import { figure, range } from '../../scoring/figures.ts';
import type { Interval } from '../../statistics/interval.ts';
import { findConvention } from '../../tasks/conventions.ts';
import type { Board, BoardRow } from '../board.ts';
import { PHASES, type Phase, type PhaseName } from '../challenge.ts';
import type { OpenedChallenge } from '../challenges.ts';
import type { ModelCard } from '../schema.ts';
import { dataTable, type Markup, moment, page, type Reader } from './layout.ts';
import { CARD_TITLES, PHASE_RULES, PHASE_TITLES } from './words.ts';

/** All challenges of a server. */
export function homePage(reader: Reader, challenges: readonly OpenedChallenge[]): Markup {
  const { language } = reader;
  const rows = challenges.map(({ declared, task, state }) => {
    const phases = PHASES.filter((name) => declared.phases[name]).map((name) => PHASE_TITLES[name][language]);
    const closed = state === 'closed' ? { en: 'closed', zh: '已关闭' }[language] : '';
    return html`<tr>
      <td><a href="/challenges/${declared.id}">${declared.title[language]}</a></td>
      <td>${task.id}</td>
      <td>${phases.join(', ')}</td>
      <td>${closed}</td>
    </tr>`;
  });
  const content = dataTable(
    { language },
    [
      { title: { en: 'Challenge', zh: '挑战' } },
      { title: { en: 'Task', zh: '任务' } },
      { title: { en: 'Phases', zh: '阶段' } },
      { title: { en: 'State', zh: '状态' } },
    ],
    rows,
  );
  return page(reader, { en: 'Challenges', zh: '挑战' }, content);
}

/** A challenge with the boards of its phases. */
export function challengePage(reader: Reader, challenge: OpenedChallenge, boards: readonly Board[]): Markup {
  const { declared, task, primary, state } = challenge;
  const say = (text: Text): string => text[reader.language];
  const convention = findConvention(primary);
  const content = html`<p class="soft">${say(task.title)} · ${task.id} · ${say(convention.title)} (${primary})</p>
    <p>${say({ en: 'Who can read the gold: ', zh: '谁可以读取金标：' })}${say(declared.goldReaders)}</p>
    ${boards.map((board) => phaseSection(reader, challenge, board, declared.phases[board.phase]!))}`;
  const closed = state === 'closed' ? { en: ' (closed)', zh: '（已关闭）' } : { en: '', zh: '' };
  const title = { en: declared.title.en + closed.en, zh: declared.title.zh + closed.zh };
  return page(reader, title, content);
}

function phaseSection(reader: Reader, challenge: OpenedChallenge, board: Board, phase: Phase): Markup {
  const { language, actor } = reader;
  const { opens, closes, quota } = phase;
  const dates = [
    opens === undefined
      ? ''
      : `${{ en: 'opens', zh: '开始' }[language]} ${moment(new Date(opens).toISOString())}`,
    closes === undefined
      ? ''
      : `${{ en: 'ends', zh: '结束' }[language]} ${moment(new Date(closes).toISOString())}`,
  ].filter((part) => part !== '');
  const quotas = {
    en: `${quota.day} submissions in 24 hours, ${quota.total} in all`,
    zh: `24 小时内 ${quota.day} 次，总计 ${quota.total} 次`,
  }[language];
  const form =
    actor.role === 'team' && challenge.state === 'open' ? submitForm(reader, challenge, board.phase) : '';
  return html`<section>
    <h2 id="${board.phase}">${PHASE_TITLES[board.phase][language]}</h2>
    <p>${PHASE_RULES[board.phase][language]} <span class="soft">${[quotas, ...dates].join(' · ')}</span></p>
    ${board.sealed ? '' : boardTable(reader, board)} ${form}
  </section>`;
}

function boardTable({ language }: Reader, { rows, phase, primary }: Board): Markup {
  const say = (text: Text): string => text[language];
  if (rows.length === 0) return html`<p>${say({ en: 'No submissions yet.', zh: '暂无提交。' })}</p>`;
  return dataTable(
    { language },
    [
      { title: { en: 'Rank', zh: '名次' } },
      { title: { en: 'Group', zh: '组' } },
      { title: { en: 'Team', zh: '队伍' } },
      { title: { en: 'System', zh: '系统' } },
      { title: { en: 'Score', zh: '得分' }, isNumber: true },
      { title: { en: 'Submissions', zh: '提交次数' }, isNumber: true },
      { title: { en: 'Received', zh: '提交时间' } },
      { title: { en: 'Provenance', zh: '来源说明' } },
    ],
    rows.map((row) => boardRow(row, primary, say, phase)),
    {
      en: 'Systems that share a letter cannot be told apart (paired bootstrap, Holm, 95 %).',
      zh: '共享字母的系统无显著差异（配对自助法，Holm 校正，95%）。',
    },
  );
}

function boardRow(
  { team, kind, system, score, low, high, groups, rank, submissions, received, card }: BoardRow,
  primary: string,
  say: (text: Text) => string,
  phase: PhaseName,
): Markup {
  const [best, worst] = rank;
  const interval = low != null && high != null ? range({ low, high } as Interval, primary) : '';
  const baseline =
    kind === 'baseline' ? html` <span class="soft">${say({ en: 'baseline', zh: '基线' })}</span>` : '';
  return html`<tr>
    <td>${best === worst ? best : `${best}–${worst}`}</td>
    <td>${groups}</td>
    <td>${team}${baseline}</td>
    <td>${system}</td>
    <td class="number">${score === null ? '–' : figure(score, primary)} <span class="soft">${interval}</span></td>
    <td class="number">${submissions}</td>
    <td class="moment">${moment(received)}</td>
    <td>${cardDetails(card, say, phase)}</td>
  </tr>`;
}

/** What the team says of the system; missing fields are shown as missing. */
export function cardDetails(card: ModelCard, say: (text: Text) => string, name: string): Markup {
  const unsaid = say({ en: 'not said', zh: '未说明' });
  const yes = say({ en: 'yes', zh: '是' });
  const no = say({ en: 'no', zh: '否' });
  const items = Object.entries(CARD_TITLES).map(([key, title]) => {
    const value = card[key as keyof ModelCard];
    const shown = value === true ? yes : value === false ? no : (value ?? unsaid);
    return html`<div>${say(title)}: ${shown}</div>`;
  });
  return html`<details name="${name}"><summary>${say({ en: 'Show', zh: '查看' })}</summary>${items}</details>`;
}

function submitForm({ language }: Reader, { declared }: OpenedChallenge, phase: PhaseName): Markup {
  const say = (text: Text): string => text[language];
  const id = (name: string): string => `${phase}-${name}`;
  const fields = Object.entries(CARD_TITLES)
    .filter(([key]) => key !== 'trainedOnDev')
    .map(
      ([key, title]) => html`<label for="${id(key)}">${say(title)}</label>
        <input id="${id(key)}" name="${key}" maxlength="200" />`,
    );
  return html`<details>
    <summary>${say({ en: 'Hand in a file', zh: '提交文件' })}</summary>
    <form method="post" enctype="multipart/form-data" action="/challenges/${declared.id}/${phase}/submit">
      <label for="${id('file')}">${say({ en: 'Answers, up to 20 MiB (drop a file here)', zh: '答案文件，不超过 20 MiB（可拖放）' })}</label>
      <input id="${id('file')}" type="file" name="file" required />
      <label for="${id('system')}">${say({ en: 'Name of the system', zh: '系统名' })}</label>
      <input id="${id('system')}" name="system" required maxlength="64" pattern="[A-Za-z0-9][A-Za-z0-9._-]*" />
      ${fields}
      <label for="${id('dev')}">${say(CARD_TITLES.trainedOnDev)}</label>
      <select id="${id('dev')}" name="trainedOnDev">
        <option value="">${say({ en: 'not said', zh: '未说明' })}</option>
        <option value="true">${say({ en: 'yes', zh: '是' })}</option>
        <option value="false">${say({ en: 'no', zh: '否' })}</option>
      </select>
      <p><button>${say({ en: 'Hand in', zh: '提交' })}</button></p>
    </form>
  </details>`;
}
