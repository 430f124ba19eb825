import { counted } from '../../ground/counted.ts';
import type { Text } from '../../ground/language.ts';
import { figure, pValue, range, UNSURE_NOTE } from '../../scoring/figures.ts';
import { type ConventionScore, primaryScore } from '../../scoring/score-sheet.ts';
import { conventionsOf } from '../../tasks/conventions.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { TaskAnalysis } from '../analysis.ts';
import { both, type Html, html } from '../html.ts';
import { intervalBar, scaleFor } from './bars.ts';

const DIGITS = 2;

/** The primary score of every run, with its interval drawn. */
export function primaryTable({ runs, comparison }: TaskAnalysis): Html {
  const { task } = runs[0].run;
  const scores = runs.map(({ run }) => primaryScore(run.scores));
  const { constant, chance } = runs[0].run.scores.floors;
  const scale = scaleFor([
    ...scores.flatMap(({ value, interval }) => [value, interval?.low, interval?.high]),
    constant,
    chance,
  ]);
  const convention = familyOf(task).conventions.find(({ id }) => id === task.primary)!;
  const groups = new Map(
    comparison?.systems.flatMap(({ runs: ids, groups }) => ids.map((id) => [id, groups] as const)),
  );
  const rows = runs.map(({ run }, i) => {
    const { value, interval } = scores[i];
    const { coverage } = run.scores;
    return html`<tr>
      <th scope="row">${run.record.model.name}<small>${both({ en: `seed ${run.record.seed}`, zh: `种子 ${run.record.seed}` })}</small></th>
      <td class="num big">${figure(value, task.primary, DIGITS)}</td>
      <td class="wide">${intervalBar(value, interval, scale)}</td>
      <td class="num nowrap">${range(interval, task.primary, DIGITS)}</td>
      ${comparison && html`<td>${groups.get(run.record.id) ?? ''}</td>`}
      <td class="num">${coverage.answered}/${coverage.asked}</td>
    </tr>`;
  });
  const floor = (name: Text, value: number): Html | undefined =>
    Number.isNaN(value)
      ? undefined
      : html`<tr class="floor"><th scope="row">${both(name)}</th>
      <td class="num">${figure(value, task.primary, DIGITS)}</td>
      <td class="wide">${intervalBar(value, undefined, scale)}</td>
      <td></td>${comparison && html`<td></td>`}<td></td></tr>`;
  return html`
    <p class="lead"><strong>${both(convention.title)}</strong> <code>${convention.id}</code></p>
    <div class="scroll" tabindex="0" role="group" aria-label="scores"><table class="scores">
      <thead><tr>
        <th scope="col">${both({ en: 'Run', zh: '运行' })}</th>
        <th scope="col" class="num">${both({ en: 'Score', zh: '得分' })}</th>
        <th scope="col" class="axis"><span>${figure(scale.from, task.primary, 0)}</span> <span>${figure(scale.to, task.primary, 0)}</span></th>
        <th scope="col" class="num">${both({ en: '95 % interval', zh: '95% 区间' })}</th>
        ${comparison && html`<th scope="col">${both({ en: 'Group', zh: '组' })}</th>`}
        <th scope="col" class="num">${both({ en: 'Answered', zh: '已答' })}</th>
      </tr></thead>
      <tbody>${rows}
      ${floor({ en: 'best constant answer', zh: '最佳常数答案' }, constant)}
      ${floor({ en: 'guessing', zh: '随机猜测' }, chance)}</tbody>
    </table></div>
    <details class="quiet"><summary>${both({ en: 'How this is computed', zh: '计算方法' })}</summary><p>${both(convention.definition)}</p>
      <p>${both({
        en: `Intervals: 95 %, from a bias-corrected Bayesian bootstrap over independent units, 10 000 resamples (2 000 or fewer for areas under curves). ${UNSURE_NOTE.en} Runs that share a group letter do not differ significantly (paired tests, Holm).`,
        zh: `区间：95%，按独立单元作偏差校正的贝叶斯自助，重采样 10 000 次（曲线下面积至多 2 000 次）。${UNSURE_NOTE.zh}组字母相同的运行无显著差异（配对检验，Holm 校正）。`,
      })}</p></details>`;
}

/** Every pair of systems: difference, test, verdict. */
export function comparisonTable({ comparison }: TaskAnalysis): Html | undefined {
  if (!comparison) return undefined;
  const { convention, pairs, notices } = comparison;
  const extent = Math.max(
    ...pairs
      .flatMap(({ difference }) => [Math.abs(difference.low), Math.abs(difference.high)])
      .filter(Number.isFinite),
    0.01,
  );
  const scale = { from: -extent, to: extent };
  const tested = pairs.some(({ mcnemar }) => mcnemar);
  return html`
    <h3>${both({ en: 'Comparison', zh: '显著性比较' })}</h3>
    <div class="scroll" tabindex="0" role="group" aria-label="pairs"><table class="scores">
      <thead><tr>
        <th scope="col">a</th><th scope="col">b</th><th scope="col" class="num">a − b</th>
        <th scope="col" class="axis"><span>${figure(-extent, convention, 1)}</span> <span>0</span> <span>${figure(extent, convention, 1)}</span></th>
        <th scope="col" class="num">p</th><th scope="col" class="num">p (Holm)</th>
        <th scope="col">${both({ en: 'Better', zh: '更优' })}</th>
        <th scope="col" class="num">${both({ en: 'Win / tie / loss', zh: '胜 / 平 / 负' })}</th>
        ${tested && html`<th scope="col" class="num">McNemar p</th>`}
        <th scope="col" class="num">${both({ en: 'Detectable', zh: '可检出差' })}</th>
      </tr></thead>
      <tbody>${pairs.map(
        (pair) => html`<tr>
        <th scope="row">${pair.a}</th><th scope="row">${pair.b}</th>
        <td class="num">${figure(pair.difference.estimate, convention, DIGITS)}</td>
        <td class="wide zero">${intervalBar(pair.difference.estimate, pair.difference, scale)}</td>
        <td class="num">${pValue(pair.p)}</td><td class="num">${pValue(pair.adjusted)}</td>
        <td>${pair.better === null ? both({ en: 'undecided', zh: '未定' }) : html`<strong>${pair.better}</strong>`}</td>
        <td class="num nowrap">${pair.items ? `${pair.items.win} / ${pair.items.tie} / ${pair.items.loss}` : ''}</td>
        ${tested && html`<td class="num">${pair.mcnemar ? pValue(pair.mcnemar.exact) : ''}</td>`}
        <td class="num">${figure(pair.detectable, convention, DIGITS)}</td>
      </tr>`,
      )}</tbody>
    </table></div>
    ${notices.map((notice) => html`<p class="note">${both(notice)}</p>`)}`;
}

/** The primary score on every named subset, if there are any besides all examples. */
export function subsetTable({ runs }: TaskAnalysis): Html | undefined {
  const { task, scores } = runs[0].run;
  const subsets = Object.keys(scores.subsets);
  if (subsets.length === 1) return undefined;
  const rows = subsets.flatMap((subset) =>
    runs.flatMap(({ run }) => {
      const found = run.scores.subsets[subset]?.scores.find(({ convention }) => convention === task.primary);
      return found ? [{ subset, run, score: found, examples: run.scores.subsets[subset].examples }] : [];
    }),
  );
  const scale = scaleFor(
    rows.flatMap(({ score: { value, interval } }) => [value, interval?.low, interval?.high]),
  );
  return html`
    <h3>${both({ en: 'By subset', zh: '按子集' })}</h3>
    <div class="scroll" tabindex="0" role="group" aria-label="subsets"><table class="scores">
      <thead><tr>
        <th scope="col">${both({ en: 'Subset', zh: '子集' })}</th>
        <th scope="col">${both({ en: 'Run', zh: '运行' })}</th>
        <th scope="col" class="num">${both({ en: 'Score', zh: '得分' })}</th>
        <th scope="col" class="axis"><span>${figure(scale.from, task.primary, 0)}</span> <span>${figure(scale.to, task.primary, 0)}</span></th>
        <th scope="col" class="num">${both({ en: '95 % interval', zh: '95% 区间' })}</th>
        <th scope="col" class="num">${both({ en: 'Examples', zh: '样本数' })}</th>
      </tr></thead>
      <tbody>${rows.map(
        ({ subset, run, score, examples }) => html`<tr>
        <th scope="row">${subset}</th><td>${run.record.model.name} #${run.record.seed}</td>
        <td class="num big">${figure(score.value, task.primary, DIGITS)}</td>
        <td class="wide">${intervalBar(score.value, score.interval, scale)}</td>
        <td class="num nowrap">${range(score.interval, task.primary, DIGITS)}</td>
        <td class="num">${examples}</td>
      </tr>`,
      )}</tbody>
    </table></div>`;
}

/** All conventions by all runs; those of subsets folded up. */
export function conventionTables({ runs }: TaskAnalysis): Html {
  const subsets = Object.keys(runs[0].run.scores.subsets);
  const tables = subsets.map((subset) => conventionTable(runs, subset, subsets.length === 1));
  return html`${tables[0]}${
    tables.length > 1 &&
    html`<details class="quiet"><summary>${both({ en: 'All scoring rules on subsets', zh: '各子集的全部口径' })}</summary>${tables.slice(1)}</details>`
  }`;
}

function conventionTable(runs: TaskAnalysis['runs'], subset: string, only: boolean): Html {
  const { task, scores } = runs[0].run;
  const { examples, units } = scores.subsets[subset];
  const scoreOf = (run: TaskAnalysis['runs'][number], convention: string): ConventionScore | undefined =>
    run.run.scores.subsets[subset]?.scores.find((score) => score.convention === convention);
  const caption = only
    ? both({ en: 'All scoring rules', zh: '全部口径' })
    : html`${both({ en: 'All scoring rules, subset', zh: '全部口径，子集' })} <code>${subset}</code>`;
  const single = runs.length === 1 ? runs[0] : undefined;
  const scale = scaleFor(
    single?.run.scores.subsets[subset].scores.flatMap(({ value, interval }) =>
      [value, interval?.low, interval?.high].filter((x) => x === undefined || x <= 1),
    ) ?? [],
  );
  return html`
    <h3>${caption}</h3>
    <p class="note">${both({ en: `${counted(examples, 'example')}, ${counted(units, 'independent unit')}`, zh: `${examples} 个样本，${units} 个独立单元` })}</p>
    <div class="scroll" tabindex="0" role="group" aria-label="${subset}"><table class="scores">
      <thead><tr><th scope="col">${both({ en: 'Rule', zh: '口径' })}</th>
        ${runs.map(({ run }) => html`<th scope="col" class="num">${single ? both({ en: 'Score', zh: '得分' }) : html`${run.record.model.name}<small>${run.record.seed}</small>`}</th>`)}
        ${single && html`<th scope="col" class="axis"><span>${scale.from.toFixed(1)}</span> <span>${scale.to.toFixed(1)}</span></th>`}</tr></thead>
      <tbody>${conventionsOf(task).map(
        ({
          id,
          title,
          unit,
        }) => html`<tr><th scope="row"><span title="${id}">${both(title)}</span>${id === task.primary && html` <span class="star" title="primary">★</span>`}</th>
        ${runs.map((run) => {
          const score = scoreOf(run, id);
          return html`<td class="num">${score ? figure(score.value, id, DIGITS) : '–'} <small class="range">${score ? range(score.interval, id, 1) : ''}</small></td>`;
        })}
        ${single && html`<td class="wide">${unit === 'ratio' ? '' : intervalBar(scoreOf(single, id)?.value ?? Number.NaN, scoreOf(single, id)?.interval, scale)}</td>`}</tr>`,
      )}</tbody>
    </table></div>`;
}
