import { availableParallelism } from 'node:os';
import { DEVICES, type Device } from '../../autograd/index.ts';
import { SCHEDULES, type Schedule } from '../../encoders/training/schedule.ts';
import type { TrainSettings } from '../../encoders/training/settings.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import type { Parameters } from '../contract.ts';
import { FAMILY_DEFAULTS, FROM_RANDOM, pretrainedRate } from './defaults.ts';

/** A head that begins from nothing above a pretrained encoder learns at so many times its rate. */
const EAGER_FACTOR = 10;
/** BERT's own. */
const USUAL_DECAY = 0.01;

/** The choice that a parameter names. Throws a UserError where it names none. */
export function oneOf<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found) return found;
  throw new UserError('bad-parameter', `${name} is ${choices.join(', ')}, not ${value}`, {
    field: name,
    exitCode: EXIT.usage,
  });
}

export const deviceOf = (parameters: Parameters): Device => oneOf('device', parameters.device, DEVICES);

/** Whether token types tell of words and known mentions: 1 or 0. */
export function evidenceOf({ evidence }: Parameters, family: FamilyId, pretrained: boolean): number {
  const asked = Number(evidence);
  if (asked < 0) return Number(family === 'ner' && !pretrained);
  if (asked === 0 || (family === 'ner' && asked === 1)) return asked;
  throw new UserError(
    'bad-parameter',
    `evidence is 0 or 1 and for entities only, not ${evidence} for ${family}`,
    {
      field: 'evidence',
      exitCode: EXIT.usage,
    },
  );
}

/** Copies of the training texts, with mentions exchanged, that are trained on beside them. */
export function copiesOf({ copies }: Parameters, family: FamilyId, pretrained: boolean): number {
  const count = Number(copies);
  if (count < 0) return family === 'ner' && !pretrained ? FROM_RANDOM.copies : 0;
  if (count === 0 || (family === 'ner' && Number.isSafeInteger(count))) return count;
  throw new UserError(
    'bad-parameter',
    `copies is a whole number and for entities only, not ${copies} for ${family}`,
    {
      field: 'copies',
      exitCode: EXIT.usage,
    },
  );
}

/** Entities are learnt by heart from copies by random weights that nothing holds back; other families were not measured. */
const usualDecay = (family: FamilyId, pretrained: boolean): number =>
  family === 'ner' && !pretrained ? FROM_RANDOM.weightDecay : USUAL_DECAY;

export function threadsOf({ threads }: Parameters): number {
  const count = Number(threads);
  if (Number.isSafeInteger(count) && count >= 0) return count || availableParallelism();
  throw new UserError('bad-parameter', `threads is a whole number, not ${threads}`, {
    field: 'threads',
    hint: '0 for one a core.',
    exitCode: EXIT.usage,
  });
}

/** How to train, from the flags, the customs of the family, and where the weights come from. */
export function settingsOf(
  parameters: Parameters,
  family: FamilyId,
  { pretrained, hidden, eager, seed }: { pretrained: boolean; hidden: number; eager: boolean; seed: number },
): TrainSettings {
  const number = (name: string): number => Number(parameters[name]);
  const least = (name: string, smallest: number): number => {
    const value = number(name);
    if (value >= smallest) return value;
    throw new UserError('bad-parameter', `${name} is at least ${smallest}, not ${value}`, {
      field: name,
      exitCode: EXIT.usage,
    });
  };
  const usual = FAMILY_DEFAULTS[family];
  const passes = usual.epochs * (pretrained ? 1 : FROM_RANDOM.epochs);
  const rate = least('rate', 0) || (pretrained ? pretrainedRate(hidden) : FROM_RANDOM.rate);
  return {
    seed,
    epochs:
      least('epochs', 0) || Math.max(1, Math.round(passes / (1 + copiesOf(parameters, family, pretrained)))),
    batch: least('batch', 0) || (pretrained ? usual.batch : FROM_RANDOM.batch),
    tokens: least('tokens', 1),
    buckets: BUCKETS,
    learningRate: rate,
    headLearningRate: least('head-rate', 0) || (eager && pretrained ? rate * EAGER_FACTOR : rate),
    layerDecay: number('layer-decay'),
    schedule: oneOf<Schedule>('schedule', parameters.schedule, SCHEDULES),
    warmup: least('warmup', 0),
    weightDecay: number('weight-decay') === -1 ? usualDecay(family, pretrained) : least('weight-decay', 0),
    clip: least('clip', 0),
    accumulate: least('accumulate', 1),
    samples: least('samples', 1),
    rdrop: least('rdrop', 0),
    adversarial: least('fgm', 0),
    ema: least('ema', 0),
    freeze: least('freeze', 0),
    patience: least('patience', 0),
    device: deviceOf(parameters),
    threads: threadsOf(parameters),
  };
}

/** Most lengths that batches are padded to: more waste less padding, and cost a compiled graph each. */
const BUCKETS = 12;
