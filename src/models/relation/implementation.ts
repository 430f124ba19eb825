import * as z from 'zod';
import type { Text } from '../../ground/language.ts';
import { createYielder } from '../../ground/yielder.ts';
import type { Example, Input } from '../../tasks/examples.ts';
import type { Entity } from '../../tasks/families/ner/types.ts';
import type { Triple } from '../../tasks/families/relation/types.ts';
import type { FitRequest, Fits, FittedModel } from '../contract.ts';
import { answerEach } from '../shared/answer-each.ts';
import { listFeatures } from '../shared/crf/explain.ts';
import { type CrfModel, modelContent } from '../shared/crf/model.ts';
import { crfOptions } from '../shared/crf/parameters.ts';
import { openCrf } from '../shared/crf/store.ts';
import { createTagger } from '../shared/crf/tagger.ts';
import { trainCrf } from '../shared/crf/train.ts';
import { restoreFeatures } from '../shared/features/named.ts';
import {
  damaged,
  type ModelContent,
  pickArrays,
  readModelFile,
  sizeOf,
  writeModelFile,
} from '../shared/modelfile.ts';
import { type Candidate, candidates, learnPairs, type PairModel, pairFeatureWeights } from './classifier.ts';
import { locate, UNTYPED } from './locate.ts';
import type { RelationParameters } from './parameters.ts';
import { bestThreshold, DEFAULT_THRESHOLD } from './threshold.ts';

const KIND = 'relation';
/** Shares of the work: mentions, then pairs. */
const MENTIONS_SHARE = 0.6;
const FEATURES_SHOWN = 5;
const PAIRS: Text = { en: 'pairs', zh: '训练实体对分类器' };

/** Everything that was learnt. */
interface Learnt {
  readonly mentions: CrfModel;
  readonly pairs: ReadonlyMap<string, PairModel>;
  /** Candidates at least this probable are triples. */
  readonly threshold: number;
}

export const fit: Fits<RelationParameters> = { relation: fitRelation };

async function fitRelation(
  request: FitRequest<'relation', RelationParameters>,
): Promise<FittedModel<'relation'>> {
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
    c: parameters.pairC,
    seed,
    signal,
    onProgress: (share) => onProgress?.(MENTIONS_SHARE + (1 - MENTIONS_SHARE) * share, PAIRS),
  });
  const plain: Learnt = { mentions, pairs, threshold: DEFAULT_THRESHOLD };
  if (!parameters.tuneThreshold || dev.length === 0) return fitted(plain);
  return fitted({ ...plain, threshold: await tuneThreshold(plain, dev, signal) });
}

/** The threshold with the best strict F1 on dev. */
async function tuneThreshold(
  learnt: Learnt,
  dev: readonly Example<'relation'>[],
  signal: AbortSignal | undefined,
): Promise<number> {
  const view = createView(learnt);
  const yieldNow = createYielder(signal);
  const judged: { probability: number; right: boolean }[] = [];
  let gold = 0;
  for (const example of dev) {
    await yieldNow();
    const right = new Set(example.gold.triples.map(identity));
    gold += right.size;
    const best = new Map<string, number>();
    for (const { triple, probability } of view(example.input).candidates) {
      best.set(identity(triple), Math.max(probability, best.get(identity(triple)) ?? 0));
    }
    for (const [key, probability] of best) judged.push({ probability, right: right.has(key) });
  }
  return bestThreshold(judged, gold);
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

function fitted(learnt: Learnt): FittedModel<'relation'> {
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
    answer: (inputs, options) =>
      answerEach(inputs, options, (input) => ({ triples: accepted(view(input).candidates).map(plain) })),
    save: (file) => writeModelFile(file, KIND, content),
    explain(input) {
      const { mentions, candidates } = view(input);
      return accepted(candidates).map((candidate) => {
        const { subject, predicate, object } = candidate.triple;
        const weights = pairFeatureWeights(learnt.pairs, input.text, mentions, candidate);
        const because = listFeatures(weights, FEATURES_SHOWN);
        const triple = `${subject} —${predicate}→ ${object}`;
        const percent = (100 * candidate.probability).toFixed(1);
        return {
          en: `${triple}, ${percent} %: ${because.en}`,
          zh: `${triple}，${percent}%：${because.zh}`,
        };
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
    arrays: { ...tagged.arrays, ...Object.fromEntries(arrays) },
  };
}

const texts = z.array(z.string());
const headerJson = z.object({
  kinds: z.array(z.object({ types: z.string(), predicates: texts, features: texts })),
  threshold: z.number(),
});

/** Reads a model that `save` wrote. UserError for anything else. */
export async function load(file: string): Promise<FittedModel<'relation'>> {
  const content = await readModelFile(file, KIND);
  const mentions = openCrf(file, content);
  const header = headerJson.safeParse(content.header);
  if (!header.success) throw damaged(file, { en: 'its kinds of pairs are missing', zh: '缺少实体对类别' });
  const { kinds, threshold } = header.data;
  const pairs = new Map(
    kinds.map(({ types, predicates, features }, i): [string, PairModel] => {
      const { [`pairWeights${i}`]: weights, [`pairIntercepts${i}`]: intercepts } = content.arrays;
      const arrays = pickArrays(
        { weights, intercepts },
        { weights: 'Float32Array', intercepts: 'Float64Array' },
      );
      const fits =
        arrays?.weights.length === predicates.length * features.length &&
        arrays.intercepts.length === predicates.length;
      if (!fits) {
        throw damaged(file, {
          en: `its weights of pairs of kind ${i} do not fit`,
          zh: `第 ${i} 类实体对的权重不一致`,
        });
      }
      const logistic = { ...arrays, outputs: predicates.length, link: 'sigmoid' } as const;
      return [types, { predicates, features: restoreFeatures(features), logistic }];
    }),
  );
  return fitted({ mentions, pairs, threshold });
}
