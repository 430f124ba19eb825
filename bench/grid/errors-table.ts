import { KINDS, SHAPES } from '../../src/report/error-kinds.ts';
import { type Errors, keptErrors, type ScoredGroup, type WrongGroup } from './errors-kept.ts';
import { percent, row } from './show.ts';

const share = (part: number, whole: number): string => `${part} (${percent(part / Math.max(1, whole))} %)`;
const scored = (groups: readonly ScoredGroup[]): string =>
  groups
    .map(({ group, count, score, low, high }) => {
      const interval = low === undefined || high === undefined ? '' : ` [${percent(low)}, ${percent(high)}]`;
      return `${group}: ${percent(score)}${interval} (${count})`;
    })
    .join('; ');
const wrong = (groups: readonly WrongGroup[]): string =>
  groups
    .map(({ group, count, wrong }) => `${group}: ${percent(wrong / count)} % wrong (${count})`)
    .join('; ');

/** The dev errors of the best fine-tuned model of a task; empty if they were not counted. */
export function errorLines(task: string): string[] {
  const found = keptErrors(task);
  if (!found) return [];
  const { arm, examples, units, score, errors } = found;
  return [
    '',
    `Errors of ${arm} on dev, seed 0 (${examples} examples, ${units} independent units; score ${percent(score)} with the decoding chosen on dev): ${errors} in total.`,
    '',
    row(['breakdown', 'errors']),
    row(['---', '---']),
    ...rowsOf(found).flatMap(([by, what]) => (what === '' ? [] : row([by, what]))),
  ];
}

function rowsOf({
  kinds,
  errors,
  boundaries,
  classes,
  confusions,
  lengths,
  frequencies,
  overlaps,
  places,
}: Errors): [by: string, what: string][] {
  const named = (from: number, to?: number): string =>
    KINDS.slice(from, to)
      .flatMap(({ id, title }) => {
        const found = kinds.find((kind) => kind.id === id);
        return found ? `${title.en.toLowerCase()} ${share(found.count, errors)}` : [];
      })
      .join('; ');
  const counts = (groups: Errors['confusions']): string =>
    groups.map(({ group, count }) => `${group}: ${count}`).join('; ');
  return [
    ['error type', named(0, SHAPES)],
    ['related to', named(SHAPES)],
    ['boundary', counts(boundaries)],
    [
      'class: F1 (gold)',
      classes.map(({ label, f1, gold }) => `${label} ${percent(f1)} (${gold})`).join('; '),
    ],
    ['confusion, gold → prediction', counts(confusions)],
    ['characters: score (examples)', scored(lengths)],
    ['frequency in train: recall (gold)', frequencies.length > 1 ? scored(frequencies) : ''],
    ['shared characters', wrong(overlaps)],
    ['rank of the first relevant document', counts(places)],
  ];
}
