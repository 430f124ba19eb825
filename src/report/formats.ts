import { counted } from '../ground/counted.ts';
import { finite } from '../ground/json.ts';
import { escapeMarkdown, markdownTable } from '../ground/markdown.ts';
import { figure, isUnsure, range, UNSURE_MARK, UNSURE_NOTE } from '../scoring/figures.ts';
import { type ConventionScore, primaryScore } from '../scoring/score-sheet.ts';
import { conventionsOf } from '../tasks/conventions.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { RunAnalysis, TaskAnalysis } from './analysis.ts';
import { KINDS, kindIds } from './error-kinds.ts';

const DIGITS = 2;

/** One score of one run as a flat record, for the plain formats. */
interface Row {
  readonly run: RunAnalysis;
  readonly subset: string;
  readonly examples: number;
  readonly units: number;
  readonly score: ConventionScore;
}

function rowsOf(tasks: readonly TaskAnalysis[]): Row[] {
  return tasks.flatMap(({ runs }) =>
    runs.flatMap((run) =>
      Object.entries(run.run.scores.subsets).flatMap(([subset, { examples, units, scores }]) =>
        scores.map((score): Row => ({ run, subset, examples, units, score })),
      ),
    ),
  );
}

function markdown(tasks: readonly TaskAnalysis[]): string {
  const parts = tasks.flatMap(({ runs }) => {
    const { task, record, scores } = runs[0].run;
    const names = runs.map(({ run }) => escapeMarkdown(`${run.record.model.name} #${run.record.seed}`));
    return [
      `# ${escapeMarkdown(`${task.id} ${record.split}`)}${record.synthetic ? ' (synthetic sample)' : ''}`,
      `${counted(scores.coverage.asked, 'example')}, ${counted(scores.subsets.all.units, 'independent unit')}. ★ primary metric. 95 % intervals from a bias-corrected Bayesian bootstrap over units. ${UNSURE_NOTE.en}`,
      scoreTable(runs, names),
      '## Kinds of error',
      kindTable(runs, names),
      ...runs.flatMap((run, i) =>
        run.classes.length === 0 ? [] : [`## By class: ${names[i]}`, classTable(run)],
      ),
    ];
  });
  return `${parts.join('\n\n')}\n`;
}

function scoreTable(runs: readonly RunAnalysis[], names: readonly string[]): string {
  const { task } = runs[0].run;
  const cellOf = ({ run }: RunAnalysis, id: string): string => {
    const score = run.scores.subsets.all.scores.find(({ convention }) => convention === id);
    return score ? escapeMarkdown(`${figure(score.value, id, DIGITS)} ${range(score.interval, id, 1)}`) : '–';
  };
  return markdownTable(
    ['rule', ...names],
    conventionsOf(task).map(({ id, title }) => [
      `${escapeMarkdown(title.en)}${id === task.primary ? ' ★' : ''}`,
      ...runs.map((run) => cellOf(run, id)),
    ]),
  );
}

function kindTable(runs: readonly RunAnalysis[], names: readonly string[]): string {
  const rows = KINDS.flatMap(({ id, title }) => {
    const counts = runs.map(({ kinds }) => kinds.find((kind) => kind.id === id)?.count ?? 0);
    return counts.some((count) => count > 0) ? [[escapeMarkdown(title.en), ...counts.map(String)]] : [];
  });
  return markdownTable(['kind of error', ...names], rows);
}

function classTable({ classes, classesLeftOut }: RunAnalysis): string {
  const rows = classes.map(({ label, precision, recall, f1, gold }) => [
    escapeMarkdown(label),
    percent(precision),
    percent(recall),
    percent(f1.estimate),
    escapeMarkdown(`[${percent(f1.low)}, ${percent(f1.high)}]${isUnsure(f1) ? UNSURE_MARK : ''}`),
    String(gold),
  ]);
  const table = markdownTable(['class', 'P', 'R', 'F1', 'interval', 'gold'], rows);
  return classesLeftOut === 0
    ? table
    : `${table}\n\nThe ${classes.length} most frequent classes of ${classes.length + classesLeftOut} that occur.`;
}

const percent = (share: number): string => (Number.isNaN(share) ? '–' : (share * 100).toFixed(DIGITS));

const CSV_HEAD =
  'task,split,synthetic,model,seed,run,subset,convention,primary,score,low,high,flaw,examples,units,answered';

function csv(tasks: readonly TaskAnalysis[]): string {
  const lines = rowsOf(tasks).map(({ run: { run }, subset, examples, units, score }) => {
    const { task, record, scores } = run;
    const number = (value: number | undefined): string =>
      value === undefined || Number.isNaN(value) ? '' : String(value);
    return [
      task.id,
      record.split,
      String(record.synthetic),
      record.model.id,
      String(record.seed),
      record.id,
      subset,
      score.convention,
      String(score.convention === task.primary),
      number(score.value),
      number(score.interval?.low),
      number(score.interval?.high),
      score.interval?.flaw ?? '',
      String(examples),
      String(units),
      String(scores.coverage.answered),
    ]
      .map(csvCell)
      .join(',');
  });
  return `${[CSV_HEAD, ...lines].join('\n')}\n`;
}

/** Quoted where needed (RFC 4180); a text that a spreadsheet would compute is kept a text. */
function csvCell(value: string): string {
  const inert =
    /^[=+@\t\r]/.test(value) || (value.startsWith('-') && Number.isNaN(Number(value))) ? `'${value}` : value;
  return /[",\n\r]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

function json(tasks: readonly TaskAnalysis[]): string {
  const value = {
    schema: 'chineseblue/report@2',
    tasks: tasks.map(({ runs, comparison }) => ({
      task: runs[0].run.task.id,
      split: runs[0].run.record.split,
      comparison,
      runs: runs.map(
        ({ run, classes, classesLeftOut, confusion, breakdowns, calibration, learning, kinds, answers }) => ({
          record: run.record,
          scores: run.scores,
          classes,
          ...(classesLeftOut > 0 && { classesLeftOut }),
          confusion,
          breakdowns,
          calibration,
          learning,
          kinds: kinds.map(({ id, count, share, examples }) => ({
            id,
            count,
            share,
            examples: examples.map(({ example, error }) => ({
              id: run.examples[example].id,
              kinds: kindIds(answers.errors[example][error].kinds),
            })),
          })),
        }),
      ),
    })),
  };
  return `${JSON.stringify(value, finite, 2)}\n`;
}

/** One booktabs table per task: one row per run, the primary score with its interval. */
function latex(tasks: readonly TaskAnalysis[]): string {
  const tables = tasks.map(({ runs, comparison }) => {
    const { task, record } = runs[0].run;
    const groups = new Map(
      comparison?.systems.flatMap((system) => system.runs.map((id) => [id, system.groups] as const)),
    );
    const rows = runs.map(({ run }) => {
      const { value, interval } = primaryScore(run.scores);
      const group = groups.get(run.record.id);
      const cells = [
        // In braces: a row that began with `[` would be read as the argument of the line end before it.
        `{${escapeLatex(`${run.record.model.name} #${run.record.seed}`)}}`,
        `${escapeLatex(figure(value, task.primary, DIGITS))}${group ? `\\textsuperscript{${escapeLatex(group)}}` : ''}`,
        escapeLatex(range(interval, task.primary, DIGITS)),
      ];
      return `    ${cells.join(' & ')} \\\\`;
    });
    return [
      '\\begin{table}',
      '  \\centering',
      '  \\begin{tabular}{lrr}',
      '    \\toprule',
      '    Run & Score & 95\\,\\% interval \\\\',
      '    \\midrule',
      ...rows,
      '    \\bottomrule',
      '  \\end{tabular}',
      `  \\caption{${escapeLatex(`${task.id} ${record.split}${record.synthetic ? ' (synthetic sample)' : ''}, ${task.primary}.`)}${comparison ? ' Runs that share a letter do not differ significantly (paired tests, Holm).' : ''}}`,
      '\\end{table}',
    ].join('\n');
  });
  return `% needs \\usepackage{booktabs}\n${tables.join('\n\n')}\n`;
}

const LATEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '−': '$-$',
  '–': '--',
  '∞': '$\\infty$',
};

const escapeLatex = (text: string): string =>
  text.replace(/[\\~^−–∞]|[&%$#_{}]/g, (character) => LATEX[character] ?? `\\${character}`);

/** The `model-index` block of a model card, one entry per model: YAML, whose strings are JSON strings. */
function modelIndex(tasks: readonly TaskAnalysis[]): string {
  const models = new Map<string, RunAnalysis[]>();
  for (const run of tasks.flatMap(({ runs }) => runs)) {
    const { id } = run.run.record.model;
    models.set(id, [...(models.get(id) ?? []), run]);
  }
  const text = JSON.stringify;
  const lines = [...models].flatMap(([model, runs]) => [
    `- name: ${text(model)}`,
    '  results:',
    ...runs.flatMap(({ run: { task, record, scores } }) => [
      '  - task:',
      `      type: ${text(familyOf(task).hubTaskType)}`,
      `      name: ${text(task.title.en)}`,
      '    dataset:',
      `      name: ${text(`${task.id}${record.synthetic ? ' (synthetic sample)' : ''}`)}`,
      `      type: ${text(`chineseblue/${task.id}`)}`,
      `      split: ${text(record.split)}`,
      `      args: ${JSON.stringify({ seed: record.seed, files: record.corpus.map(({ path, sha256 }) => `${path}@sha256:${sha256}`) })}`,
      '    metrics:',
      ...scores.subsets.all.scores.flatMap(({ convention, value }) =>
        Number.isFinite(value)
          ? [
              `    - type: ${text(metricType(convention))}`,
              `      value: ${value}`,
              `      name: ${text(convention)}`,
              '      verified: false',
            ]
          : [],
      ),
      '    source:',
      '      name: "chineseblue"',
      '      url: "https://www.npmjs.com/package/chineseblue"',
    ]),
  ]);
  return `model-index:\n${lines.join('\n')}\n`;
}

/** The metric's name on the Hub. */
function metricType(convention: string): string {
  if (/accuracy/.test(convention)) return 'accuracy';
  if (/mrr/.test(convention)) return 'mrr';
  if (/ndcg/.test(convention)) return 'ndcg';
  if (/mcc|matthews/.test(convention)) return 'matthews_correlation';
  if (/roc-auc/.test(convention)) return 'roc_auc';
  return /f1|strict|muc/.test(convention) ? 'f1' : convention.split('@')[0];
}

/** Formats of a report that are plain text. */
export const FORMATS = { markdown, csv, json, latex, 'model-index': modelIndex } as const;
