import { type Details, type Metric, ratio } from './metric.ts';

/** A generated text and its references. */
export interface Written {
  readonly text: string;
  /** At least one. */
  readonly references: readonly string[];
}

/** Takes the generated text and its references out of an answered item. */
export type WrittenOf<Item> = (item: Item) => Written;

/** Characters as code points, without white space: no segmentation of Chinese into words is agreed on. */
const charactersOf = (text: string): string[] => Array.from(text.replaceAll(/\s+/gu, ''));

function countGrams(characters: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= characters.length; i++) {
    const gram = characters.slice(i, i + n).join('');
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

/** How many n-grams two texts share, each as often as both have it. */
function shared(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let count = 0;
  for (const [gram, times] of a) count += Math.min(times, b.get(gram) ?? 0);
  return count;
}

/** Length of the longest common subsequence. */
export function commonLength(a: readonly string[], b: readonly string[]): number {
  let row = new Int32Array(b.length + 1);
  for (const character of a) {
    const next = new Int32Array(b.length + 1);
    for (let j = 1; j <= b.length; j++)
      next[j] = character === b[j - 1] ? row[j - 1] + 1 : Math.max(row[j], next[j - 1]);
    row = next;
  }
  return row[b.length];
}

const grams = (length: number, n: number): number => Math.max(0, length - n + 1);

/** 2PR/(P+R) of matches; 0 where either side is empty. */
export const matchF1 = (matches: number, written: number, wanted: number): number =>
  written + wanted === 0 ? 0 : (2 * matches) / (written + wanted);

/**
 * ROUGE-N of characters as an F1: matches, and n-grams of the references, are summed over all references (Lin 2004, in the
 * form of the package sumeval). 0 where there is no n-gram.
 */
export function rougeN({ text, references }: Written, n: number): number {
  const own = charactersOf(text);
  const counts = countGrams(own, n);
  let matches = 0;
  let wanted = 0;
  for (const reference of references) {
    const characters = charactersOf(reference);
    matches += shared(counts, countGrams(characters, n));
    wanted += grams(characters.length, n);
  }
  return matchF1(matches, references.length * grams(own.length, n), wanted);
}

/** ROUGE-L of characters as an F1: longest common subsequences, summed over all references. */
export function rougeL({ text, references }: Written): number {
  const own = charactersOf(text);
  let matches = 0;
  let wanted = 0;
  for (const reference of references) {
    const characters = charactersOf(reference);
    matches += commonLength(own, characters);
    wanted += characters.length;
  }
  return matchF1(matches, references.length * own.length, wanted);
}

const ROUGES = {
  'ROUGE-1': (written: Written): number => rougeN(written, 1),
  'ROUGE-2': (written: Written): number => rougeN(written, 2),
  'ROUGE-L': rougeL,
} as const;

export type RougeName = keyof typeof ROUGES;

/** The mean over items of the mean of these scores. */
export function rougeMean<Item>(names: readonly RougeName[], writtenOf: WrittenOf<Item>): Metric<Item> {
  const means = (counts: Float64Array): number[] =>
    names.map((_, i) => ratio(counts[i], counts[names.length]));
  return {
    width: names.length + 1,
    count(unit, counts, offset) {
      for (const item of unit) {
        const written = writtenOf(item);
        for (const [i, name] of names.entries()) counts[offset + i] += ROUGES[name](written);
        counts[offset + names.length]++;
      }
    },
    value: (counts) => means(counts).reduce((sum, mean) => sum + mean, 0) / names.length,
    details: (counts) => ({
      ...Object.fromEntries(means(counts).map((mean, i) => [names[i], mean])),
      texts: counts[names.length],
    }),
  };
}

/** Corpus BLEU up to `longest` characters, and what it is made of. */
interface BleuParts {
  readonly bleu: number;
  readonly precisions: readonly number[];
  readonly brevityPenalty: number;
}

/**
 * Corpus BLEU of characters (Papineni et al. 2002): n-grams up to `longest`, matches clipped by the reference that has most; of
 * several references, the closest in length (the shorter one on a tie) gives the reference length; no smoothing.
 */
export function corpusBleu<Item>(longest: number, writtenOf: WrittenOf<Item>): Metric<Item> {
  const [OWN, WANTED] = [2 * longest, 2 * longest + 1];
  return {
    width: 2 * longest + 2,
    count(unit, counts, offset) {
      for (const item of unit) {
        const { text, references } = writtenOf(item);
        const own = charactersOf(text);
        const others = references.map(charactersOf);
        for (let n = 1; n <= longest; n++) {
          const known = others.map((characters) => countGrams(characters, n));
          for (const [gram, times] of countGrams(own, n)) {
            const most = Math.max(0, ...known.map((of) => of.get(gram) ?? 0));
            counts[offset + 2 * (n - 1)] += Math.min(times, most);
          }
          counts[offset + 2 * (n - 1) + 1] += grams(own.length, n);
        }
        counts[offset + OWN] += own.length;
        counts[offset + WANTED] += closestLength(own.length, others);
      }
    },
    value: (counts) => bleuOf(counts, longest).bleu,
    details: (counts): Details => ({
      ...bleuOf(counts, longest),
      characters: counts[OWN],
      referenceCharacters: counts[WANTED],
    }),
  };
}

const closestLength = (length: number, references: readonly (readonly string[])[]): number =>
  references
    .map((reference) => reference.length)
    .reduce((a, b) => {
      const [near, other] = [Math.abs(a - length), Math.abs(b - length)];
      return other < near || (other === near && b < a) ? b : a;
    });

function bleuOf(counts: Float64Array, longest: number): BleuParts {
  const [own, wanted] = [counts[2 * longest], counts[2 * longest + 1]];
  const precisions = Array.from({ length: longest }, (_, n) => ratio(counts[2 * n], counts[2 * n + 1]));
  const brevityPenalty = own >= wanted ? 1 : own === 0 ? 0 : Math.exp(1 - wanted / own);
  const isZero = precisions.some((precision) => !(precision > 0));
  const logs = precisions.reduce((sum, precision) => sum + Math.log(precision), 0);
  return { bleu: isZero ? 0 : brevityPenalty * Math.exp(logs / longest), precisions, brevityPenalty };
}

/** Micro F1 of the names found in the texts; a name in any reference is gold. NaN where no text contains any. */
export function namesF1<Item>(names: readonly string[], writtenOf: WrittenOf<Item>): Metric<Item> {
  const known = [...new Set(names)].filter((name) => name !== '');
  const figures = (counts: Float64Array) => ({
    precision: ratio(counts[0], counts[1]),
    recall: ratio(counts[0], counts[2]),
    f1: ratio(2 * counts[0], counts[1] + counts[2]),
  });
  return {
    width: 3,
    count(unit, counts, offset) {
      for (const item of unit) {
        const { text, references } = writtenOf(item);
        for (const name of known) {
          const isOwn = text.includes(name);
          const isWanted = references.some((reference) => reference.includes(name));
          if (isOwn && isWanted) counts[offset]++;
          if (isOwn) counts[offset + 1]++;
          if (isWanted) counts[offset + 2]++;
        }
      }
    },
    value: (counts) => figures(counts).f1,
    details: (counts) => ({
      ...figures(counts),
      ...{ correct: counts[0], predicted: counts[1], gold: counts[2], names: known.length },
    }),
  };
}

/** The unweighted mean of several metrics, counted together. */
export function meanOf<Item>(parts: Readonly<Record<string, Metric<Item>>>): Metric<Item> {
  const metrics = Object.entries(parts);
  const offsets: number[] = [];
  let width = 0;
  for (const [, metric] of metrics) {
    offsets.push(width);
    width += metric.width;
  }
  const values = (counts: Float64Array): number[] =>
    metrics.map(([, metric], i) => metric.value(counts.subarray(offsets[i], offsets[i] + metric.width)));
  return {
    width,
    count(unit, counts, offset) {
      for (const [i, [, metric]] of metrics.entries()) metric.count(unit, counts, offset + offsets[i]);
    },
    value: (counts) => values(counts).reduce((sum, value) => sum + value, 0) / metrics.length,
    details: (counts) => Object.fromEntries(values(counts).map((value, i) => [metrics[i][0], value])),
  };
}
