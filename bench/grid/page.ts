/**
 * Writes docs/encoder-results.md from the cells that bench/grid/grid.ts kept, so that no figure is typed by hand, and the
 * line of docs/results.md that links it.
 *
 *   npx node bench/grid/page.ts
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../../src/ground/files.ts';
import { kebab } from '../../src/ground/parameters.ts';
import { findTask } from '../../src/tasks/registry.ts';
import { type ArmInterval, type Cell, cellsOf, type KeptCell, keptCells } from './cells.ts';
import { errorLines } from './errors-table.ts';
import { ARMS, RECIPES } from './recipes.ts';
import { difference, percent, row, spread } from './show.ts';
import { ABOUT_TRIALS, trialLines } from './trials-table.ts';

const docs = join(import.meta.dirname, '../../docs');
/** The kind of an arm and what was chosen for it. */
function recipeOf({ model, parameters, members }: KeptCell): string {
  const chosen = Object.entries(parameters).map(([name, value]) => `${kebab(name)}=${value}`);
  const kind = members ? `ensemble of ${members.join(', ')}` : model;
  return [kind, ...chosen.map((one) => `\`${one}\``)].join(' ');
}

/** Of the mean over the seeds; empty where it was not computed for these very runs. */
function rangeOf(own: readonly KeptCell[], intervals: readonly ArmInterval[]): string {
  const runs = own.map(({ run }) => run);
  const ofSeveral = intervals.find((one) => JSON.stringify(one.runs) === JSON.stringify(runs));
  const { low, high } = (own.length > 1 ? ofSeveral : own[0]) ?? {};
  return low !== undefined && high !== undefined ? `[${percent(low)}, ${percent(high)}]` : '';
}

function armRows({ cells, pairs, intervals }: ReturnType<typeof keptCells>): string[] {
  return ARMS.flatMap((arm) => {
    const own = cells.filter((cell) => cell.arm === arm);
    const [first] = own;
    if (!first) return [];
    const scores = own.flatMap(({ score }) => score ?? []);
    const devs = own.flatMap(({ dev }) => dev ?? []);
    return row([
      arm,
      recipeOf(first),
      String(own.length),
      devs.length > 0 ? spread(devs) : '',
      spread(scores),
      rangeOf(own, intervals),
      arm === 'baseline' ? '' : difference(pairs, arm, 'baseline'),
    ]);
  });
}

const curveOf = ({ curve }: KeptCell): string => curve.map(percent).join(', ');

/** What dev said after every epoch. */
function devLines(cells: readonly KeptCell[]): string[] {
  const tuned = cells.filter(
    ({ arm, seed, curve }) => arm === 'fine-tuned' && seed === 0 && curve.length > 0,
  );
  if (tuned.length === 0) return [];
  return [
    '',
    'Dev after every epoch, seed 0:',
    '',
    ...tuned.map((cell) => `- the recipe (${recipeOf(cell)}): ${curveOf(cell)}`),
  ];
}

/** Which cells are still to be run, and what they are expected to take. */
function outstanding(cells: readonly Cell[]): string {
  const arms = [...Map.groupBy(cells, ({ arm }) => arm)].map(([arm, own]) =>
    own.length > 1 ? `${arm} (${own.length} seeds)` : arm,
  );
  const hours = cells.reduce((sum, { minutes }) => sum + minutes, 0) / 60;
  return `Not run yet: ${arms.join(', ')}; about ${hours.toFixed(1)} hours of one core.`;
}

function section(id: string): string[] {
  const kept = keptCells(id);
  const { cells } = kept;
  const [first] = cells;
  const task = findTask(id);
  const all = cellsOf(id);
  if (!first) return [`## ${id}`, '', `${task.title.en}. Goal: ${RECIPES[id].goal}. ${outstanding(all)}`, ''];
  const done = new Set(cells.map(({ arm, seed }) => `${arm} ${seed}`));
  const missing = all.filter(({ arm, seed }) => !done.has(`${arm} ${seed}`));
  const notes = new Set(cells.flatMap(({ arm, note }) => (note ? `${arm}: ${note}` : [])));
  const { train, dev, evaluated } = first.examples;
  return [
    `## ${id}`,
    '',
    `${task.title.en}. ${first.split}: ${evaluated} examples, ${first.units} independent units; learnt from ${train}, tuned on ${dev}. Convention \`${first.convention}\`. Goal: ${RECIPES[id].goal}.`,
    '',
    row(['arm', 'model and recipe', 'seeds', 'dev', 'test', '95 % interval', 'minus baseline']),
    row(['---', '---', '---:', '---:', '---:', '---:', '---:']),
    ...armRows(kept),
    ...devLines(cells),
    ...errorLines(id),
    ...trialLines(id),
    ...(notes.size > 0 ? ['', ...[...notes].map((note) => `Note, ${note}`)] : []),
    ...(missing.length > 0 ? ['', outstanding(missing)] : []),
    '',
  ];
}

interface Parity {
  readonly encoder: string;
  readonly epochs: number;
  readonly pairs: readonly {
    readonly task: string;
    readonly learnt: number;
    readonly train: number;
    readonly ours: number;
    readonly trainer: number;
  }[];
}

/** Whole runs beside the Trainer, of bench/bert/parity.ts. */
function parity(): string[] {
  const file = join(import.meta.dirname, '../results/bert-parity.json');
  if (!existsSync(file)) return [];
  const { encoder, epochs, pairs }: Parity = JSON.parse(readFileSync(file, 'utf8'));
  const rows = [...Map.groupBy(pairs, ({ task }) => task)].map(([task, own]) =>
    row([
      task,
      `${own[0].learnt} of ${own[0].train}`,
      String(own.length),
      spread(own.map(({ ours }) => ours)),
      spread(own.map(({ trainer }) => trainer)),
    ]),
  );
  return [
    '## Beside the Trainer of transformers',
    '',
    `${encoder} by the same plain recipe (${epochs} epochs, AdamW, linear schedule; for entities a softmax head), on the same sequences, the epoch chosen on dev, scored alike; each row over the same seeds, which draw different heads and orders in the two. Test, in percent. \`npx node bench/bert/parity.ts --encoder ${encoder} --work WORK\``,
    '',
    row(['task', 'learnt from', 'seeds', 'chineseblue', 'Trainer']),
    row(['---', '---:', '---:', '---:', '---:']),
    ...rows,
    '',
  ];
}

const tasks = Object.keys(RECIPES);
const all = tasks.flatMap((task) => keptCells(task).cells);
const unique = (list: readonly (string | null)[]): string =>
  [...new Set(list.filter((one) => one !== null))].sort().join(', ');
const page = [
  '# Results of encoders',
  '',
  'Generated from the kept cells in `bench/results/grid` by `node bench/grid/page.ts`; never edited by hand. Each cell is an ordinary run of the full training data, by the recipes in `bench/grid/recipes.ts`, made by',
  '',
  '```sh',
  'npx node bench/grid/grid.ts --work WORK --encoder bge-small-zh-v1.5            # what is finished is skipped',
  'npx node bench/grid/grid.ts --work WORK --encoder bge-small-zh-v1.5 --trials   # remedies, on a sample of train, on dev',
  'npx node bench/grid/grid.ts --work WORK --encoder bge-small-zh-v1.5 --full     # those that gained, on all of train',
  'npx node bench/grid/errors.ts --work WORK                                      # errors on dev where a goal is missed',
  'npx node bench/grid/page.ts',
  '```',
  '',
  'Arms: `baseline` is the strongest of the other kinds of models ([results](results.md)); `frozen` trains only a head on bge-small-zh-v1.5 (24 million parameters), `fine-tuned` all of it; `cbert-tiny` is the model of the package, fine-tuned; `ensemble` combines the named arms of seed 0. Scores are primary metrics in percent: mean ± standard deviation over seeds, and the 95 % interval of that mean over the independent units of test, which says nothing of other seeds ([how](trust.md#means-over-seeds-and-folds)). The last column is a paired comparison on test (bootstrap interval over units, permutation test, Holm-corrected within the task; over all seeds of both arms). Weights, epochs and recipes were chosen on dev.',
  '',
  ABOUT_TRIALS,
  '',
  `${unique(all.map(({ cpu }) => cpu))}; Node ${unique(all.map(({ node }) => node))}; chineseblue at ${unique(all.map(({ commit }) => commit?.slice(0, 10) ?? null))}; ${unique(all.map(({ startedAt }) => startedAt.slice(0, 10)))}.`,
  '',
  ...tasks.flatMap(section),
  ...parity(),
].join('\n');
await writeAtomic(join(docs, 'encoder-results.md'), page);

const LINK = 'Pretrained encoders, frozen and fine-tuned: [encoder-results.md](encoder-results.md).';
const results = join(docs, 'results.md');
const text = existsSync(results) ? readFileSync(results, 'utf8') : '';
if (text !== '' && !text.includes(LINK)) await writeAtomic(results, text.replace(/^(?=## )/m, `${LINK}\n\n`));
