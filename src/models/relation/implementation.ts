import * as z from 'zod';
import type { Text } from '../../ground/language.ts';
import { createYielder } from '../../ground/yielder.ts';
import type { Example, FamilyId } from '../../tasks/examples.ts';
import type { Entity } from '../../tasks/families/ner/types.ts';
import type { Triple } from '../../tasks/families/relation/types.ts';
import type { Text1 } from '../../tasks/families/shared/types.ts';
import type { Task } from '../../tasks/task.ts';
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
  otherFamily,
  pickArrays,
  readModelFile,
  sizeOf,
  writeModelFile,
} from '../shared/modelfile.ts';
import { areRoles, asPairs, describePair, fromPairs } from './causal.ts';
import { asTriples, chainOf, habitsJson, learnHabits, type TreeHabits } from './chain.ts';
import {
  type Candidate,
  candidates,
  learnPairs,
  type Marked,
  type PairModel,
  pairFeatureWeights,
} from './classifier.ts';
import { locate, UNTYPED } from './locate.ts';
import type { RelationParameters } from './parameters.ts';
import { bestThreshold, DEFAULT_THRESHOLD } from './threshold.ts';

const KIND = 'relation';
/** Models of triples name no family in their files. */
const CAUSAL = 'causal';
const TREES = 'decision-tree';
/** Shares of the work: mentions, then pairs. */
const MENTIONS_SHARE = 0.6;
const FEATURES_SHOWN = 5;
const PAIRS: Text = { en: 'pairs', zh: '训练实体对分类器' };

/** The fitted state: all parts of the model. */
interface FittedState {
  readonly mentions: CrfModel;
  readonly pairs: ReadonlyMap<string, PairModel>;
  /** Candidates at least this probable are triples. */
  readonly threshold: number;
}

export const fit: Fits<RelationParameters> = {
  relation: async (request) => {
    const marked = (examples: readonly Example<'relation'>[]): Marked[] =>
      examples.map(({ input: { text }, gold: { triples } }) => ({
        text,
        mentions: locate(text, triples),
        triples,
      }));
    return fittedRelation(await learn(marked(request.train), marked(request.dev), request));
  },
  causal: async (request) => {
    const marked = (examples: readonly Example<'causal'>[]): Marked[] =>
      examples.map(({ input: { text }, gold: { relations } }) => asPairs(text, relations));
    return fittedCausal(await learn(marked(request.train), marked(request.dev), request));
  },
  'decision-tree': async (request) => {
    const marked = (examples: readonly Example<'decision-tree'>[]): Marked[] =>
      examples.map(({ input: { text }, gold: { tree } }) => asTriples(text, tree));
    const state = await learn(marked(request.train), marked(request.dev), request);
    return fittedTrees(state, learnHabits(request.train.map(({ gold }) => gold.tree)));
  },
};

type LearningRequest = Pick<
  FitRequest<FamilyId, RelationParameters>,
  'parameters' | 'seed' | 'onProgress' | 'signal'
>;

async function learn(
  train: readonly Marked[],
  dev: readonly Marked[],
  { parameters, seed, onProgress, signal }: LearningRequest,
): Promise<FittedState> {
  const mentions = await trainCrf(
    train.map(({ text, mentions }) => ({ text, entities: mentions })),
    {
      ...crfOptions(parameters),
      onProgress: (share, note) => onProgress?.(MENTIONS_SHARE * share, note),
      signal,
    },
  );
  const pairs = await learnPairs(train, {
    c: parameters.pairC,
    seed,
    signal,
    onProgress: (share) => onProgress?.(MENTIONS_SHARE + (1 - MENTIONS_SHARE) * share, PAIRS),
  });
  const plain: FittedState = { mentions, pairs, threshold: DEFAULT_THRESHOLD };
  if (!parameters.tuneThreshold || dev.length === 0) return plain;
  return { ...plain, threshold: await tuneThreshold(plain, dev, signal) };
}

/** The threshold with the best strict F1 of pairs on dev. */
async function tuneThreshold(
  state: FittedState,
  dev: readonly Marked[],
  signal: AbortSignal | undefined,
): Promise<number> {
  const view = createView(state);
  const yieldNow = createYielder(signal);
  const judged: { probability: number; right: boolean }[] = [];
  let gold = 0;
  for (const example of dev) {
    await yieldNow();
    const right = new Set(example.triples.map(identity));
    gold += right.size;
    const best = new Map<string, number>();
    for (const { triple, probability } of view(example).candidates) {
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

function createView({ mentions, pairs }: Pick<FittedState, 'mentions' | 'pairs'>): (input: Text1) => View {
  const tagger = createTagger(mentions);
  return ({ text }) => {
    const found = tagger.tag(text);
    return { mentions: found, candidates: candidates(pairs, text, found) };
  };
}

/** The candidates that are probable enough, the most probable first, each once. */
function acceptedOf(found: readonly Candidate[], threshold: number): Candidate[] {
  const seen = new Set<string>();
  return [...found]
    .sort((a, b) => b.probability - a.probability)
    .filter(({ triple, probability }) => {
      if (probability < threshold || seen.has(identity(triple))) return false;
      seen.add(identity(triple));
      return true;
    });
}

/** The evidence for each accepted candidate of a text. */
function explainPairs(
  { pairs, threshold }: FittedState,
  { mentions, candidates }: View,
  text: string,
  describe: (candidate: Candidate) => Text,
): Text[] {
  return acceptedOf(candidates, threshold).map((candidate) => {
    const because = listFeatures(pairFeatureWeights(pairs, text, mentions, candidate), FEATURES_SHOWN);
    const what = describe(candidate);
    const percent = (100 * candidate.probability).toFixed(1);
    return { en: `${what.en}, ${percent} %: ${because.en}`, zh: `${what.zh}，${percent}%：${because.zh}` };
  });
}

function fittedRelation(state: FittedState): FittedModel<'relation'> {
  const view = createView(state);
  const content = contentOf(state);
  const plain = ({ triple }: Candidate): Triple => {
    const { subject, predicate, object, subjectType, objectType } = triple;
    if (subjectType === UNTYPED && objectType === UNTYPED) return { subject, predicate, object };
    return { subject, predicate, object, subjectType, objectType };
  };
  return {
    bytes: sizeOf(content),
    answer: (inputs, options) =>
      answerEach(inputs, options, (input) => ({
        triples: acceptedOf(view(input).candidates, state.threshold).map(plain),
      })),
    save: (file) => writeModelFile(file, KIND, content),
    explain: (input) => explainPairs(state, view(input), input.text, describeTriple),
  };
}

function fittedCausal(state: FittedState): FittedModel<'causal'> {
  const view = createView(state);
  const plain = contentOf(state);
  const content = { ...plain, header: { ...plain.header, family: CAUSAL } };
  return {
    bytes: sizeOf(content),
    answer: (inputs, options) =>
      answerEach(inputs, options, (input) => ({
        relations: fromPairs(acceptedOf(view(input).candidates, state.threshold)),
      })),
    save: (file) => writeModelFile(file, KIND, content),
    explain: (input) => explainPairs(state, view(input), input.text, describePair),
  };
}

function fittedTrees(state: FittedState, habits: TreeHabits): FittedModel<'decision-tree'> {
  const view = createView(state);
  const plain = contentOf(state);
  const content = { ...plain, header: { ...plain.header, family: TREES, habits } };
  return {
    bytes: sizeOf(content),
    answer: (inputs, options) =>
      answerEach(inputs, options, (input) => ({
        tree: chainOf(acceptedOf(view(input).candidates, state.threshold), habits),
      })),
    save: (file) => writeModelFile(file, KIND, content),
    explain: (input) => explainPairs(state, view(input), input.text, describeTriple),
  };
}

function describeTriple({ triple: { subject, predicate, object } }: Candidate): Text {
  const triple = `${subject} —${predicate}→ ${object}`;
  return { en: triple, zh: triple };
}

function contentOf({ mentions, pairs, threshold }: FittedState): ModelContent {
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
  family: z.enum([CAUSAL, TREES]).optional(),
  habits: habitsJson.optional(),
});

/** Reads a model that `save` wrote. UserError for anything else. */
export async function load(file: string, { family }: Task): Promise<FittedModel> {
  const content = await readModelFile(file, KIND);
  const mentions = openCrf(file, content);
  const header = headerJson.safeParse(content.header);
  if (!header.success) throw damaged(file, { en: 'its kinds of pairs are missing', zh: '缺少实体对类别' });
  const { kinds, threshold } = header.data;
  const written = header.data.family ?? 'relation';
  if (written !== family) throw otherFamily(file, written, family);
  if (written === CAUSAL && !kinds.every(({ predicates }) => areRoles(predicates)))
    throw damaged(file, { en: 'its predicates are no roles of mentions', zh: '其谓语不是提及的角色' });
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
  const state = { mentions, pairs, threshold };
  if (written === CAUSAL) return fittedCausal(state);
  const { habits } = header.data;
  if (written !== TREES) return fittedRelation(state);
  if (habits) return fittedTrees(state, habits);
  throw damaged(file, { en: 'its roles of relations are missing', zh: '缺少关系的角色' }, 'header.habits');
}
