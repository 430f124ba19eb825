import type { AgreementReport } from '../../datasets/imports/agreement.ts';
import { counted } from '../../ground/counted.ts';
import type { Interval } from '../../statistics/interval.ts';
import { showInterval } from '../../statistics/show-interval.ts';
import { both, corpusText, type Html, html } from '../html.ts';

/** Records that are listed: the page would grow with the corpus. */
const SHOWN = 100;

/** How far the annotators of an imported corpus agree, which labels they take for each other, and where they disagree. */
export function annotators(agreement: AgreementReport | undefined): Html | undefined {
  if (!agreement) return undefined;
  const { records, differing, adjudication } = agreement;
  return html`<div class="card"><h2>${both({ en: 'Annotators', zh: '标注者' })}</h2>
<p class="lead">${both({
    en: `Annotators disagree on ${differing} of ${counted(records, 'record')} with several readings; used: ${adjudication}.`,
    zh: `${records} 条多人标注的记录中 ${differing} 条不一致；采用：${adjudication}。`,
  })}</p>
${agreementTable(agreement)}${labelTable(agreement)}${confusionTable(agreement)}${disagreementTable(agreement)}</div>`;
}

function agreementTable({ annotators: names, records, alpha, entityAlpha, pairs }: AgreementReport): Html {
  const heads = [
    { en: 'annotators', zh: '标注者' },
    { en: 'records', zh: '记录' },
    { en: 'Cohen’s kappa', zh: 'Cohen’s kappa' },
    { en: 'Krippendorff’s alpha', zh: 'Krippendorff’s alpha' },
    { en: 'alpha of entities', zh: '实体 alpha' },
    { en: 'F1 of entities', zh: '实体 F1' },
    { en: 'F1 of relations', zh: '关系 F1' },
  ];
  const rows = pairs.map(({ a, b, records: shared, kappa, entities, relations }) => [
    ...[`${a}, ${b}`, String(shared), show(kappa), '', '', show(entities), show(relations)],
  ]);
  if (alpha || entityAlpha)
    rows.push([names.join(', '), String(records), '', show(alpha), show(entityAlpha), '', '']);
  return tableOf(
    heads,
    rows.map((cells) => cells.map((cell) => html`${cell}`)),
  );
}

function labelTable({ labels: { byLabel } }: AgreementReport): Html | undefined {
  if (byLabel.length === 0) return undefined;
  return html`<h3>${both({ en: 'By label', zh: '各标签' })}</h3>${tableOf(
    [
      { en: 'label', zh: '标签' },
      { en: 'marks', zh: '标注数' },
      { en: 'agreed', zh: '一致' },
      { en: 'share', zh: '占比' },
    ],
    byLabel.map(({ label, marked, agreed }) => [
      corpusText(label),
      ...[String(marked), String(agreed), percent(agreed / marked)].map((cell) => html`${cell}`),
    ]),
  )}`;
}

function confusionTable({ labels: { confusions } }: AgreementReport): Html | undefined {
  if (confusions.length === 0) return undefined;
  return html`<h3>${both({ en: 'Confused with each other', zh: '相互混淆的标签' })}</h3>${tableOf(
    [
      { en: 'labels', zh: '标签' },
      { en: 'times', zh: '次数' },
    ],
    confusions.map(({ labels, count }) => [corpusText(labels.join(' / ')), html`${count}`]),
  )}`;
}

function disagreementTable({ disagreements, differing }: AgreementReport): Html | undefined {
  if (disagreements.length === 0) return undefined;
  const shown = disagreements.slice(0, SHOWN);
  return html`<details><summary>${both({
    en: `Disagreements: the first ${shown.length} of ${differing}`,
    zh: `不一致之处：共 ${differing} 条，列出前 ${shown.length} 条`,
  })}</summary>${tableOf(
    [
      { en: 'record', zh: '记录' },
      { en: 'annotator', zh: '标注者' },
      { en: 'marks (places: UTF-16 offsets)', zh: '标注（位置为 UTF-16 偏移）' },
    ],
    shown.flatMap(({ file, line, id, readings }) =>
      readings.map(({ annotator, marks }, i) => [
        html`${i === 0 ? [id, line === undefined ? file : `${file}:${line}`].filter(Boolean).join(' · ') : ''}`,
        html`${annotator}`,
        corpusText(marks),
      ]),
    ),
  )}</details>`;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const show = (interval: Interval | undefined): string => (interval ? showInterval(interval) : '');

const tableOf = (heads: readonly { en: string; zh: string }[], rows: readonly (readonly Html[])[]): Html =>
  html`<div class="scroll"><table><thead><tr>${heads.map((head) => html`<th>${both(head)}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
