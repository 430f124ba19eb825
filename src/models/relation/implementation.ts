import { createPace } from '../../ground/yielder.ts';
import type { Input, Prediction } from '../../tasks/examples.ts';
import type { Entity } from '../../tasks/families/ner/types.ts';
import type { Triple } from '../../tasks/families/relation/types.ts';
import type { FitRequest, Predictor } from '../contract.ts';
import { crfOptions } from '../crf/implementation.ts';
import { type CrfModel, modelContent, restoreModel } from '../crf/model.ts';
import { damaged, loadContent, saveContent } from '../crf/store.ts';
import { createTagger } from '../crf/tagger.ts';
import { trainCrf } from '../crf/train.ts';
import type { Fits } from '../define.ts';
import { restoreFeatures } from '../shared/features/named.ts';
import { type ModelContent, sizeOf } from '../shared/modelfile.ts';
import { type Candidate, candidates, learnPairs, type PairModel, pairEvidence } from './classifier.ts';
import { locate, UNTYPED } from './locate.ts';
import { bestThreshold, DEFAULT_THRESHOLD } from './threshold.ts';

const KIND = 'relation';
/** Shares of the work: mentions, then pairs. */
const MENTIONS_SHARE = 0.6;
const EVIDENCE = 5;

/** Everything that was learnt. */
interface Learnt {
  readonly mentions: CrfModel;
  readonly pairs: ReadonlyMap<string, PairModel>;
  /** Candidates at least this probable are triples. */
  readonly threshold: number;
}

export const fits: Fits = { relation: fit };

async function fit(request: FitRequest<'relation'>): Promise<Predictor<'relation'>> {
  const { train, dev, parameters, seed, onProgress, signal } = request;
  const marked = train.map(({ input: { text }, gold: { triples } }) => ({
    text,
    mentions: locate(text, triples),
    triples,
  }));
  const mentions = await trainCrf(
    marked.map(({ text, mentions }) => ({ text, entities: mentions })),
    {
      ...crfOptions(parameters),
      onProgress: (share, note) => onProgress?.(MENTIONS_SHARE * share, note),
      signal,
    },
  );
  const pairs = await learnPairs(marked, {
    c: Number(parameters['pair-c']),
    seed,
    signal,
    onProgress: (share) => onProgress?.(MENTIONS_SHARE + (1 - MENTIONS_SHARE) * share, 'pairs'),
  });
  const plain: Learnt = { mentions, pairs, threshold: DEFAULT_THRESHOLD };
  if (!parameters['tune-threshold'] || dev.length === 0) return predictor(plain);
  const view = createView(plain);
  const pace = createPace(signal);
  const judged: { probability: number; right: boolean }[] = [];
  let gold = 0;
  for (const {
    input,
    gold: { triples },
  } of dev) {
    await pace();
    const right = new Set(triples.map(identity));
    gold += right.size;
    const best = new Map<string, number>();
    for (const { triple, probability } of view(input).candidates) {
      best.set(identity(triple), Math.max(probability, best.get(identity(triple)) ?? 0));
    }
    for (const [key, probability] of best) judged.push({ probability, right: right.has(key) });
  }
  return predictor({ ...plain, threshold: bestThreshold(judged, gold) });
}

const identity = ({ subject, predicate, object }: Triple): string =>
  JSON.stringify([subject, predicate, object]);

interface View {
  readonly mentions: readonly Entity[];
  readonly candidates: readonly Candidate[];
}

function createView({
  mentions,
  pairs,
}: Pick<Learnt, 'mentions' | 'pairs'>): (input: Input<'relation'>) => View {
  const tagger = createTagger(mentions);
  return ({ text }) => {
    const found = tagger.tag(text);
    return { mentions: found, candidates: candidates(pairs, text, found) };
  };
}

function predictor(learnt: Learnt): Predictor<'relation'> {
  const view = createView(learnt);
  const content = contentOf(learnt);
  const accepted = (found: readonly Candidate[]): Candidate[] => {
    const seen = new Set<string>();
    return [...found]
      .sort((a, b) => b.probability - a.probability)
      .filter(({ triple, probability }) => {
        if (probability < learnt.threshold || seen.has(identity(triple))) return false;
        seen.add(identity(triple));
        return true;
      });
  };
  const plain = ({ triple }: Candidate): Triple => {
    const { subject, predicate, object, subjectType, objectType } = triple;
    if (subjectType === UNTYPED && objectType === UNTYPED) return { subject, predicate, object };
    return { subject, predicate, object, subjectType, objectType };
  };
  return {
    bytes: sizeOf(content),
    async predict(inputs, onProgress) {
      const pace = createPace();
      const predictions: Prediction<'relation'>[] = [];
      for (const [i, input] of inputs.entries()) {
        await pace();
        predictions.push({ triples: accepted(view(input).candidates).map(plain) });
        onProgress?.((i + 1) / inputs.length);
      }
      return predictions;
    },
    save: (file) => saveContent(file, KIND, content),
    explain(input) {
      const { mentions, candidates } = view(input);
      return accepted(candidates).map((candidate) => {
        const { subject, predicate, object } = candidate.triple;
        const because = pairEvidence(learnt.pairs, input.text, mentions, candidate, EVIDENCE)
          .map(({ feature, weight }) => `${feature} (${weight.toFixed(2)})`)
          .join('; ');
        return `${subject} —${predicate}→ ${object}, ${(100 * candidate.probability).toFixed(1)} %: ${because}`;
      });
    },
  };
}

function contentOf({ mentions, pairs, threshold }: Learnt): ModelContent {
  const tagged = modelContent(mentions);
  const kinds = Array.from(pairs, ([types, { predicates, features }]) => ({
    types,
    predicates,
    features: features.names,
  }));
  const arrays = Array.from(pairs.values()).flatMap(({ logistic }, i) => [
    [`pairWeights${i}`, logistic.weights] as const,
    [`pairIntercepts${i}`, logistic.intercepts] as const,
  ]);
  return {
    header: { ...tagged.header, kinds, threshold },
    arrays: { ...tagged.arrays, ...Object.fromEntries(arrays) } as ModelContent['arrays'],
  };
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

export async function load(file: string): Promise<Predictor> {
  const content = await loadContent(file, KIND);
  const mentions = restoreModel(content);
  if (typeof mentions === 'string') throw damaged(file, mentions);
  const { kinds, threshold } = content.header;
  if (!Array.isArray(kinds) || typeof threshold !== 'number')
    throw damaged(file, 'its kinds of pairs are missing');
  const pairs = new Map<string, PairModel>();
  kinds.forEach((kind, i) => {
    const { types, predicates, features } = (kind ?? {}) as Record<string, unknown>;
    const weights = content.arrays[`pairWeights${i}`];
    const intercepts = content.arrays[`pairIntercepts${i}`];
    if (
      !(typeof types === 'string' && isTexts(predicates) && isTexts(features)) ||
      !(weights instanceof Float32Array && intercepts instanceof Float64Array) ||
      weights.length !== predicates.length * features.length ||
      intercepts.length !== predicates.length
    ) {
      throw damaged(file, `its weights of pairs of kind ${i} do not fit`);
    }
    const logistic = { outputs: predicates.length, link: 'sigmoid', weights, intercepts } as const;
    pairs.set(types, { predicates, features: restoreFeatures(features), logistic });
  });
  return predictor({ mentions, pairs, threshold }) as Predictor;
}
