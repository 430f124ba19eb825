import { createHash } from 'node:crypto';
import { version } from '../ground/version.ts';
import { figure } from '../scoring/figures.ts';
import { primaryScore } from '../scoring/score-sheet.ts';
import type { TaskAnalysis } from './analysis.ts';
import { pageAssets } from './assets.ts';
import { bundle } from './bundle.ts';
import { both, type Html, html } from './html.ts';
import { annotators } from './sections/annotators.ts';
import { expenseTable } from './sections/answers.ts';
import { provenance } from './sections/provenance.ts';
import { runSection } from './sections/run.ts';
import { comparisonTable, conventionTables, primaryTable, subsetTable } from './sections/scores.ts';

/**
 * The report as one HTML page, piece by piece: it is never held in memory as a whole. The page needs no network and may
 * not use one (its content security policy), and runs no script but its own, identified by its hash.
 */
export async function* reportPage(tasks: readonly TaskAnalysis[], created: Date): AsyncGenerator<string> {
  const { script, style } = await pageAssets();
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
  const title = tasks
    .map((task) => `${task.runs[0].run.task.id} ${task.runs[0].run.record.split}`)
    .join(', ');
  yield '<!doctype html>\n';
  yield html`<html lang="en" data-lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="generator" content="chineseblue ${version()}">
<title>${title} – chineseblue</title>
<link rel="icon" href="data:,">
<style>${{ markup: style }}</style></head><body>
${header(tasks)}
<main id="top">`.markup;
  for (const [i, task] of tasks.entries()) yield taskSection(task, i).markup;
  yield html`</main>
<footer><p>chineseblue ${version()} · ${created.toISOString().slice(0, 16).replace('T', ' ')} UTC</p></footer>
`.markup;
  for (const [i, task] of tasks.entries()) {
    const { index, chunks } = bundle(task);
    yield `<script type="application/json" id="index-${i}">${safeJson(index)}</script>\n`;
    let number = 0;
    for (const chunk of chunks)
      yield `<script type="text/plain" id="chunk-${i}-${number++}">${chunk}</script>\n`;
  }
  yield `<script>${script}</script>\n</body></html>\n`;
}

/** JSON that cannot end the script element that contains it. */
export const safeJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

function header(tasks: readonly TaskAnalysis[]): Html {
  const links = tasks.flatMap(({ runs }, i) => [
    html`<a href="#task-${i}">${runs[0].run.task.id}</a>`,
    html`<a href="#browser-${i}">${both({ en: 'Errors', zh: '错误' })}</a>`,
  ]);
  return html`<header class="top"><a class="brand" href="#top">chineseblue</a>
<nav id="sections" aria-label="Sections">${links}</nav>
<div class="switches">
<button type="button" id="language" aria-label="中文 / English">中文</button>
<button type="button" id="theme" aria-label="Light or dark">◐</button>
</div></header>`;
}

function taskSection(analysis: TaskAnalysis, number: number): Html {
  const { runs } = analysis;
  const [{ run }] = runs;
  const { task, record, scores } = run;
  const best = runs.map((one) => primaryScore(one.run.scores)).filter(({ value }) => !Number.isNaN(value));
  return html`<section class="task" id="task-${number}" aria-labelledby="title-${number}">
<div class="hero"><div>
<h1 id="title-${number}">${task.id} <span class="split">${record.split}</span></h1>
<p class="lead">${both(task.title)} · ${both(task.domain)}${record.synthetic && html` <span class="badge warn">${both({ en: 'synthetic sample: says nothing about real text', zh: '合成样例：不代表真实文本' })}</span>`}</p>
</div>
${runs.length === 1 && best[0] && html`<p class="headline"><span class="figure">${figure(best[0].value, task.primary, 1)}</span>${best[0].interval && html`<span class="note">[${figure(best[0].interval.low, task.primary, 1)}, ${figure(best[0].interval.high, task.primary, 1)}]</span>`}</p>`}
</div>
<ul class="facts">
<li><b>${scores.coverage.asked}</b> ${both({ en: 'examples', zh: '个样本' })}</li>
<li><b>${scores.subsets.all.units}</b> ${both({ en: 'independent units', zh: '个独立单元' })}</li>
<li><b>${runs.length}</b> ${both({ en: runs.length === 1 ? 'run' : 'runs', zh: '次运行' })}</li>
</ul>
<div class="card"><h2>${both({ en: 'Score', zh: '得分' })}</h2>${primaryTable(analysis)}${expenseTable(analysis)}${comparisonTable(analysis)}${subsetTable(analysis)}${conventionTables(analysis)}</div>
${runs.map(
  (one, i) =>
    html`<div class="card"><details class="run"${{ markup: i === 0 ? ' open' : '' }}><summary><h2>${one.run.record.model.name} <small>${both({ en: `seed ${one.run.record.seed}`, zh: `种子 ${one.run.record.seed}` })}</small></h2></summary>${runSection(one, analysis)}</details></div>`,
)}
<div class="card browser" id="browser-${number}" data-task="${number}"><h2>${both({ en: 'Error browser', zh: '错误浏览' })}</h2>
<noscript><p class="note">${both({ en: 'This part needs JavaScript.', zh: '需启用 JavaScript。' })}</p></noscript></div>
${annotators(analysis.agreement)}
${provenance(analysis)}
</section>`;
}
