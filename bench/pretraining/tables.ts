/**
 * Writes the tables of docs/pretraining.md between their markers (`<!-- NAME -->` … `<!-- /NAME -->`) from the
 * results of bench/pretraining/compare.ts; no figure is typed by hand.
 *
 *   npx node bench/pretraining/tables.ts
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../../src/ground/files.ts';
import { type Spread, showSpread } from './spread.ts';

interface Result {
  readonly date: string;
  readonly seeds: readonly number[];
  readonly tasks: readonly {
    readonly task: string;
    readonly convention: string;
    readonly examples: { readonly train: number; readonly dev: number; readonly evaluated: number };
    readonly systems: readonly {
      readonly name: string;
      readonly dev: Spread;
      readonly test: Spread;
      readonly learnt: number;
    }[];
    readonly pairs: readonly {
      readonly a: string;
      readonly b: string;
      readonly difference: number;
      readonly low: number;
      readonly high: number;
      readonly adjusted: number;
    }[];
  }[];
}

const results = join(import.meta.dirname, '../results');
const page = join(import.meta.dirname, '../../docs/pretraining.md');
const percent = (value: number): string => (100 * value).toFixed(2);
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const p = (value: number): string => (value < 0.001 ? '< 0.001' : value.toFixed(3));

function tables({ date, seeds, tasks }: Result): string {
  const scores = tasks.flatMap(({ task, systems, examples }) =>
    systems.map(({ name, dev, test, learnt }) =>
      row([
        task,
        name,
        `${learnt} of ${examples.train}`,
        showSpread(dev),
        `${showSpread(test)} (${examples.evaluated})`,
      ]),
    ),
  );
  const [first] = tasks[0].systems;
  const differences = tasks.flatMap(({ task, pairs }) =>
    pairs
      .filter(({ a }) => a === first.name)
      .map(({ b, difference, low, high, adjusted }) =>
        row([task, b, percent(difference), `[${percent(low)}, ${percent(high)}]`, p(adjusted)]),
      ),
  );
  return [
    row(['task', 'initialization', 'training examples', 'dev', 'test (examples)']),
    row(['---', '---', '---:', '---:', '---:']),
    ...scores,
    '',
    `Test score of ${first.name} minus each of the others:`,
    '',
    row(['task', 'other', 'difference', '95 % interval', 'p (Holm)']),
    row(['---', '---', '---:', '---:', '---:']),
    ...differences,
    '',
    `Primary metrics in percent, mean and standard deviation over ${seeds.length} seeds. Intervals: paired bootstrap over the independent units of the test set, means over seeds; p: paired permutation test, Holm-corrected within each task. ${date.slice(0, 10)}.`,
  ].join('\n');
}

interface Arms {
  readonly steps: number;
  readonly batchSize: number;
  readonly maxLength: number;
  readonly arms: readonly ({ readonly arm: string; readonly loss: number } & Readonly<
    Record<'entity' | 'span' | 'other' | 'next', number>
  >)[];
}

/** The arms of the ablation on the same held-out text with the same masks. */
function armTable({ steps, batchSize, maxLength, arms }: Arms): string {
  const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
  return [
    row(['further pretraining', 'loss', 'accuracy on entities', 'spans', 'other', 'pairs']),
    row(['---', '---:', '---:', '---:', '---:', '---:']),
    ...arms.map(({ arm, loss, entity, span, other, next }) =>
      row([arm, loss.toFixed(3), ...[entity, span, other, next].map(share)]),
    ),
    '',
    `${steps} steps of ${batchSize} × ${maxLength} tokens each.`,
  ].join('\n');
}

let text = readFileSync(page, 'utf8');
const NAMES = [
  ...['pretraining-compare', 'pretraining-ablation', 'pretraining-ablation-arms'],
  ...['pretraining-ablation-encoder', 'pretraining-distilled'],
];
for (const name of NAMES) {
  const file = join(results, `${name}.json`);
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`docs/pretraining.md has no ${open} … ${close}`);
  if (!existsSync(file)) continue;
  const result: Result | Arms = JSON.parse(readFileSync(file, 'utf8'));
  const isArms = 'arms' in result;
  if ((isArms ? result.arms : result.tasks).length === 0) continue;
  const shown = isArms ? armTable(result) : tables(result);
  text = `${text.slice(0, start + open.length)}\n${shown}\n${text.slice(end)}`;
}
await writeAtomic(page, text);
