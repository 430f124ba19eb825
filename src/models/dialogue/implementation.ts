import { createPace } from '../../ground/yielder.ts';
import type { Example, Input, Prediction } from '../../tasks/examples.ts';
import { combine } from '../../tasks/families/dialogue/symptom-status.ts';
import type { Symptom, SymptomMention, SymptomStatus } from '../../tasks/families/dialogue/types.ts';
import type { FitRequest, Predictor } from '../contract.ts';
import { crfOptions } from '../crf/implementation.ts';
import { type CrfModel, modelContent, restoreModel } from '../crf/model.ts';
import { damaged, loadContent, saveContent } from '../crf/store.ts';
import { createTagger } from '../crf/tagger.ts';
import { trainCrf } from '../crf/train.ts';
import type { Fits } from '../define.ts';
import { restoreFeatures } from '../shared/features/named.ts';
import { type ModelContent, sizeOf } from '../shared/modelfile.ts';
import { namesOf, taggedTurns } from './material.ts';
import { type NameDictionary, readPairs, restoreNames } from './names.ts';
import {
  type AskedDialogue,
  learnStatus,
  STATUSES,
  type StatusModel,
  statusEvidence,
  statusProbabilities,
} from './status.ts';
import type { Asked } from './status-features.ts';
import { tuneOffsets } from './tune.ts';

const KIND = 'dialogue';
const MENTION = 'symptom';
/** Shares of the work: mentions, then statuses. */
const MENTIONS_SHARE = 0.8;
const EVIDENCE = 5;

/** Everything that was learnt. */
interface Learnt {
  readonly mentions: CrfModel;
  readonly names: NameDictionary;
  readonly status: StatusModel;
  /** Added to the log-probability of every status: tuned on dev. */
  readonly offsets: readonly number[];
}

export const fits: Fits = { dialogue: fit };

async function fit(request: FitRequest<'dialogue'>): Promise<Predictor<'dialogue'>> {
  const { train, dev, parameters, onProgress, signal } = request;
  const mentions = await trainCrf(
    taggedTurns(train, () => MENTION),
    {
      ...crfOptions(parameters),
      onProgress: (share, note) => onProgress?.(MENTIONS_SHARE * share, note),
      signal,
    },
  );
  const names = namesOf(train);
  onProgress?.(MENTIONS_SHARE, 'statuses');
  const known = train.map(goldMentions);
  const status = await learnStatus(
    known.map(({ turns, asked }) => ({ turns, asked: asked.filter(({ status }) => status !== undefined) })),
    known.flatMap(({ asked }) => asked.flatMap(({ status }) => status ?? [])),
    Number(parameters['status-c']),
    signal,
  );
  const plain: Learnt = { mentions, names, status, offsets: STATUSES.map(() => 0) };
  if (!parameters['tune-status'] || dev.length === 0) return predictor(plain);
  const view = createView(plain);
  const offsets = await tuneOffsets(
    dev.map(({ input, gold }) => ({ ...view(input), symptoms: gold.symptoms })),
    signal,
  );
  return predictor({ ...plain, offsets });
}

/** The mentions of a gold dialogue that have a name. */
function goldMentions({ input, gold }: Example<'dialogue'>): {
  turns: AskedDialogue['turns'];
  asked: (Asked & { status?: SymptomStatus })[];
} {
  const asked = gold.entities.flatMap(({ turn, start, end, name, status }) =>
    name === undefined ? [] : [{ turn, start, end, name, status }],
  );
  return { turns: input.turns, asked };
}

/** What is found in a dialogue before statuses are decided. */
interface View extends AskedDialogue {
  /** All mentions, in order; those without a name are not asked about. */
  readonly mentions: readonly { turn: number; start: number; end: number; name?: string }[];
  /** Of every status, a row an asked mention. */
  readonly chances: Float64Array;
}

function createView({ mentions, names, status }: Learnt): (input: Input<'dialogue'>) => View {
  const tagger = createTagger(mentions);
  return ({ turns }) => {
    const found = turns.flatMap(({ text, speaker }, turn) =>
      tagger.tag(text, speaker).map(({ start, end }) => {
        const name = names.find(text.slice(start, end));
        return name === undefined ? { turn, start, end } : { turn, start, end, name };
      }),
    );
    const asked = found.filter((mention): mention is Asked => 'name' in mention);
    return { turns, mentions: found, asked, chances: statusProbabilities(status, { turns, asked }) };
  };
}

function predictor(learnt: Learnt): Predictor<'dialogue'> {
  const view = createView(learnt);
  const content = contentOf(learnt);
  const decide = (chances: Float64Array, row: number): SymptomStatus => {
    let best = 0;
    for (let k = 1; k < STATUSES.length; k++) {
      const ahead = Math.log(chances[row * STATUSES.length + k]) + learnt.offsets[k];
      if (ahead > Math.log(chances[row * STATUSES.length + best]) + learnt.offsets[best]) best = k;
    }
    return STATUSES[best];
  };
  const answer = (input: Input<'dialogue'>): Prediction<'dialogue'> => {
    const { mentions, asked, chances } = view(input);
    const statuses = new Map<unknown, SymptomStatus>(asked.map((one, row) => [one, decide(chances, row)]));
    const symptoms = new Map<string, SymptomStatus>();
    const entities = mentions.map((mention): SymptomMention => {
      const status = statuses.get(mention);
      if (mention.name === undefined || status === undefined) return mention;
      symptoms.set(mention.name, combine(symptoms.get(mention.name), status));
      return { ...mention, name: mention.name, status };
    });
    return { symptoms: Array.from(symptoms, ([name, status]): Symptom => ({ name, status })), entities };
  };
  return {
    bytes: sizeOf(content),
    async predict(inputs, onProgress) {
      const pace = createPace();
      const predictions: Prediction<'dialogue'>[] = [];
      for (const [i, input] of inputs.entries()) {
        await pace();
        predictions.push(answer(input));
        onProgress?.((i + 1) / inputs.length);
      }
      return predictions;
    },
    save: (file) => saveContent(file, KIND, content),
    explain(input) {
      const { turns, asked, chances } = view(input);
      return asked.map((one, row) => {
        const status = decide(chances, row);
        const chance = chances[row * STATUSES.length + STATUSES.indexOf(status)];
        const because = statusEvidence(learnt.status, { turns, asked }, one, status, EVIDENCE)
          .map(({ feature, weight }) => `${feature} (${weight.toFixed(2)})`)
          .join('; ');
        const { turn, start, end, name } = one;
        const mention = turns[turn].text.slice(start, end);
        return `turn ${turn}: ${mention} → ${name}, ${status} ${(100 * chance).toFixed(1)} %: ${because}`;
      });
    },
  };
}

function contentOf({ mentions, names, status, offsets }: Learnt): ModelContent {
  const tagged = modelContent(mentions);
  return {
    header: { ...tagged.header, names: [...names.entries], features: status.features.names, offsets },
    arrays: {
      ...tagged.arrays,
      statusWeights: status.logistic.weights,
      statusIntercepts: status.logistic.intercepts,
    } as ModelContent['arrays'],
  };
}

export async function load(file: string): Promise<Predictor> {
  const content = await loadContent(file, KIND);
  const mentions = restoreModel(content);
  if (typeof mentions === 'string') throw damaged(file, mentions);
  const { features, offsets } = content.header;
  const names = readPairs(content.header.names);
  const { statusWeights: weights, statusIntercepts: intercepts } = content.arrays;
  const isFeatures = Array.isArray(features) && features.every((name) => typeof name === 'string');
  const isOffsets =
    Array.isArray(offsets) && offsets.length === STATUSES.length && offsets.every(Number.isFinite);
  if (!names || !isFeatures || !isOffsets) throw damaged(file, 'names, features or offsets are missing');
  if (
    !(weights instanceof Float32Array && intercepts instanceof Float64Array) ||
    weights.length !== features.length * STATUSES.length ||
    intercepts.length !== STATUSES.length
  ) {
    throw damaged(file, 'its weights of statuses do not fit');
  }
  const logistic = { outputs: STATUSES.length, link: 'softmax', weights, intercepts } as const;
  return predictor({
    mentions,
    names: restoreNames(names),
    status: { features: restoreFeatures(features as string[]), logistic },
    offsets: offsets as number[],
  }) as Predictor;
}
