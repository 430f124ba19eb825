import { html } from 'hono/html';
import type { Audit } from '../../audit/audit.ts';
import { countBySplit, type FindingKind } from '../../audit/finding.ts';
import { SHARING_NOTE } from '../../audit/shared-labels.ts';
import { formatRef } from '../../datasets/item-ref.ts';
import { listed, type Text } from '../../ground/language.ts';
import type { Task } from '../../tasks/task.ts';
import { dataTable, frame, type Markup, type Reader } from '../pages/layout.ts';

type Asked = Omit<Reader, 'actor'>;

const SHOWN_IDS = 8;

const KINDS: Readonly<Record<FindingKind, Text>> = {
  leak: { en: 'leak', zh: '泄漏' },
  conflict: { en: 'conflict', zh: '矛盾' },
  defect: { en: 'defect', zh: '错误' },
  oddity: { en: 'oddity', zh: '异常' },
};

/** The audit of a corpus: findings, truncation, and what labels predict without reading. */
export function auditPage(asked: Asked, task: Task, audit: Audit): Markup {
  const { language } = asked;
  const say = (text: Text): string => text[language];
  const { splits, findings, synthetic } = audit;
  const sizes = say(listed(splits.map(({ name, examples }) => `${name} ${examples}`)));
  const sample = synthetic ? say({ en: ' (synthetic sample)', zh: '（合成样例）' }) : '';
  const content = html`<p>${say(task.title)}${say({ en: ': ', zh: '：' })}${sizes}${sample}</p>
    <p class="soft">${task.corpus.source} · ${task.corpus.licence}</p>
    <h2>${say({ en: 'Findings', zh: '检查结果' })}</h2>
    ${
      findings.length === 0
        ? html`<p>${say({ en: 'None.', zh: '未发现问题。' })}</p>`
        : dataTable(
            { language },
            [
              { title: { en: 'Kind', zh: '类别' } },
              { title: { en: 'Finding', zh: '问题' } },
              { title: { en: 'Items per split', zh: '各划分条目数' } },
              { title: { en: 'For example', zh: '例如' } },
            ],
            findings.map((finding) => findingRow(finding, say)),
          )
    }
    ${truncationSection(audit, asked)} ${sharingSection(audit, asked)}`;
  const title = { en: `Audit of ${task.id}`, zh: `${task.id} 语料审查` };
  const links = html`<a href="/">${say({ en: 'Runs', zh: '运行记录' })}</a>`;
  return frame(asked, { title, links, content });
}

function findingRow(
  { kind, message, code, items, groups }: Audit['findings'][number],
  say: (text: Text) => string,
): Markup {
  const counts = Object.entries(countBySplit(items)).map(([split, count]) => `${split} ${count}`);
  const example = groups?.[0] ?? items;
  return html`<tr>
    <td>${say(KINDS[kind])}</td>
    <td>${say(message)} <span class="soft">${code}</span></td>
    <td>${say(listed(counts))}</td>
    <td>${example
      .slice(0, SHOWN_IDS)
      .map(formatRef)
      .join(groups ? ' = ' : ' ')}</td>
  </tr>`;
}

const share = (part: number, whole: number): string => (whole > 0 ? ((part / whole) * 100).toFixed(1) : '–');

function truncationSection({ truncation = [] }: Audit, { language }: Asked): Markup | '' {
  if (truncation.length === 0) return '';
  const rows = truncation.map(
    ({ split, length, examples, cut, characters, charactersUnseen, gold, goldUnseen }) => html`<tr>
      <td>${split}</td>
      <td class="number">${length}</td>
      <td class="number">${cut} / ${examples}</td>
      <td class="number">${share(charactersUnseen, characters)}</td>
      <td class="number">${gold === undefined ? '–' : share(goldUnseen ?? 0, gold)}</td>
    </tr>`,
  );
  return html`<h2>${{ en: 'Truncation', zh: '截断' }[language]}</h2>
    ${dataTable(
      { language },
      [
        { title: { en: 'Split', zh: '划分' } },
        { title: { en: 'Maximum WordPieces', zh: '最大词元数' }, isNumber: true },
        { title: { en: 'Examples truncated', zh: '被截断样本' }, isNumber: true },
        { title: { en: 'Characters lost, %', zh: '丢失字符 %' }, isNumber: true },
        { title: { en: 'Gold lost, %', zh: '丢失金标 %' }, isNumber: true },
      ],
      rows,
    )}`;
}

function sharingSection({ sharing }: Audit, { language }: Asked): Markup | '' {
  if (sharing.length === 0) return '';
  const percent = (value: number): string => share(value, 1);
  const rows = sharing.map(
    (row) => html`<tr>
      <td>${row.split}</td>
      <td>${row.convention}</td>
      <td class="number">${percent(row.score)}</td>
      <td>${listed(row.from)[language]}</td>
      <td class="number">${row.sharing} / ${row.examples}</td>
      <td class="number">${Number.isNaN(row.constant) ? '–' : percent(row.constant)}</td>
      <td class="number">${percent(row.gain[0])} – ${percent(row.gain[1])}</td>
      <td>${row.predictable ? { en: 'predictable', zh: '可预测' }[language] : ''}</td>
    </tr>`,
  );
  return html`<h2>${{ en: 'What labels predict without reading', zh: '不读文本、仅凭标签的预测' }[language]}</h2>
    ${dataTable(
      { language },
      [
        { title: { en: 'Split', zh: '划分' } },
        { title: { en: 'Convention', zh: '口径' } },
        { title: { en: 'Without reading, %', zh: '不读文本 %' }, isNumber: true },
        { title: { en: 'Labels of', zh: '所用标签' } },
        { title: { en: 'Examples sharing', zh: '有共用的样本' }, isNumber: true },
        { title: { en: 'Best constant, %', zh: '最佳常数 %' }, isNumber: true },
        { title: { en: 'Gain, 95 % interval', zh: '增益的 95% 区间' }, isNumber: true },
        { title: { en: '', zh: '' } },
      ],
      rows,
    )}
    <p class="soft">${SHARING_NOTE[language]}</p>`;
}
