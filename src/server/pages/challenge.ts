import { html } from 'hono/html';
import { counted } from '../../ground/counted.ts';
import { listed, type Text } from '../../ground/language.ts';
import { findConvention } from '../../tasks/conventions.ts';
import type { Board } from '../board.ts';
import { PHASES, type Phase, type PhaseName } from '../challenge.ts';
import type { OpenedChallenge } from '../challenges.ts';
import { boardTable } from './board.ts';
import { dataTable, type Markup, moment, page, type Reader } from './layout.ts';
import { CARD_TITLES, KIND_TITLES, PHASE_RULES, PHASE_TITLES } from './words.ts';

/** Most systems of a board on the page of a challenge. */
const SHOWN = 10;
const SAID_KINDS = ['encoder', 'llm', 'other'] as const;
const CURRENCIES = ['CNY', 'USD', 'EUR'] as const;

/** All challenges of a server. */
export function homePage(reader: Reader, challenges: readonly OpenedChallenge[]): Markup {
  const { language } = reader;
  const rows = challenges.map(({ declared, task, state }) => {
    const phases = PHASES.filter((name) => declared.phases[name]).map((name) => PHASE_TITLES[name][language]);
    const shown = { open: { en: 'open', zh: '开放' }, closed: { en: 'closed', zh: '已关闭' } }[state];
    return html`<tr>
      <td><a href="/challenges/${declared.id}">${declared.title[language]}</a></td>
      <td>${task.id}</td>
      <td>${listed(phases)[language]}</td>
      <td>${shown[language]}</td>
    </tr>`;
  });
  const content = dataTable(
    { language },
    [
      { title: { en: 'Challenge', zh: '挑战赛' } },
      { title: { en: 'Task', zh: '任务' } },
      { title: { en: 'Phases', zh: '阶段' } },
      { title: { en: 'State', zh: '状态' } },
    ],
    rows,
  );
  return page(reader, { en: 'Challenges', zh: '挑战赛' }, content);
}

/** A challenge with the boards of its phases. */
export function challengePage(reader: Reader, challenge: OpenedChallenge, boards: readonly Board[]): Markup {
  const { declared, task, primary, state } = challenge;
  const say = (text: Text): string => text[reader.language];
  const convention = findConvention(primary);
  const content = html`<p class="soft">${say(task.title)} · ${task.id} · ${say(convention.title)} (${primary})</p>
    <p>
      <a href="/challenges/${declared.id}/gold">${say({ en: 'Who can read the gold', zh: '谁可以读取金标' })}</a>${say({ en: ': ', zh: '：' })}${say(declared.goldReaders)}
    </p>
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
    en: `${counted(quota.day, 'submission')} in 24 hours, ${quota.total} in all; in addition, ${counted(quota.rejected, 'rejected file')} in 24 hours`,
    zh: `24 小时内 ${quota.day} 次，总计 ${quota.total} 次；另容许 24 小时内 ${quota.rejected} 个被拒绝的文件`,
  }[language];
  const form =
    actor.role === 'team' && challenge.state === 'open' ? submitForm(reader, challenge, board.phase) : '';
  return html`<section>
    <h2 id="${board.phase}">${PHASE_TITLES[board.phase][language]}</h2>
    <p>${PHASE_RULES[board.phase][language]} <span class="soft">${[quotas, ...dates].join(' · ')}</span></p>
    ${board.sealed ? '' : shortBoard(reader, board)} ${form}
  </section>`;
}

/** The top of a board, and a link to all of it. */
function shortBoard(reader: Reader, board: Board): Markup {
  const { challenge, phase, rows } = board;
  const whole = {
    en: `All systems (${rows.length}), charts, comparison`,
    zh: `全部系统（${rows.length}）、图表与比较`,
  }[reader.language];
  const link = html`<p><a href="/challenges/${challenge}/${phase}">${whole}</a></p>`;
  return html`${boardTable(reader, board, rows.slice(0, SHOWN))} ${rows.length === 0 ? '' : link}`;
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
    <summary>${say({ en: 'Submit a file', zh: '提交文件' })}</summary>
    <form method="post" enctype="multipart/form-data" action="/challenges/${declared.id}/${phase}/submit">
      <label for="${id('file')}">${say({ en: 'Answers, up to 20 MiB (drop a file here)', zh: '答案文件，不超过 20 MiB（可拖放）' })}</label>
      <input id="${id('file')}" type="file" name="file" required />
      <label for="${id('system')}">${say({ en: 'Name of the system', zh: '系统名' })}</label>
      <input id="${id('system')}" name="system" required maxlength="64" pattern="[A-Za-z0-9][A-Za-z0-9._-]*" />
      <label for="${id('kind')}">${say({ en: 'Kind of system', zh: '系统类型' })}</label>
      <select id="${id('kind')}" name="kind">
        <option value="">${say({ en: 'not stated', zh: '未说明' })}</option>
        ${SAID_KINDS.map((kind) => html`<option value="${kind}">${say(KIND_TITLES[kind])}</option>`)}
      </select>
      <label for="${id('cost')}">${say({ en: 'Cost of 1 000 answers', zh: '每千条答案成本' })}</label>
      <input id="${id('cost')}" name="cost" type="number" min="0" step="any" />
      <label for="${id('currency')}">${say({ en: 'Currency of the cost', zh: '成本币种' })}</label>
      <select id="${id('currency')}" name="currency">
        ${CURRENCIES.map((currency) => html`<option>${currency}</option>`)}
      </select>
      ${fields}
      <label for="${id('dev')}">${say(CARD_TITLES.trainedOnDev)}</label>
      <select id="${id('dev')}" name="trainedOnDev">
        <option value="">${say({ en: 'not stated', zh: '未说明' })}</option>
        <option value="true">${say({ en: 'yes', zh: '是' })}</option>
        <option value="false">${say({ en: 'no', zh: '否' })}</option>
      </select>
      <p><button>${say({ en: 'Submit', zh: '提交' })}</button></p>
    </form>
  </details>`;
}
