import { UserError } from '../../../ground/errors.ts';
import type { Text } from '../../../ground/language.ts';
import { createYielder } from '../../../ground/yielder.ts';
import type { Entity } from '../../../tasks/families/ner/types.ts';
import { type KeyTable, restoreKeyTable } from '../key-table.ts';
import { type Characters, positionsOf, readCharacters } from '../mentions/characters.ts';
import { buildLexicon, type Lexicon, type LexiconText, type Share, shareOf } from '../mentions/lexicon.ts';
import { eachWord } from '../mentions/words.ts';
import { minimize } from '../optimize/lbfgs.ts';
import { buildDataset, type Dataset, type DatasetText } from './dataset.ts';
import { observe, weightCount } from './likelihood.ts';
import type { CrfModel } from './model.ts';
import { createEvaluator } from './parallel.ts';
import { decodeTags, encodeTags, tagCount, tagName, typesOf } from './tags.ts';
import { readTracks, type TemplateGroup, templatesOf, type Vocabulary } from './templates.ts';

export interface TaggedText {
  readonly text: string;
  readonly entities: readonly Entity[];
  /** Texts of one unit (the turns of a dialogue) share it: none of them shows the others its mentions. */
  readonly unit?: string;
  /** Metadata of the whole text, such as its speaker. */
  readonly side?: string;
}

export interface TrainOptions {
  readonly groups: readonly TemplateGroup[];
  /** Attributes rarer than this are left out. */
  readonly cutoff: number;
  /** `c1 × Σ|w|` and `c2 × Σw²` are added to minus the log-likelihood, as in CRFsuite. */
  readonly c1: number;
  readonly c2: number;
  readonly iterations: number;
  readonly threads: number;
  readonly onProgress?: (share: number, note?: Text) => void;
  readonly signal?: AbortSignal;
}

/** L-BFGS remembers this many steps, as CRFsuite does; it stops when 10 iterations gain less than this share. */
const MEMORY = 6;
const GAIN = { tolerance: 1e-5, period: 10 };
/** Words are numbered in 16 bits. */
const MOST_WORDS = 60_000;
/** Tags are numbered in 8 bits: O, and B and I of every type. */
const MOST_TYPES = 127;
/** Corpora below this many positions are not worth starting threads for. */
const WORTH_THREADS = 20_000;
const NOTES = {
  features: { en: 'features', zh: '提取特征' },
  weights: { en: 'weights', zh: '优化权重' },
} as const;

/** Assumed share of the work for extracting features. */
const FEATURES_SHARE = 0.1;

export interface Prepared {
  readonly dataset: Dataset;
  readonly keys: KeyTable;
  readonly vocabulary: Vocabulary;
  readonly words: readonly string[];
  readonly sides: readonly string[];
}

/** A text in positions: its characters, its gold tags, and its mentions for the lexicon. */
interface ReadText {
  readonly characters: Characters;
  readonly tags: Uint8Array;
  readonly lexical: LexiconText;
}

/** Texts → the numbers that training needs. UserError for more types than tags have numbers. */
export async function prepare(
  texts: readonly TaggedText[],
  options: Pick<TrainOptions, 'groups' | 'cutoff' | 'onProgress' | 'signal'>,
): Promise<Prepared> {
  const { groups, cutoff, onProgress } = options;
  const yieldNow = createYielder(options.signal);
  const types = typesOf(texts);
  if (types.length > MOST_TYPES) throw tooManyTypes(types.length);
  const counts = new Map<string, number>();
  const read: ReadText[] = [];
  for (const text of texts) {
    await yieldNow();
    const found = readTagged(text, types);
    if (groups.includes('word')) {
      eachWord(text.text, found.characters, (word) => counts.set(word, (counts.get(word) ?? 0) + 1));
    }
    read.push(found);
  }
  const words = frequentWords(counts, cutoff);
  const lexicon = buildLexicon(
    read.map(({ lexical }) => lexical),
    types.length,
  );
  const vocabulary: Vocabulary = { types, words: new Map(words.map((word, i) => [word, i + 2])), lexicon };
  const sides = [...new Set(texts.flatMap(({ side }) => (side === undefined ? [] : [side])))].sort();
  const templates = templatesOf(groups);
  const shareOfText = createShares(texts, read, lexicon);
  const ready: DatasetText[] = [];
  for (const [i, { text, side }] of texts.entries()) {
    await yieldNow();
    if (i % 64 === 0) onProgress?.((FEATURES_SHARE * i) / texts.length, NOTES.features);
    const { characters, tags } = read[i];
    const number = side === undefined ? 0 : sides.indexOf(side) + 2;
    const tracks = readTracks(text, characters, templates, vocabulary, number, shareOfText(i));
    ready.push({ length: characters.length, tracks, tags });
  }
  const positions = read.reduce((sum, { characters }) => sum + characters.length, 0);
  const size = { texts: texts.length, positions, types: types.length };
  return { ...(await buildDataset(ready, size, templates, cutoff, yieldNow)), vocabulary, words, sides };
}

const tooManyTypes = (count: number): UserError =>
  new UserError(
    'too-many-types',
    {
      en: `There are ${count} entity types; the CRF takes at most ${MOST_TYPES}`,
      zh: `实体类型有 ${count} 种，CRF 最多支持 ${MOST_TYPES} 种`,
    },
    { hint: { en: 'Merge rare types, or use another model.', zh: '请合并罕见类型，或改用其他模型。' } },
  );

function readTagged({ text, entities }: TaggedText, types: readonly string[]): ReadText {
  const characters = readCharacters(text);
  const tags = encodeTags(characters, entities, types);
  const positions = positionsOf(characters);
  const spans = decodeTags(characters, tags, types).map(({ start, end, type }) => ({
    from: positions[start],
    to: positions[end],
    type: types.indexOf(type),
  }));
  return { characters, tags, lexical: { characters, spans } };
}

/** The words that get numbers, most frequent first. */
const frequentWords = (counts: ReadonlyMap<string, number>, cutoff: number): string[] =>
  [...counts]
    .filter(([, count]) => count >= cutoff)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, MOST_WORDS)
    .map(([word]) => word);

/** The contribution of each text's own unit to the lexicon, by the text's index. Fast if the texts of a unit are adjacent. */
function createShares(
  texts: readonly TaggedText[],
  read: readonly ReadText[],
  lexicon: Lexicon,
): (index: number) => Share {
  const units = new Map<string, LexiconText[]>();
  const nameOf = (index: number): string => texts[index].unit ?? String(index);
  for (const [index, { lexical }] of read.entries()) {
    const members = units.get(nameOf(index));
    if (members) members.push(lexical);
    else units.set(nameOf(index), [lexical]);
  }
  let last: { readonly name: string; readonly share: Share } | undefined;
  return (index) => {
    const name = nameOf(index);
    if (last?.name !== name) last = { name, share: shareOf(lexicon, units.get(name) ?? []) };
    return last.share;
  };
}

/** Trains a linear-chain CRF by L-BFGS (OWL-QN where `c1` is not 0). Rejects with the signal's reason. */
export async function trainCrf(texts: readonly TaggedText[], options: TrainOptions): Promise<CrfModel> {
  const prepared = await prepare(texts, options);
  const weights = await optimize(prepared.dataset, options);
  return assemble(prepared, weights, options.groups);
}

/** Minimizes minus the log-likelihood plus the penalties; returns the weights in the order of `weightCount`. */
export async function optimize(
  dataset: Dataset,
  options: Omit<TrainOptions, 'groups' | 'cutoff'>,
  onIteration?: (iteration: number, value: number) => void,
): Promise<Float64Array> {
  const { c1, c2, iterations, signal, onProgress } = options;
  const observed = observe(dataset);
  const threads = dataset.tags.length < WORTH_THREADS ? 1 : options.threads;
  const evaluator = createEvaluator(dataset, threads);
  try {
    const found = await minimize(
      async (x, gradient) => {
        signal?.throwIfAborted();
        let loss = await evaluator.evaluate(x, gradient);
        for (let i = 0; i < x.length; i++) {
          gradient[i] += 2 * c2 * x[i] - observed[i];
          loss += c2 * x[i] * x[i];
        }
        return loss;
      },
      new Float64Array(weightCount(dataset)),
      {
        memory: MEMORY,
        maxIterations: iterations,
        valueTolerance: GAIN.tolerance,
        valuePeriod: GAIN.period,
        ...(c1 > 0 ? { l1: c1 } : {}),
        signal,
        onIteration(iteration, value) {
          const done = Math.min(1, iteration / iterations);
          onProgress?.(FEATURES_SHARE + (1 - FEATURES_SHARE) * done, NOTES.weights);
          onIteration?.(iteration, value);
        },
      },
    );
    return found.x;
  } finally {
    await evaluator.close();
  }
}

/** Keeps what predicting needs: weights that are not 0, in single precision. */
export function assemble(
  { dataset, keys, vocabulary, words, sides }: Prepared,
  found: Float64Array,
  groups: readonly TemplateGroup[],
): CrfModel {
  const types = vocabulary.types;
  const tags = tagCount(types.length);
  const all = keys.keys();
  const state = found.subarray(tags * tags);
  const used: number[] = [];
  const rowStart = [0];
  const kept: number[] = [];
  for (let attribute = 0; attribute < keys.size(); attribute++) {
    const before = kept.length;
    for (let k = dataset.rowStart[attribute]; k < dataset.rowStart[attribute + 1]; k++) {
      if (Math.fround(state[k]) !== 0) kept.push(k);
    }
    if (kept.length === before) continue;
    used.push(attribute);
    rowStart.push(kept.length);
  }
  const high = Uint32Array.from(used, (attribute) => all.high[attribute]);
  const low = Uint32Array.from(used, (attribute) => all.low[attribute]);
  return {
    types,
    tagNames: Array.from({ length: tags }, (_, tag) => tagName(tag, types)),
    groups,
    templates: templatesOf(groups),
    words,
    sides,
    lexicon: vocabulary.lexicon,
    high,
    low,
    keys: restoreKeyTable(high, low)!,
    rowStart: Int32Array.from(rowStart),
    rowTags: Uint8Array.from(kept, (k) => dataset.rowTags[k]),
    weights: Float32Array.from(kept, (k) => state[k]),
    transitions: found.slice(0, tags * tags),
  };
}
