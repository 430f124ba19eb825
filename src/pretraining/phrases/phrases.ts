import { setImmediate } from 'node:timers/promises';
import { UserError } from '../../ground/errors.ts';
import { readLineBatches, writeAtomic } from '../../ground/files.ts';
import { buildAutomaton, eachMatch } from '../../text/aho-corasick.ts';
import { trainTermFilter } from '../lexicon/term-filter.ts';
import { type Candidate, frequentNgrams, type PhraseText } from './candidates.ts';
import { fitForest, forestQuality } from './forest.ts';
import { countSegments } from './segmentation.ts';
import { cutWords, generalWords } from './words.ts';

export interface MiningOptions {
  /** Least occurrences. */
  readonly minCount: number;
  /** Longest phrase in code units. */
  readonly longest: number;
  /** Least quality, 0 to 1. */
  readonly minQuality: number;
  /** Least likelihood of belonging to the domain, 0 to 1. */
  readonly minDomain: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (share: number, note: string) => void;
}

export const MINING_DEFAULTS: MiningOptions = {
  minCount: 5,
  longest: 8,
  minQuality: 0.5,
  minDomain: 0.5,
  seed: 0,
};

export const PHRASE_REASONS = [
  'function-word',
  'number',
  'cut-word',
  'no-chinese',
  'fragment',
  'low-quality',
  'off-domain',
] as const;
export type PhraseReason = (typeof PHRASE_REASONS)[number];

export interface Phrase extends Omit<Candidate, 'absorbed'> {
  /** How good a phrase it is, by the classifier, 0 to 1; 0 where a rule turned it away before. */
  readonly quality: number;
  /** How likely it belongs to the domain, 0 to 1; NaN where it was turned away before. */
  readonly domain: number;
  /** Occurrences as a segment of its own. */
  readonly segments: number;
  /** In the lexicon. */
  readonly known: boolean;
}

export interface Mined {
  /** By quality times the logarithm of its segments. */
  readonly kept: readonly Phrase[];
  readonly rejected: readonly { readonly phrase: Phrase; readonly reason: PhraseReason }[];
  /** What the classifiers learnt from and how well the filter did on words that were kept aside. */
  readonly facts: { candidates: number; seeds: number; heldOutAuc: number };
}

/** A phrase that is a segment in a smaller share of its occurrences is a piece of others. */
const LEAST_SEGMENTS = 0.2;
const GENERAL_WORDS = 20_000;
/** A word this many times as frequent in the text as in general Chinese may belong to the domain. */
const TYPICAL = 4;
const LEAST_SEEDS = 20;

/** Words that begin no phrase, and words that end none. */
const NOT_FIRST = new Set(
  '的了着过是和与及或而但也都就吗呢吧啊呀么们等之其于以被把让给则且并即所个些种位次这那每某各如',
);
const NOT_LAST = new Set(
  '的了是在和与及或而但也不很有会能可要为对从到将把被让给我你您他她它这那哪一两几个些种该其之所以于如等',
);
/** Questions and talk, not descriptions. */
const TALK =
  /[我你您他她它咱吗呢]|请问|谢谢|您好|你好|怎么|什么|怎样|如何|能不能|可不可以|会不会|是不是|有没有|可以|哪|多少/;
const NUMBER = /^[0-9]|[^0-9a-z][0-9]+$|[0-9]+(?:个?[岁月年日天次周]|小时|分钟)/;
/** Words that join phrases: inside one, they show that it is two. */
const JOINTS = new Set(['的', '了', '和', '与', '及', '或', '或者', '以及', '等', '并', '是']);

/**
 * Mines phrases of the domain from raw text, as AutoPhrase does: frequent n-grams, a classifier that learns from
 * the lexicon's terms as its only sure examples, and phrasal segmentation; then rules and a fastText-like filter
 * as in the paper of ChineseBLUE. Folded text; deterministic under a seed.
 * Throws a UserError (`too-few-seeds`) where fewer than 20 terms of the lexicon are frequent in the text.
 */
export async function minePhrases(
  text: PhraseText,
  lexicon: readonly string[],
  choices: Partial<MiningOptions> = {},
): Promise<Mined> {
  const options = { ...MINING_DEFAULTS, ...choices };
  const progress = async (share: number, note: string): Promise<void> => {
    // Each stage blocks for seconds: let an interruption and the progress bar through between them.
    await setImmediate();
    options.signal?.throwIfAborted();
    options.onProgress?.(share, note);
  };
  await progress(0, 'n-grams');
  const all = frequentNgrams(text, options);
  const terms = new Set(lexicon);
  const reasons = all.map((candidate) => (terms.has(candidate.text) ? undefined : shapeFault(candidate)));
  const candidates = all.filter((_, i) => reasons[i] === undefined);
  const seeds = candidates.flatMap(({ text }, i) => (terms.has(text) ? [i] : []));
  if (seeds.length < LEAST_SEEDS) {
    throw new UserError(
      'too-few-seeds',
      `Only ${seeds.length} terms of the lexicon are frequent in this text`,
      {
        hint: `At least ${LEAST_SEEDS} must occur ${options.minCount} times: give more text, a larger lexicon, or a smaller --min-count.`,
      },
    );
  }
  await progress(0.5, 'quality');
  const quality = judgeQuality(candidates, seeds, text.documents, options.seed);
  await progress(0.7, 'segmentation');
  const good = candidates.flatMap((_, i) =>
    quality[i] >= options.minQuality || terms.has(candidates[i].text) ? [i] : [],
  );
  const cuts = countSegments(
    text,
    good.map((i) => ({ text: candidates[i].text, count: candidates[i].count, quality: quality[i] })),
  );
  const segments = new Float64Array(candidates.length);
  good.forEach((i, k) => {
    segments[i] = cuts[k];
  });
  await progress(0.9, 'domain');
  const others = wordsOfOthers(text, all, terms);
  const filter = trainTermFilter(
    lexicon.filter((term) => /\p{Script=Han}/u.test(term)),
    others,
    options.seed,
  );
  const containsTerm = createTermTest(lexicon);
  const kept: Phrase[] = [];
  const rejected: { phrase: Phrase; reason: PhraseReason }[] = [];
  all.forEach((candidate, i) => {
    const reason = reasons[i];
    if (reason) rejected.push({ phrase: phraseOf(candidate), reason });
  });
  candidates.forEach((candidate, i) => {
    const known = terms.has(candidate.text);
    const domain = known || containsTerm(candidate.text) ? 1 : filter.score(candidate.text);
    const phrase = phraseOf(candidate, { quality: quality[i], domain, segments: segments[i], known });
    const reason =
      !known && quality[i] < options.minQuality
        ? 'low-quality'
        : !known && segments[i] < Math.max(options.minCount, LEAST_SEGMENTS * candidate.count)
          ? 'fragment'
          : domain < options.minDomain
            ? 'off-domain'
            : undefined;
    if (reason) rejected.push({ phrase, reason });
    else kept.push(phrase);
  });
  const rank = (phrase: Phrase): number => phrase.quality * Math.log1p(phrase.segments);
  kept.sort((a, b) => rank(b) - rank(a) || (a.text < b.text ? -1 : 1));
  return {
    kept,
    rejected,
    facts: { candidates: all.length, seeds: seeds.length, heldOutAuc: filter.heldOutAuc },
  };
}

function phraseOf(candidate: Candidate, judged: Partial<Phrase> = {}): Phrase {
  const { absorbed: _, ...rest } = candidate;
  return { ...rest, quality: 0, domain: Number.NaN, segments: 0, known: false, ...judged };
}

/** The rules: what cannot be a phrase whatever its statistics. */
function shapeFault({ text, insideWord }: Candidate): PhraseReason | undefined {
  if (!/\p{Script=Han}/u.test(text)) return 'no-chinese';
  if (insideWord > 0.5) return 'cut-word';
  if (NUMBER.test(text)) return 'number';
  const words = cutWords(text);
  const joined =
    NOT_FIRST.has(words[0]) || NOT_LAST.has(words.at(-1)!) || words.some((word) => JOINTS.has(word));
  return joined || TALK.test(text) ? 'function-word' : undefined;
}

/** Frequent words of general Chinese that are not several times as frequent here. */
function wordsOfOthers(
  { letters }: PhraseText,
  candidates: readonly Candidate[],
  terms: ReadonlySet<string>,
): string[] {
  const countOf = new Map(candidates.map(({ text, count }) => [text, count]));
  const { words, total } = generalWords(GENERAL_WORDS);
  return words
    .filter(({ word, frequency }) => (countOf.get(word) ?? 0) / letters <= (TYPICAL * frequency) / total)
    .flatMap(({ word }) => (terms.has(word) ? [] : [word]));
}

/** Whether a phrase holds a term, but is not one. */
function createTermTest(lexicon: readonly string[]): (text: string) => boolean {
  const automaton = buildAutomaton(lexicon);
  return (text) => {
    let found = false;
    eachMatch(automaton, text, () => {
      found = true;
    });
    return found;
  };
}

function judgeQuality(
  candidates: readonly Candidate[],
  seeds: readonly number[],
  documents: number,
  seed: number,
): Float64Array {
  const rows = candidates.map((candidate) => featuresOf(candidate, documents));
  const width = rows[0].length;
  const values = Float64Array.from(rows.flat());
  const forest = fitForest({ width, values }, seeds, { seed });
  return Float64Array.from(candidates, (_, row) => forestQuality(forest, values, row));
}

/** What the classifier sees of a candidate: numbers that say the same of long and short, of entities and spans. */
function featuresOf(candidate: Candidate, documents: number): number[] {
  const { text, count, pmi, leftEntropy, rightEntropy, leftBreaks, rightBreaks, absorbed } = candidate;
  const words = cutWords(text);
  return [
    Math.log(count),
    pmi,
    leftEntropy / Math.log(count),
    rightEntropy / Math.log(count),
    Math.min(leftEntropy, rightEntropy),
    leftBreaks,
    rightBreaks,
    absorbed,
    Math.log(documents / candidate.documents),
    candidate.documents / count,
    words.filter((word) => word.length === 1).length / words.length,
    (text.match(/[0-9a-z]/g)?.length ?? 0) / text.length,
  ];
}

const HEADER = ['phrase', 'quality', 'domain', 'count', 'segments', 'pmi', 'left', 'right', 'known'];

/** Where `known` stands behind the first two columns. */
const KNOWN_COLUMN = HEADER.length - 3;

const row = (phrase: Phrase): (string | number)[] => [
  phrase.text,
  phrase.quality.toFixed(3),
  Number.isNaN(phrase.domain) ? '' : phrase.domain.toFixed(3),
  phrase.count,
  phrase.segments,
  phrase.pmi.toFixed(2),
  phrase.leftEntropy.toFixed(2),
  phrase.rightEntropy.toFixed(2),
  phrase.known ? 1 : 0,
];

const table = function* (rows: Iterable<readonly (string | number)[]>): Generator<string> {
  for (const cells of rows) yield `${cells.join('\t')}\n`;
};

/** Tab-separated, with a header; entropies in nats. */
export async function writePhrases(file: string, phrases: readonly Phrase[]): Promise<void> {
  await writeAtomic(file, [...table([HEADER, ...phrases.map(row)])].join(''));
}

/** As `writePhrases`, most frequent first, with the reason at the end. */
export async function writeRejected(file: string, rejected: Mined['rejected']): Promise<void> {
  const sorted = rejected.toSorted((a, b) => b.phrase.count - a.phrase.count);
  await writeAtomic(
    file,
    [...table([[...HEADER, 'reason'], ...sorted.map(({ phrase, reason }) => [...row(phrase), reason])])].join(
      '',
    ),
  );
}

/**
 * The phrases of such a file that the lexicon did not know, or all of any list with one phrase a line.
 * Throws a UserError (`phrases-empty`).
 */
export async function readPhrases(file: string): Promise<string[]> {
  const phrases = new Set<string>();
  for await (const lines of readLineBatches(file)) {
    for (const { text, number } of lines) {
      const [phrase, second, ...rest] = text.split('\t');
      if (rest[KNOWN_COLUMN] === '1') continue;
      if (phrase !== '' && !(number === 1 && phrase === HEADER[0] && second === HEADER[1]))
        phrases.add(phrase);
    }
  }
  if (phrases.size > 0) return [...phrases];
  throw new UserError('phrases-empty', 'The list has no phrase', { file, hint: 'Write one phrase a line.' });
}
