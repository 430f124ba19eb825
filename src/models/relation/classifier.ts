import { createRandom, shuffle } from '../../ground/random.ts';
import type { Entity } from '../../tasks/families/ner/types.ts';
import type { Triple } from '../../tasks/families/relation/types.ts';
import type { FeatureWeight } from '../shared/crf/explain.ts';
import { learnFeatures, type NamedFeatures } from '../shared/features/named.ts';
import { fitLogistic, type LogisticModel, probabilities } from '../shared/logistic/logistic.ts';
import { describePairFeature } from './describe.ts';
import { type Pair, pairFeatures, pairsOf } from './pairs.ts';

/** Pairs of one kind (subject type → object type): which predicates they can have, and a classifier for them. */
export interface PairModel {
  readonly predicates: readonly string[];
  readonly features: NamedFeatures;
  readonly logistic: LogisticModel;
}

export interface Marked {
  readonly text: string;
  readonly mentions: readonly Entity[];
  readonly triples: readonly Triple[];
}

/** A candidate triple and its probability. */
export interface Candidate {
  readonly triple: Triple;
  readonly pair: Pair;
  readonly probability: number;
}

/** Features of fewer pairs than this are left out. */
const CUTOFF = 2;
/** Maximum number of training pairs × predicates of one kind; of the pairs without relation, a sample. */
const MOST_CELLS = 4_000_000;

interface Sample {
  readonly marked: Marked;
  readonly pair: Pair;
  readonly right: ReadonlySet<string>;
}

const bags = function* (samples: readonly Sample[]): Generator<Generator<string>> {
  for (const { marked, pair } of samples) yield pairFeatures(marked.text, pair, marked.mentions);
};

/** Learns a classifier for every kind of pair that has a relation in the texts. */
export async function learnPairs(
  texts: readonly Marked[],
  options: { c: number; seed: number; signal?: AbortSignal; onProgress?: (share: number) => void },
): Promise<Map<string, PairModel>> {
  const samples = new Map<string, Sample[]>();
  const predicates = new Map<string, Set<string>>();
  for (const marked of texts) {
    options.signal?.throwIfAborted();
    const right = new Map<string, Set<string>>();
    for (const { subject, predicate, object } of marked.triples) {
      const key = JSON.stringify([subject, object]);
      right.set(key, (right.get(key) ?? new Set()).add(predicate));
    }
    for (const pair of pairsOf(marked.text, marked.mentions)) {
      const found = right.get(JSON.stringify([pair.subjectText, pair.objectText])) ?? new Set<string>();
      const of = samples.get(pair.types) ?? [];
      of.push({ marked, pair, right: found });
      samples.set(pair.types, of);
      const known = predicates.get(pair.types) ?? new Set<string>();
      for (const predicate of found) known.add(predicate);
      predicates.set(pair.types, known);
    }
  }
  const models = new Map<string, PairModel>();
  const kinds = [...samples.keys()].filter((types) => predicates.get(types)!.size > 0).sort();
  for (const [done, types] of kinds.entries()) {
    options.onProgress?.(done / kinds.length);
    const names = [...predicates.get(types)!].sort();
    const chosen = limit(samples.get(types)!, Math.floor(MOST_CELLS / names.length), options.seed, types);
    const features = learnFeatures(bags(chosen), CUTOFF);
    const targets = new Float64Array(chosen.length * names.length);
    chosen.forEach(({ right }, row) => {
      names.forEach((name, k) => {
        if (right.has(name)) targets[row * names.length + k] = 1;
      });
    });
    const rows = features.rows(bags(chosen));
    const problem = { rows, outputs: names.length, link: 'sigmoid', targets, c: options.c } as const;
    const { model } = await fitLogistic({ ...problem, signal: options.signal });
    models.set(types, { predicates: names, features, logistic: model });
  }
  return models;
}

/** All samples with a relation and as many of the others as fit. */
function limit(samples: readonly Sample[], most: number, seed: number, types: string): readonly Sample[] {
  if (samples.length <= most) return samples;
  const positive = samples.filter(({ right }) => right.size > 0);
  const negative = samples.filter(({ right }) => right.size === 0);
  const some = shuffle(negative, createRandom(seed, types)).slice(0, Math.max(0, most - positive.length));
  return [...positive, ...some];
}

/** Every triple that the kinds of the text's pairs allow, with its probability. */
export function candidates(
  models: ReadonlyMap<string, PairModel>,
  text: string,
  mentions: readonly Entity[],
): Candidate[] {
  return pairsOf(text, mentions).flatMap((pair) => {
    const model = models.get(pair.types);
    if (!model) return [];
    const chances = probabilities(model.logistic, model.features.rows([pairFeatures(text, pair, mentions)]));
    return model.predicates.map((predicate, k) => ({
      triple: {
        subject: pair.subjectText,
        predicate,
        object: pair.objectText,
        subjectType: pair.subject.type,
        objectType: pair.object.type,
      },
      pair,
      probability: chances[k],
    }));
  });
}

/** The features of a candidate, heaviest first. */
export function pairFeatureWeights(
  models: ReadonlyMap<string, PairModel>,
  text: string,
  mentions: readonly Entity[],
  { pair, triple }: Candidate,
): FeatureWeight[] {
  const { features, logistic, predicates } = models.get(pair.types)!;
  const output = predicates.indexOf(triple.predicate);
  return [...new Set(pairFeatures(text, pair, mentions))]
    .flatMap((feature) => {
      const column = features.column(feature);
      return column === undefined
        ? []
        : [
            {
              feature: describePairFeature(feature),
              weight: logistic.weights[column * predicates.length + output],
            },
          ];
    })
    .sort((a, b) => b.weight - a.weight);
}
