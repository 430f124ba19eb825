import { counted } from '../../ground/counted.ts';
import { type Language, listed, type Text } from '../../ground/language.ts';
import type { RunAnalysis, TaskAnalysis } from '../analysis.ts';
import type { Breakdown } from '../breakdown.ts';
import { breakdownChart, calibrationChart, confusionChart, curveChart } from '../charts.ts';
import { KINDS, SHAPES } from '../error-kinds.ts';
import { both, corpusText, type Html, html } from '../html.ts';
import type { Shown } from '../run-errors.ts';
import { answersSection } from './answers.ts';
import { intervalBar, scaleFor } from './bars.ts';

const FRACTION_DIGITS = 1;
/** Characters of context around an example of an error. */
const CONTEXT = 12;

/** All figures of one run: classes, errors, confusions, charts. */
export function runSection(analysis: RunAnalysis, { shown }: TaskAnalysis): Html {
  const { calibration, learning, breakdowns } = analysis;
  const charts = [
    ...breakdowns.map(breakdownFigure),
    calibrationFigure(calibration),
    ...(learning?.curves.map((curve) =>
      chart(
        { en: `Training: ${curve.name}`, zh: `训练：${curve.name}` },
        { en: `by ${learning.axis}`, zh: `横轴为 ${learning.axis}` },
        curveChart(curve, `${curve.name} by ${learning.axis}`),
      ),
    ) ?? []),
  ].filter((figure) => figure !== undefined);
  return html`
    ${answersSection(analysis)}
    ${kindTable(analysis, shown)}
    ${classTable(analysis)}
    ${confusionFigure(analysis)}
    <div class="charts">${charts}</div>`;
}

function chart(title: Text, note: Text, drawing: Html): Html {
  return html`<figure><figcaption><strong>${both(title)}</strong><span class="note">${both(note)}</span></figcaption>${drawing}</figure>`;
}

function breakdownFigure(breakdown: Breakdown): Html {
  const { title, note, slices } = breakdown;
  const draw = (language: Language): Html => {
    const values = slices.map(({ name, value }) => `${name[language]} ${percent(value.estimate)}`);
    const alt = { en: `${title.en}: ${listed(values).en}`, zh: `${title.zh}：${listed(values).zh}` };
    return breakdownChart(breakdown, alt[language], language);
  };
  const drawing = slices.every(({ name }) => name.en === name.zh)
    ? draw('en')
    : html`<div class="en">${draw('en')}</div><div class="zh">${draw('zh')}</div>`;
  return chart(title, note, drawing);
}

const percent = (share: number): string =>
  Number.isNaN(share) ? '–' : (share * 100).toFixed(FRACTION_DIGITS);

function calibrationFigure(calibration: RunAnalysis['calibration']): Html | undefined {
  if (calibration === 'none') return undefined;
  const title = { en: 'Calibration', zh: '校准' };
  if (calibration === 'not-probabilities') {
    const why = {
      en: 'The scores are not probabilities: they do not sum to one.',
      zh: '分数不是概率：其和不为一。',
    };
    return html`<figure><figcaption><strong>${both(title)}</strong></figcaption><p class="note">${both(why)}</p></figure>`;
  }
  const { ece, brier, count } = calibration;
  return chart(
    title,
    {
      en: `Accuracy (vertical) by stated probability (horizontal); ECE ${ece.toFixed(3)}, Brier ${brier.toFixed(3)}, ${counted(count, 'answer')}`,
      zh: `纵轴为正确比例，横轴为给出的概率；ECE ${ece.toFixed(3)}，Brier ${brier.toFixed(3)}，${count} 个答案`,
    },
    calibrationChart(calibration, `calibration: expected calibration error ${ece.toFixed(3)}`),
  );
}

function confusionFigure({ confusion }: RunAnalysis): Html | undefined {
  if (!confusion) return undefined;
  return html`<h3>${both({ en: 'Confusion matrix', zh: '混淆' })}</h3>
    <p class="note">${both({
      en: 'Rows: gold; columns: answers; shading: share of the row; ∅: none.',
      zh: '行为金标，列为答案；深浅表示占该行的比例；∅ 表示无对应。',
    })}</p>
    <div class="scroll" tabindex="0" role="group" aria-label="confusion matrix">${confusionChart(confusion, 'confusion matrix')}</div>`;
}

/** Says that only the most frequent classes are shown. */
const leftOutNote = (shown: number, leftOut: number): Text => ({
  en: `The ${shown} most frequent classes of ${shown + leftOut} that occur.`,
  zh: `仅列出所出现的 ${shown + leftOut} 个类别中最常见的 ${shown} 个。`,
});

function classTable({ run, classes, classesLeftOut }: RunAnalysis): Html | undefined {
  if (classes.length === 0) return undefined;
  const meanings = new Map(run.task.labels.map(({ id, meaning }) => [id, meaning]));
  const scale = scaleFor(classes.flatMap(({ f1 }) => [f1.estimate, f1.low, f1.high]));
  return html`<h3>${both({ en: 'By class', zh: '按类别' })}</h3>
    ${classesLeftOut > 0 ? html`<p class="note">${both(leftOutNote(classes.length, classesLeftOut))}</p>` : undefined}
    <div class="scroll" tabindex="0" role="group" aria-label="classes"><table class="scores">
      <thead><tr>
        <th scope="col">${both({ en: 'Class', zh: '类别' })}</th>
        <th scope="col" class="num">F1</th>
        <th scope="col" class="axis"><span>${percent(scale.from)}</span> <span>${percent(scale.to)}</span></th>
        <th scope="col" class="num">P</th><th scope="col" class="num">R</th>
        <th scope="col" class="num">${both({ en: 'Gold', zh: '金标' })}</th>
        <th scope="col" class="num">${both({ en: 'Predicted', zh: '预测' })}</th>
      </tr></thead>
      <tbody>${classes.map(
        ({ label, f1, precision, recall, gold, answered }) => html`<tr>
        <th scope="row">${label}${meaningOf(label, meanings)}</th>
        <td class="num big">${percent(f1.estimate)}</td>
        <td class="wide">${intervalBar(f1.estimate, f1, scale)}</td>
        <td class="num">${percent(precision)}</td><td class="num">${percent(recall)}</td>
        <td class="num">${gold}</td><td class="num">${answered}</td>
      </tr>`,
      )}</tbody>
    </table></div>`;
}

function meaningOf(label: string, meanings: ReadonlyMap<string, Text>): Html | undefined {
  const meaning = meanings.get(label);
  if (!meaning) return undefined;
  const unlike = (text: string): string => (text.toLowerCase() === label.toLowerCase() ? '' : text);
  return html`<small>${both({ en: unlike(meaning.en), zh: unlike(meaning.zh) })}</small>`;
}

function kindTable({ kinds, answers }: RunAnalysis, shown: Shown): Html {
  const title = html`<h3>${both({ en: 'Kinds of error', zh: '错误类型' })}</h3>`;
  if (kinds.length === 0)
    return html`${title}<p class="note">${both({ en: 'There are no errors.', zh: '没有错误。' })}</p>`;
  const most = Math.max(...kinds.map(({ count }) => count));
  const firstCause = kinds.find(({ id }) => KINDS.findIndex((kind) => kind.id === id) >= SHAPES)?.id;
  const causeHeading = html`<tr class="group-row"><th colspan="4" scope="colgroup">${both({
    en: 'Related to (an error may have several)',
    zh: '相关因素（一个错误可有多个）',
  })}</th></tr>`;
  return html`${title}
    <div class="scroll" tabindex="0" role="group" aria-label="kinds of error"><table class="kinds">
      <thead><tr>
        <th scope="col">${both({ en: 'Kind', zh: '类型' })}</th>
        <th scope="col" class="num">${both({ en: 'Count', zh: '数量' })}</th>
        <th scope="col" class="num">${both({ en: 'Share of errors', zh: '占比' })}</th>
        <th scope="col">${both({ en: 'Examples: gold ⟶ answer', zh: '示例：金标 ⟶ 答案' })}</th>
      </tr></thead>
      <tbody>${kinds.map(({ id, count, share, examples }) => {
        const kind = KINDS.find((known) => known.id === id)!;
        return html`${id === firstCause && causeHeading}<tr>
        <th scope="row">${both(kind.title)}<small>${both(kind.definition)}</small></th>
        <td class="num"><span class="meter" aria-hidden="true" style="--share:${((count / most) * 100).toFixed(1)}%"></span>${count}</td>
        <td class="num">${percent(share)} %</td>
        <td class="examples">${examples.map(({ example, error }) => errorExample(shown, answers, example, error))}</td>
      </tr>`;
      })}</tbody>
    </table></div>`;
}

function errorExample(shown: Shown, answers: RunAnalysis['answers'], example: number, error: number): Html {
  const record = answers.errors[example][error];
  const gold = record.gold === undefined ? undefined : shown.gold[example].elements[record.gold];
  const answer = record.answer === undefined ? undefined : answers.sides[example]?.elements[record.answer];
  const blocks = shown.blocks[example];
  const name = (element: typeof gold): Html =>
    element ? html`<b>${[element.surface, element.label].filter(Boolean).join('/')}</b>` : html`∅`;
  const surface = gold?.surface ?? answer?.surface;
  const mark = shown.gold[example].marks?.find((known) => known.surface === surface);
  const span = gold?.span ?? answer?.span ?? mark?.span;
  const context = span
    ? excerpt(blocks[span.block].text, span.start - CONTEXT, span.end + CONTEXT)
    : blocks
        .map(({ text }) => excerpt(text, 0, CONTEXT * 3))
        .slice(0, 2)
        .join(' ‖ ');
  const pair = gold || answer ? html`${name(gold)} ⟶ ${name(answer)} ` : html``;
  return html`<div lang="zh-Hans">${pair}<span class="context">${corpusText(context)}</span></div>`;
}

/** Part of a text, with dots where it was cut. */
const excerpt = (text: string, from: number, to: number): string =>
  `${from > 0 ? '…' : ''}${text.slice(Math.max(0, from), to)}${to < text.length ? '…' : ''}`;
