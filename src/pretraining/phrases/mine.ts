import { setImmediate } from 'node:timers/promises';
import { counted } from '../../ground/counted.ts';
import { UserError } from '../../ground/errors.ts';
import type { Text } from '../../ground/language.ts';
import { type Parsed, withDefaults } from '../../ground/parameters.ts';
import { buildAutomaton, eachMatch } from '../../text/aho-corasick.ts';
import type { Observer } from '../observer.ts';
import { MINING } from '../parameters.ts';
import { type DomainFilter, trainDomainFilter } from './domain-filter.ts';
import { type Candidate, frequentNgrams } from './ngrams.ts';
import { judgeQuality } from './quality.ts';
import { type PhraseReason, shapeFault } from './rules.ts';
import { countSegments } from './segmentation.ts';
import type { PhraseText } from './text.ts';
import { generalWords } from './words.ts';

export type MiningOptions = Parsed<typeof MINING>;

export interface Phrase extends Omit<Candidate, 'absorbed'> {
  /** Phrase quality by the classifier, 0 to 1; 0 where a rule rejected the candidate before. */
  readonly quality: number;
  /** Probability of belonging to the domain, 0 to 1; NaN if a rule rejected the candidate before. */
  readonly domain: number;
  /** Occurrences as a separate segment. */
  readonly segments: number;
  /** In the lexicon. */
  readonly known: boolean;
}

export interface Mined {
  /** By quality times the logarithm of the number of segments. */
  readonly kept: readonly Phrase[];
  readonly rejected: readonly { readonly phrase: Phrase; readonly reason: PhraseReason }[];
  /** What the classifiers were trained on, and the filter's AUC on held-out words. */
  readonly facts: {
    readonly candidates: number;
    readonly seeds: number;
    readonly heldOutAuc: number;
  };
}

/** A phrase that is a segment in a smaller share of its occurrences is a fragment. */
const MIN_SEGMENT_SHARE = 0.2;
const GENERAL_WORDS = 20_000;
/** A word this many times as frequent in the text as in general Chinese may belong to the domain. */
const TYPICAL = 4;
const MIN_SEEDS = 20;

const STAGES = {
  ngrams: { en: 'n-grams', zh: 'n-gram' },
  quality: { en: 'phrase quality', zh: '短语质量' },
  segmentation: { en: 'segmentation', zh: '短语切分' },
  domain: { en: 'domain filter', zh: '领域过滤' },
} satisfies Record<string, Text>;

/**
 * Mines phrases of the domain from raw text as AutoPhrase does (Shang et al. 2018): frequent n-grams, a classifier with
 * the lexicon's terms as its only certain examples, phrasal segmentation; then rules and a fastText-like filter as in
 * the ChineseBLUE paper. Phrases are folded text; equal seeds give equal phrases.
 * Throws a UserError (`too-few-seeds`) if fewer than 20 terms of the lexicon are frequent in the text.
 */
export async function minePhrases(
  text: PhraseText,
  lexicon: readonly string[],
  choices: Partial<MiningOptions> = {},
  { signal, onProgress }: Observer = {},
): Promise<Mined> {
  const options = withDefaults(MINING, choices);
  const enter = async (share: number, stage: Text): Promise<void> => {
    // Each stage blocks for seconds: interruptions and the progress bar get their turn between them.
    await setImmediate();
    signal?.throwIfAborted();
    onProgress?.(share, stage);
  };
  await enter(0, STAGES.ngrams);
  const all = frequentNgrams(text, options);
  const terms = new Set(lexicon);
  const faults = all.map((candidate) => (terms.has(candidate.text) ? undefined : shapeFault(candidate)));
  const candidates = all.filter((_, i) => faults[i] === undefined);
  const seeds = candidates.flatMap(({ text }, i) => (terms.has(text) ? [i] : []));
  if (seeds.length < MIN_SEEDS) throw tooFewSeeds(seeds.length, options.minCount);
  await enter(0.5, STAGES.quality);
  const quality = judgeQuality(candidates, seeds, text.documents, options.seed);
  await enter(0.7, STAGES.segmentation);
  const isGood = (i: number): boolean => quality[i] >= options.minQuality || terms.has(candidates[i].text);
  const segments = segmentCounts(text, candidates, quality, isGood);
  await enter(0.9, STAGES.domain);
  const filter = trainDomainFilter(
    lexicon.filter((term) => /\p{Script=Han}/u.test(term)),
    wordsOfOthers(text, all, terms),
    options.seed,
  );
  const judged = judgeDomain(candidates, { quality, segments, lexicon, terms, filter });
  const { kept, rejected } = divide(judged, options);
  const turnedAway = all.flatMap((candidate, i) => {
    const reason = faults[i];
    return reason === undefined ? [] : [{ phrase: phraseOf(candidate), reason }];
  });
  return {
    kept,
    rejected: [...turnedAway, ...rejected],
    facts: { candidates: all.length, seeds: seeds.length, heldOutAuc: filter.heldOutAuc },
  };
}

/** Occurrences of each candidate as a separate segment; 0 for those that are not good. */
function segmentCounts(
  text: PhraseText,
  candidates: readonly Candidate[],
  quality: Float64Array,
  isGood: (i: number) => boolean,
): Float64Array {
  const good = candidates.flatMap((_, i) => (isGood(i) ? [i] : []));
  const cuts = countSegments(
    text,
    good.map((i) => ({ text: candidates[i].text, count: candidates[i].count, quality: quality[i] })),
  );
  const segments = new Float64Array(candidates.length);
  good.forEach((i, k) => {
    segments[i] = cuts[k];
  });
  return segments;
}

function phraseOf(candidate: Candidate, judged: Partial<Phrase> = {}): Phrase {
  const { absorbed: _, ...rest } = candidate;
  return { ...rest, quality: 0, domain: Number.NaN, segments: 0, known: false, ...judged };
}

interface Measured {
  readonly quality: Float64Array;
  readonly segments: Float64Array;
  readonly lexicon: readonly string[];
  readonly terms: ReadonlySet<string>;
  readonly filter: DomainFilter;
}

/** Candidates with everything that was measured; whatever contains a term of the lexicon belongs to the domain. */
function judgeDomain(
  candidates: readonly Candidate[],
  { quality, segments, lexicon, terms, filter }: Measured,
): Phrase[] {
  const containsTerm = createTermTest(lexicon);
  return candidates.map((candidate, i) => {
    const known = terms.has(candidate.text);
    const domain = known || containsTerm(candidate.text) ? 1 : filter.score(candidate.text);
    return phraseOf(candidate, { quality: quality[i], domain, segments: segments[i], known });
  });
}

function divide(
  phrases: readonly Phrase[],
  options: MiningOptions,
): { kept: Phrase[]; rejected: { phrase: Phrase; reason: PhraseReason }[] } {
  const kept: Phrase[] = [];
  const rejected: { phrase: Phrase; reason: PhraseReason }[] = [];
  for (const phrase of phrases) {
    const reason = statisticalFault(phrase, options);
    if (reason) rejected.push({ phrase, reason });
    else kept.push(phrase);
  }
  const rank = (phrase: Phrase): number => phrase.quality * Math.log1p(phrase.segments);
  kept.sort((a, b) => rank(b) - rank(a) || (a.text < b.text ? -1 : 1));
  return { kept, rejected };
}

function statisticalFault(
  { known, quality, segments, count, domain }: Phrase,
  { minCount, minQuality, minDomain }: MiningOptions,
): PhraseReason | undefined {
  if (!known && quality < minQuality) return 'low-quality';
  if (!known && segments < Math.max(minCount, MIN_SEGMENT_SHARE * count)) return 'fragment';
  return domain < minDomain ? 'off-domain' : undefined;
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

/** Whether a text contains a term of the lexicon. */
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

const tooFewSeeds = (found: number, minCount: number): UserError =>
  new UserError(
    'too-few-seeds',
    {
      en: `Only ${counted(found, 'term of the lexicon is', 'terms of the lexicon are')} frequent in this text`,
      zh: `词典中只有 ${found} 个词在该文本中足够高频`,
    },
    {
      hint: {
        en: `At least ${MIN_SEEDS} must occur ${counted(minCount, 'time')}: use more text, a larger lexicon, or a smaller --min-count.`,
        zh: `至少需要 ${MIN_SEEDS} 个词各出现 ${minCount} 次：请增加文本、扩充词典或减小 --min-count。`,
      },
    },
  );
