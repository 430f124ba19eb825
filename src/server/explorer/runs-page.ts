import { html } from 'hono/html';
import type { StoredRun } from '../../evaluation/store.ts';
import { formatPlace, type UserError } from '../../ground/errors.ts';
import type { Text } from '../../ground/language.ts';
import { figure, isUnsure, range, UNSURE_NOTE } from '../../scoring/figures.ts';
import { primaryScore } from '../../scoring/score-sheet.ts';
import { findConvention } from '../../tasks/conventions.ts';
import { dataTable, frame, type Markup, moment, type Reader } from '../pages/layout.ts';

type Asked = Omit<Reader, 'actor'>;

/** Runs that are selected by default. */
const CHOSEN = 8;

interface Kept {
  readonly runsDir: string;
  /** The oldest first. */
  readonly runs: readonly StoredRun[];
  /** Runs that cannot be used, and why. */
  readonly skipped: readonly UserError[];
}

/** All runs, grouped by what they answered; selected ones are shown in a report. */
export function runsPage(asked: Asked, { runsDir, runs, skipped }: Kept): Markup {
  const say = (text: Text): string => text[asked.language];
  const groups = Map.groupBy(runs, ({ record: { task, split, source } }) =>
    JSON.stringify([task.id, split, source]),
  );
  const unusable = skipped.map(
    ({ text, place }) => html`<p class="alert">${formatPlace(place, asked.language)}: ${say(text)}</p>`,
  );
  const content = html`<p class="soft">${runsDir}</p>
    ${runs.length === 0 ? html`<p>${say({ en: 'There are no runs here.', zh: '此目录中没有运行记录。' })}</p>` : ''}
    ${unusable} ${[...groups.values()].map((group) => groupSection(asked, group))}`;
  return frame(asked, { title: { en: 'Runs', zh: '运行记录' }, links: '', content });
}

function groupSection({ language }: Asked, runs: readonly StoredRun[]): Markup {
  const say = (text: Text): string => text[language];
  const [{ record }] = runs;
  const { task, split, source, synthetic } = record;
  const sorted = [...runs].sort((a, b) => rankOf(b) - rankOf(a));
  const rows = sorted.map((run, i) => runRow(run, i < CHOSEN));
  const sample = synthetic
    ? html`<span class="soft">${say({ en: 'synthetic sample', zh: '合成样例' })}</span>`
    : '';
  const isAnyUnsure = runs.some(({ scores }) => isUnsure(primaryScore(scores).interval));
  const title = say(findConvention(task.primary).title);
  return html`<form method="get" action="/report" class="list">
    <h2>${task.id} ${split} ${source === 'primary' ? '' : source} ${sample}</h2>
    ${dataTable(
      { language },
      [
        { title: { en: 'Run', zh: '运行' } },
        { title: { en: 'Score', zh: '得分' }, isNumber: true },
        { title: { en: 'Started', zh: '开始时间' }, isMinor: true },
      ],
      rows,
      { en: `${title} (${task.primary})`, zh: `${title}（${task.primary}）` },
    )}
    ${isAnyUnsure ? html`<p class="soft">${say(UNSURE_NOTE)}</p>` : ''}
    <p class="no-print">
      <button>${say({ en: 'Errors, comparison, figures', zh: '查看错误、比较与图表' })}</button>
      <a href="/audits/${task.id}">${say({ en: 'Audit of the corpus', zh: '语料审查' })}</a>
    </p>
  </form>`;
}

/** Undefined scores come last; whether smaller is better does not matter for a list. */
const rankOf = ({ scores }: StoredRun): number => {
  const { value } = primaryScore(scores);
  return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
};

function runRow({ record, scores }: StoredRun, isChosen: boolean): Markup {
  const { id, model, seed, times, task } = record;
  const { value, interval } = primaryScore(scores);
  return html`<tr>
    <td>
      <label class="choice"
        ><input type="checkbox" name="run" value="${id}" ${isChosen ? 'checked' : ''} /> ${model.name} #${seed}
        <span class="soft">${id}</span></label
      >
    </td>
    <td class="number">
      ${figure(value, task.primary)} <span class="soft interval">${range(interval, task.primary)}</span>
    </td>
    <td class="moment minor">${moment(times.startedAt)}</td>
  </tr>`;
}

/** The page shown in place of one that failed. */
export function explorerError(asked: Asked, { text, hintText, place }: UserError): Markup {
  const say = (both: Text): string => both[asked.language];
  const where = formatPlace(place, asked.language);
  const content = html`<p class="alert" role="alert">${where === '' ? '' : `${where}: `}${say(text)}</p>
    <p>${say(hintText)}</p>
    <p><a href="/">${say({ en: 'All runs', zh: '全部运行记录' })}</a></p>`;
  return frame(asked, { title: { en: 'Something went wrong', zh: '操作未成功' }, links: '', content });
}
