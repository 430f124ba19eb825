import { amount } from '../../compare/present.ts';
import type { Text } from '../../ground/language.ts';
import { figure } from '../../scoring/figures.ts';
import { primaryScore } from '../../scoring/score-sheet.ts';
import { shareOf } from '../../statistics/wilson.ts';
import type { RunAnalysis, TaskAnalysis } from '../analysis.ts';
import { both, corpusText, type Html, html } from '../html.ts';

const DIGITS = 2;
const PER = 1_000;

const percent = (share: number): string => (Number.isNaN(share) ? '–' : (share * 100).toFixed(1));

/** Outcomes of the questions to a service: readable, refused, truncated; quotes; tokens, cost and time. */
export function answersSection({ run, madeUp }: RunAnalysis): Html | undefined {
  const { answers, reasons, quotes, places, repeats, usage } = run.record;
  if (!usage && !quotes) return undefined;
  const readable = shareOf(answers.answered, answers.asked);
  const rows: (readonly [Text, string])[] = [
    [
      { en: 'Readable answers', zh: '可解析的回答' },
      `${percent(readable.share)} % [${percent(readable.low)}, ${percent(readable.high)}] (${answers.answered}/${answers.asked})`,
    ],
    [{ en: 'Unreadable', zh: '无法解析' }, String(answers.unreadable)],
    [{ en: 'of these truncated', zh: '其中被截断' }, String(answers.truncated)],
    [{ en: 'Refused', zh: '拒答' }, String(answers.refused)],
    [{ en: 'Missing', zh: '缺失' }, String(answers.missing)],
    [{ en: 'of these failed calls', zh: '其中调用失败' }, String(answers.failed)],
  ];
  if (reasons)
    rows.push([{ en: 'Reasons', zh: '原因' }, listed(Object.entries(reasons).sort(([, a], [, b]) => b - a))]);
  if (quotes) {
    const { aligned, folded, unaligned, ...others } = quotes;
    const all = aligned + folded + unaligned;
    rows.push(
      [{ en: 'Quotes in the text', zh: '原文中的引文' }, `${aligned} + ${folded}`],
      [
        { en: 'Quotes that are not in the text', zh: '原文中没有的引文' },
        `${unaligned} (${percent(shareOf(unaligned, all).share)} %)`,
      ],
      [{ en: 'Other quotes', zh: '其他引文' }, listed(Object.entries(others))],
    );
  }
  if (places)
    rows.push([
      { en: 'Mean probability by position of the option', zh: '各选项位置的平均概率' },
      places.map((place) => place.toFixed(3)).join(' / '),
    ]);
  if (repeats) rows.push(...repeatRows(run.task.primary, repeats));
  rows.push(...usageRows(run.record.usage));
  return html`<h3>${both({ en: 'Answers', zh: '回答' })}</h3>
    <dl>${rows.map(([name, value]) => html`<div><dt>${both(name)}</dt><dd>${value}</dd></div>`)}</dl>
    ${madeUp.examples.length > 0 && madeUpList(madeUp)}`;
}

function repeatRows(
  primary: string,
  { scores, deviation, itemDeviation, agreement }: NonNullable<RunAnalysis['run']['record']['repeats']>,
): (readonly [Text, string])[] {
  const shown = (value: number): string => figure(value, primary, DIGITS);
  return [
    [
      { en: 'Score of each repeat; identical answers', zh: '各次重复的得分；回答一致的比例' },
      `${scores.map(shown).join(', ')}; ${percent(agreement)} %`,
    ],
    [
      { en: 'Standard deviation over repeats; over items', zh: '得分的标准差：重复之间；样本之间' },
      `${shown(deviation)}; ${itemDeviation === undefined ? '–' : shown(itemDeviation)}`,
    ],
  ];
}

const listed = (counts: readonly (readonly [string, number])[]): string =>
  counts.map(([name, count]) => `${name} ${count}`).join(', ');

function usageRows(usage: RunAnalysis['run']['record']['usage']): (readonly [Text, string])[] {
  if (!usage) return [];
  const { promptTokens, completionTokens, estimatedPromptTokens, estimatedCompletionTokens } = usage;
  const { cost, currency = '', calls, retries = 0, latency, served, structured } = usage;
  const rows: (readonly [Text, string])[] = [];
  if (served)
    rows.push([{ en: 'Name of the model at the service', zh: '服务返回的模型名' }, served.join(', ')]);
  if (structured)
    rows.push([{ en: 'Answer format enforced by', zh: '答案格式的约束方式' }, structured.join(', ')]);
  if (promptTokens !== undefined)
    rows.push([
      { en: 'Tokens reported: prompt, answer', zh: '服务报告的 token：输入、输出' },
      `${promptTokens}, ${completionTokens ?? 0}`,
    ]);
  else if (estimatedPromptTokens !== undefined)
    rows.push([
      { en: 'Tokens, estimated: prompt, answer', zh: '估计的 token：输入、输出' },
      `${estimatedPromptTokens}, ${estimatedCompletionTokens ?? 0}`,
    ]);
  if (cost !== undefined) rows.push([{ en: 'Cost', zh: '费用' }, `${amount(cost)} ${currency}`]);
  if (calls !== undefined)
    rows.push([{ en: 'Calls, and attempts beyond the first', zh: '调用数与重试数' }, `${calls}, ${retries}`]);
  if (latency)
    rows.push([
      { en: 'Milliseconds per example: median, 90 %, 99 %', zh: '每个样本毫秒数：中位、90%、99%' },
      [latency.p50, latency.p90, latency.p99].map((value) => Math.round(value)).join(', '),
    ]);
  return rows;
}

const madeUpList = ({ caption, examples }: RunAnalysis['madeUp']): Html =>
  html`<p class="note">${both(caption)}</p><ul>${examples.map(({ id, quote, label }) => html`<li>${corpusText(quote)} <small>${label} · # ${id}</small></li>`)}</ul>`;

/** Cost and time next to the score, if a service was called. */
export function expenseTable({ runs }: TaskAnalysis): Html | undefined {
  if (!runs.some(({ run }) => run.record.usage)) return undefined;
  const { task } = runs[0].run;
  return html`
    <h3>${both({ en: 'Cost and score', zh: '费用与得分' })}</h3>
    <div class="scroll" tabindex="0" role="group" aria-label="cost"><table class="scores">
      <thead><tr>
        <th scope="col">${both({ en: 'Run', zh: '运行' })}</th>
        <th scope="col" class="num">${both({ en: 'Score', zh: '得分' })}</th>
        <th scope="col" class="num">${both({ en: 'Cost per 1 000', zh: '每千条费用' })}</th>
        <th scope="col" class="num">${both({ en: 'Seconds per 1 000', zh: '每千条秒数' })}</th>
        <th scope="col" class="num">${both({ en: 'Tokens per example', zh: '每个样本 token 数' })}</th>
      </tr></thead>
      <tbody>${runs.map(({ run: { record, scores } }) => {
        const { usage, times, examples } = record;
        const { promptTokens, completionTokens = 0 } = usage ?? {};
        const seconds = ((usage?.seconds ?? times.predictSeconds) * PER) / examples.evaluated;
        return html`<tr>
        <th scope="row">${record.model.name}<small>${both({ en: `seed ${record.seed}`, zh: `种子 ${record.seed}` })}</small></th>
        <td class="num big">${figure(primaryScore(scores).value, task.primary, DIGITS)}</td>
        <td class="num">${usage?.cost === undefined ? '' : `${amount((usage.cost * PER) / examples.evaluated)} ${usage.currency ?? ''}`}</td>
        <td class="num">${amount(seconds)}</td>
        <td class="num">${promptTokens === undefined ? '' : Math.round((promptTokens + completionTokens) / examples.evaluated)}</td>
      </tr>`;
      })}</tbody>
    </table></div>
    <p class="note">${both({
      en: 'Seconds: total of the calls if a service was called, otherwise inference time on the machine of the run.',
      zh: '秒数：调用服务时为各次调用依次进行的总时长，否则为在运行所用机器上的预测时长。',
    })}</p>`;
}
