import type { GivenParameters } from '../../src/ground/parameters.ts';
import { PLAIN_ENTITIES } from '../bert/plain-entities.ts';

/** The rows of the grid. */
export const ARMS = [
  'baseline',
  'frozen',
  'cbert-tiny',
  'cbert-small',
  'fine-tuned',
  'ensemble',
  'ensemble-3',
] as const;
export type Arm = (typeof ARMS)[number];

/** The members of each ensemble, at seed 0. */
export const MEMBERS = {
  ensemble: ['baseline', 'fine-tuned'],
  'ensemble-3': ['baseline', 'fine-tuned', 'cbert-small'],
} as const satisfies Partial<Record<Arm, readonly Arm[]>>;
export type Ensemble = keyof typeof MEMBERS;
export const isEnsemble = (arm: Arm): arm is Ensemble => arm in MEMBERS;

export interface Recipe {
  /** The id of the kind of model. Default: bert. */
  readonly model?: string;
  readonly parameters?: GivenParameters;
  readonly seeds: readonly number[];
  /** Expected duration of one seed on one core, for ordering and `--minutes`. */
  readonly minutes: number;
  /** Shown under the table: anything incomplete or unusual about it. */
  readonly note?: string;
}

export interface TaskRecipes {
  /** The goal on test, in the primary metric. */
  readonly goal: string;
  readonly arms: Readonly<Partial<Record<Exclude<Arm, Ensemble>, Recipe>>>;
  /** How members are combined: a parameter of the ensemble. */
  readonly ensemble: { readonly method: string; readonly minutes: number };
  /** Variants of the fine-tuned recipe, compared with it on dev after training on a sample: see trials.ts. */
  readonly trials?: Trials;
}

export interface Trials {
  /** The recipe that was varied, if one of the variants has replaced it since. Default: that of fine-tuned. */
  readonly recipe?: GivenParameters;
  /** Tokens in one pass over the sample; also the limit on dev tokens. */
  readonly pass: number;
  /** Expected duration of the recipe itself on this sample, on one core. */
  readonly minutes: number;
  readonly remedies: Readonly<Record<string, Remedy>>;
}

export interface Remedy {
  readonly change: GivenParameters;
  /** Expected duration relative to the recipe. Default 1. */
  readonly times?: number;
  /** If a pass over the same examples has a different number of tokens. */
  readonly pass?: number;
}

const ONE = [0];
/** For cells under 30 minutes whose model depends on the seed. */
const THREE = [0, 1, 2];

/** All encoder layers frozen and only the head trained: the counterpart of frozen embeddings where predictions are spans. */
const HEAD_ONLY: GivenParameters = { freeze: 5 };
/** Longer training; `times` is an upper bound. */
const LONGER: Remedy = { change: { epochs: 6, patience: 2 }, times: 2 };
const FGM: Remedy = { change: { fgm: 0.5 }, times: 2 };
const R_DROP: Remedy = { change: { rdrop: 1 }, times: 2 };
/** Lower learning rates in lower layers. */
const LAYER_DECAY: Remedy = { change: { layerDecay: 0.8 } };

/** Twice the default at this hidden size. */
const HIGHER_RATE: Remedy = { change: { learningRate: 1.35e-4 } };
const SMALL_BATCHES: Remedy = { change: { batchSize: 8 } };

/** The family defaults: see docs/models/bert.md. */
const ENTITIES: GivenParameters = { lexiconFeatures: true, copies: 2, epochs: 3, batchSize: 8 };
/** The recipe before the trials on cMedQANER. */
const LARGE_BATCHES: GivenParameters = { ...ENTITIES, batchSize: 32 };

/** Queries and page titles. */
const SHORT_TEXTS: GivenParameters = { maxLength: 64, epochs: 1 };
/** A bi-encoder trained with in-batch and BM25 negatives. */
const HARD_NEGATIVES: GivenParameters = { objective: 'contrastive', pooling: 'cls', negatives: 4 };

/** The windows are the family default. An epoch takes 20 minutes on one core. */
const DIALOGUES: GivenParameters = { epochs: 3, maxLength: 128 };

/** Rare classes are learned late; how strongly they are preferred is tuned on dev. */
const LONG_TAIL: GivenParameters = { epochs: 3, classWeights: true, logitAdjustment: true };

/** The recipes of every task with data, chosen on dev; the trials are the alternatives. */
export const RECIPES: Readonly<Record<string, TaskRecipes>> = {
  cMedIC: {
    goal: '92',
    arms: {
      baseline: { model: 'fasttext', seeds: THREE, minutes: 1 },
      frozen: { model: 'embedding', seeds: ONE, minutes: 1 },
      'cbert-tiny': { parameters: { epochs: 10 }, seeds: THREE, minutes: 2 },
      'cbert-small': { seeds: THREE, minutes: 3 },
      'fine-tuned': { seeds: THREE, minutes: 3 },
    },
    ensemble: { method: 'average', minutes: 1 },
  },
  cMedQQ: {
    goal: '87',
    arms: {
      baseline: { model: 'linear', seeds: ONE, minutes: 1 },
      frozen: { model: 'embedding', seeds: ONE, minutes: 2 },
      'cbert-tiny': { parameters: { epochs: 10, learningRate: 4e-4, dropout: 0 }, seeds: THREE, minutes: 20 },
      'cbert-small': { seeds: THREE, minutes: 20 },
      'fine-tuned': { seeds: THREE, minutes: 20 },
    },
    ensemble: { method: 'stack', minutes: 3 },
    trials: {
      pass: 80_000,
      minutes: 5,
      remedies: {
        'batches of 8': SMALL_BATCHES,
        'twice the learning rate': HIGHER_RATE,
        'layer decay 0.8': LAYER_DECAY,
        'six epochs, patience 2': LONGER,
        'R-Drop': R_DROP,
        FGM,
      },
    },
  },
  cMedQANER: {
    goal: '85',
    arms: {
      baseline: { model: 'crf', seeds: ONE, minutes: 2 },
      frozen: { parameters: { ...HEAD_ONLY, ...PLAIN_ENTITIES }, seeds: THREE, minutes: 15 },
      'cbert-tiny': { parameters: LARGE_BATCHES, seeds: THREE, minutes: 12 },
      'cbert-small': { parameters: ENTITIES, seeds: ONE, minutes: 50 },
      'fine-tuned': { parameters: ENTITIES, seeds: ONE, minutes: 50 },
    },
    ensemble: { method: 'stack', minutes: 2 },
    trials: {
      recipe: LARGE_BATCHES,
      pass: 33_000,
      minutes: 6,
      remedies: {
        'layer decay 0.8': LAYER_DECAY,
        'span head': { change: { head: 'span' } },
        // the same number of training tokens; most missed entities do not occur in train
        'eight copies, one epoch': { change: { copies: 8, epochs: 1 } },
        'batches of 8': SMALL_BATCHES,
        'batches of 8, no lexicon features': { change: { batchSize: 8, lexiconFeatures: false } },
        'batches of 8, no copies, eight epochs': { change: { batchSize: 8, copies: 0, epochs: 8 } },
        'twice the learning rate': HIGHER_RATE,
        FGM,
      },
    },
  },
  cEHRNER: {
    goal: '89',
    arms: {
      baseline: { model: 'crf', seeds: ONE, minutes: 3 },
      frozen: { parameters: { ...HEAD_ONLY, ...PLAIN_ENTITIES }, seeds: THREE, minutes: 29 },
      'cbert-tiny': { parameters: { ...LARGE_BATCHES, copies: 1 }, seeds: THREE, minutes: 20 },
      'cbert-small': { parameters: { ...ENTITIES, copies: 1 }, seeds: ONE, minutes: 90 },
      'fine-tuned': { parameters: { ...ENTITIES, copies: 1 }, seeds: ONE, minutes: 90 },
    },
    ensemble: { method: 'stack', minutes: 3 },
    trials: {
      recipe: { ...LARGE_BATCHES, copies: 1 },
      pass: 50_000,
      minutes: 6,
      remedies: {
        'batches of 8': SMALL_BATCHES,
        'twice the learning rate': HIGHER_RATE,
        'span head': { change: { head: 'span' } },
        FGM,
      },
    },
  },
  cMedTC: {
    goal: '75',
    arms: {
      baseline: { model: 'linear', seeds: ONE, minutes: 1 },
      frozen: { model: 'embedding', seeds: ONE, minutes: 5 },
      'cbert-tiny': { parameters: LONG_TAIL, seeds: THREE, minutes: 8 },
      'cbert-small': { parameters: LONG_TAIL, seeds: THREE, minutes: 20 },
      'fine-tuned': { parameters: LONG_TAIL, seeds: THREE, minutes: 20 },
    },
    ensemble: { method: 'average', minutes: 2 },
    trials: {
      pass: 80_000,
      minutes: 5,
      remedies: {
        'batches of 8': SMALL_BATCHES,
        'twice the learning rate': HIGHER_RATE,
        'without class weights': { change: { classWeights: false } },
        'six epochs, patience 2': LONGER,
        'R-Drop': R_DROP,
      },
    },
  },
  cMedIR: {
    goal: '71',
    arms: {
      baseline: { model: 'ltr', seeds: ONE, minutes: 1 },
      frozen: { model: 'embedding', seeds: ONE, minutes: 5 },
      'cbert-tiny': { parameters: SHORT_TEXTS, seeds: THREE, minutes: 4 },
      'cbert-small': { parameters: { ...SHORT_TEXTS, ...HARD_NEGATIVES }, seeds: THREE, minutes: 29 },
      'fine-tuned': { parameters: { ...SHORT_TEXTS, ...HARD_NEGATIVES }, seeds: THREE, minutes: 29 },
    },
    ensemble: { method: 'average', minutes: 3 },
    trials: {
      recipe: SHORT_TEXTS,
      pass: 240_000,
      minutes: 5,
      remedies: {
        'two epochs': { change: { epochs: 2 }, times: 2 },
        FGM,
        'bi-encoder, four hard negatives': {
          change: HARD_NEGATIVES,
          pass: 209_000,
          times: 1.5,
        },
      },
    },
  },
  cMedQA: {
    goal: 'what its labels allow',
    arms: {
      baseline: { model: 'knn', seeds: ONE, minutes: 1 },
      frozen: { model: 'embedding', seeds: ONE, minutes: 5 },
      'cbert-tiny': { parameters: { logitAdjustment: true }, seeds: THREE, minutes: 9 },
      'cbert-small': { parameters: { logitAdjustment: true }, seeds: ONE, minutes: 40 },
      'fine-tuned': { parameters: { logitAdjustment: true }, seeds: ONE, minutes: 40 },
    },
    ensemble: { method: 'stack', minutes: 3 },
    trials: {
      pass: 80_000,
      minutes: 5,
      remedies: {
        'class weights': { change: { classWeights: true } },
        'six epochs, patience 2': LONGER,
        'R-Drop': R_DROP,
      },
    },
  },
  CMDD: {
    goal: '82',
    arms: {
      baseline: { model: 'dialogue', seeds: ONE, minutes: 3 },
      frozen: { parameters: { ...HEAD_ONLY, ...DIALOGUES }, seeds: ONE, minutes: 32 },
      'cbert-tiny': { parameters: DIALOGUES, seeds: THREE, minutes: 25 },
      'cbert-small': { parameters: DIALOGUES, seeds: ONE, minutes: 65 },
      'fine-tuned': { parameters: DIALOGUES, seeds: ONE, minutes: 65 },
    },
    ensemble: { method: 'stack', minutes: 5 },
    trials: {
      recipe: { ...DIALOGUES, maxLength: 256 },
      pass: 100_000,
      minutes: 5,
      remedies: {
        'windows of 512': { change: { maxLength: 512 } },
        'windows of 128': { change: { maxLength: 128 } },
        'batches of 32': { change: { batchSize: 32 } },
        'twice the learning rate': HIGHER_RATE,
        'softmax head': { change: { head: 'softmax' } },
        'layer decay 0.8': LAYER_DECAY,
        FGM,
      },
    },
  },
};
