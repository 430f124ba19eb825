import * as z from 'zod';
import type { Example, Input, Prediction } from '../../tasks/examples.ts';
import { combine } from '../../tasks/families/dialogue/symptom-status.ts';
import type { Symptom, SymptomMention, SymptomStatus } from '../../tasks/families/dialogue/types.ts';
import type { FitRequest, Fits, FittedModel } from '../contract.ts';
import { answerEach } from '../shared/answer-each.ts';
import { listFeatures } from '../shared/crf/explain.ts';
import { type CrfModel, modelContent } from '../shared/crf/model.ts';
import { crfOptions } from '../shared/crf/parameters.ts';
import { openCrf } from '../shared/crf/store.ts';
import { createTagger } from '../shared/crf/tagger.ts';
import { trainCrf } from '../shared/crf/train.ts';
import { restoreFeatures } from '../shared/features/named.ts';
import { namesOf, taggedTurns } from '../shared/mentions/dialogues.ts';
import { type NameDictionary, namesJson, restoreNames } from '../shared/mentions/names.ts';
import { STATUSES } from '../shared/mentions/statuses.ts';
import {
  damaged,
  type ModelContent,
  pickArrays,
  readModelFile,
  sizeOf,
  writeModelFile,
} from '../shared/modelfile.ts';
import type { DialogueParameters } from './parameters.ts';
import {
  type AskedDialogue,
  learnStatus,
  type StatusModel,
  statusFeatureWeights,
  statusProbabilities,
} from './status.ts';
import type { Asked } from './status-features.ts';
import { tuneOffsets } from './tune.ts';

const KIND = 'dialogue';
const MENTION = 'symptom';
/** Shares of the work: mentions, then statuses. */
const MENTIONS_SHARE = 0.8;
const FEATURES_SHOWN = 5;

/** The fitted state: all parts of the model. */
interface FittedState {
  readonly mentions: CrfModel;
  readonly names: NameDictionary;
  readonly status: StatusModel;
  /** Added to the log-probability of every status: tuned on dev. */
  readonly offsets: readonly number[];
}

export const fit: Fits<DialogueParameters> = { dialogue: fitDialogue };

async function fitDialogue(
  request: FitRequest<'dialogue', DialogueParameters>,
): Promise<FittedModel<'dialogue'>> {
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
  onProgress?.(MENTIONS_SHARE, { en: 'statuses', zh: '训练状态分类器' });
  const known = train.map(goldMentions);
  const status = await learnStatus(
    known.map(({ turns, asked }) => ({ turns, asked: asked.filter(({ status }) => status !== undefined) })),
    known.flatMap(({ asked }) => asked.flatMap(({ status }) => status ?? [])),
    parameters.statusC,
    signal,
  );
  const plain: FittedState = { mentions, names, status, offsets: STATUSES.map(() => 0) };
  if (!parameters.tuneStatus || dev.length === 0) return fitted(plain);
  const view = createView(plain);
  const offsets = await tuneOffsets(
    dev.map(({ input, gold }) => ({ ...view(input), symptoms: gold.symptoms })),
    signal,
  );
  return fitted({ ...plain, offsets });
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

/** The mentions of a dialogue before statuses are predicted. */
interface View extends AskedDialogue {
  /** All mentions, in order; those without a name get no status. */
  readonly mentions: readonly { turn: number; start: number; end: number; name?: string }[];
  /** Probabilities of every status, one row per mention. */
  readonly chances: Float64Array;
}

function createView({ mentions, names, status }: FittedState): (input: Input<'dialogue'>) => View {
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

function fitted(state: FittedState): FittedModel<'dialogue'> {
  const view = createView(state);
  const content = contentOf(state);
  const decide = (chances: Float64Array, row: number): SymptomStatus => {
    let best = 0;
    for (let k = 1; k < STATUSES.length; k++) {
      const ahead = Math.log(chances[row * STATUSES.length + k]) + state.offsets[k];
      if (ahead > Math.log(chances[row * STATUSES.length + best]) + state.offsets[best]) best = k;
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
    answer: (inputs, options) => answerEach(inputs, options, answer),
    save: (file) => writeModelFile(file, KIND, content),
    explain(input) {
      const { turns, asked, chances } = view(input);
      return asked.map((one, row) => {
        const status = decide(chances, row);
        const chance = chances[row * STATUSES.length + STATUSES.indexOf(status)];
        const weights = statusFeatureWeights(state.status, { turns, asked }, one, status);
        const because = listFeatures(weights, FEATURES_SHOWN);
        const { turn, start, end, name } = one;
        const mention = turns[turn].text.slice(start, end);
        const percent = (100 * chance).toFixed(1);
        return {
          en: `turn ${turn}: ${mention} → ${name}, ${status} ${percent} %: ${because.en}`,
          zh: `轮次 ${turn}：${mention} → ${name}，${status} ${percent}%：${because.zh}`,
        };
      });
    },
  };
}

function contentOf({ mentions, names, status, offsets }: FittedState): ModelContent {
  const tagged = modelContent(mentions);
  return {
    header: { ...tagged.header, names: [...names.entries], features: status.features.names, offsets },
    arrays: {
      ...tagged.arrays,
      statusWeights: status.logistic.weights,
      statusIntercepts: status.logistic.intercepts,
    },
  };
}

const headerJson = z.object({
  names: namesJson,
  features: z.array(z.string()),
  offsets: z.array(z.number()).length(STATUSES.length),
});

/** Reads a model that `save` wrote. UserError for anything else. */
export async function load(file: string): Promise<FittedModel<'dialogue'>> {
  const content = await readModelFile(file, KIND);
  const mentions = openCrf(file, content);
  const header = headerJson.safeParse(content.header);
  if (!header.success)
    throw damaged(file, { en: 'names, features or offsets are missing', zh: '缺少名称、特征或偏置' });
  const { names, features, offsets } = header.data;
  const arrays = pickArrays(content.arrays, {
    statusWeights: 'Float32Array',
    statusIntercepts: 'Float64Array',
  });
  const fits =
    arrays?.statusWeights.length === features.length * STATUSES.length &&
    arrays.statusIntercepts.length === STATUSES.length;
  if (!fits) throw damaged(file, { en: 'its weights of statuses do not fit', zh: '状态权重不一致' });
  const { statusWeights: weights, statusIntercepts: intercepts } = arrays;
  const logistic = { outputs: STATUSES.length, link: 'softmax', weights, intercepts } as const;
  return fitted({
    mentions,
    names: restoreNames(new Map(names)),
    status: { features: restoreFeatures(features), logistic },
    offsets,
  });
}
