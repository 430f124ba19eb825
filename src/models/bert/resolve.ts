import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import type { EncoderConfig } from '../../encoders/architectures/architecture.ts';
import { architectureOf, defaultArchitecture, readConfig } from '../../encoders/architectures/registry.ts';
import { findFolder } from '../../encoders/folder/find.ts';
import { createVocabulary, SPECIAL_TOKENS } from '../../encoders/tokenizers/vocabulary.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import type { Text } from '../../ground/language.ts';
import { AUTO, type Auto, kebab } from '../../ground/parameters.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import type { ResolveContext } from '../contract.ts';
import {
  BI_ENCODER_BATCH,
  FAMILY_DEFAULTS,
  FROM_RANDOM,
  HEAD_FACTOR,
  pretrainedLearningRate,
  WEIGHT_DECAY,
} from './defaults.ts';
import { served } from './families.ts';
import { type BertParameters, type GivenBertParameters, PARAMETERS } from './parameters.ts';

/** The given value, or the default if it is `auto`. */
const or = <T>(given: T | Auto, usual: T): T => (given === AUTO ? usual : given);

/**
 * Decides every `auto` from the family, from whether there are pretrained weights, and from their size. Resolving
 * resolved parameters changes nothing. Throws a UserError where `init` names no encoder, and `bad-parameter` for what
 * only entities have, or only models with token types.
 */
export async function resolveParameters(
  given: GivenBertParameters,
  { task: { family } }: ResolveContext,
): Promise<BertParameters> {
  const config = await configOf(given);
  if (given.init !== undefined) requireOwn(given, config);
  const pretrained = given.init !== undefined && !config.untrained;
  const usual = FAMILY_DEFAULTS[served(family)];
  const hasEntities = usual.copies !== undefined;
  const hasTypes = architectureOf(config).graph.types !== undefined;
  const copies = or(given.copies, hasEntities && !pretrained ? FROM_RANDOM.copies : (usual.copies ?? 0));
  const lexiconFeatures = or(given.lexiconFeatures, hasEntities && hasTypes);
  if (copies > 0) requireEntities('copies', copies, family);
  if (lexiconFeatures) requireEntities('lexiconFeatures', lexiconFeatures, family);
  if (given.head === 'span') requireEntities('head', given.head, family);
  if (lexiconFeatures && !hasTypes) throw noTokenTypes(config);
  const bi = given.objective !== undefined;
  if (given.logitAdjustment) requireOneLabel(bi, family);
  requireObjective(given);
  const epochs = usual.epochs * (pretrained ? 1 : FROM_RANDOM.epochs);
  const learningRate = or(
    given.learningRate,
    pretrained ? pretrainedLearningRate(config.hiddenSize) : FROM_RANDOM.learningRate,
  );
  const isFaster = pretrained && (usual.headsFromScratch?.includes(given.head) ?? false);
  return {
    ...given,
    layers: config.layers,
    hidden: config.hiddenSize,
    heads: config.heads,
    // copies are further passes over the same texts
    epochs: or(given.epochs, Math.max(1, Math.round(epochs / (1 + copies)))),
    copies,
    lexiconFeatures,
    batchSize: or(
      given.batchSize,
      bi ? BI_ENCODER_BATCH : pretrained ? usual.batchSize : FROM_RANDOM.batchSize,
    ),
    maxLength: Math.min(or(given.maxLength, usual.maxLength), config.maxPositions),
    learningRate,
    headLearningRate: or(given.headLearningRate, isFaster ? learningRate * HEAD_FACTOR : learningRate),
    weightDecay: or(given.weightDecay, hasEntities && !pretrained ? FROM_RANDOM.weightDecay : WEIGHT_DECAY),
    dropout: given.dropout ?? (pretrained ? undefined : FROM_RANDOM.dropout),
    threads: threadsOf(given),
  };
}

const OMIT: Text = { en: 'Leave it out.', zh: '请省略该参数。' };

const badParameter = (name: keyof GivenBertParameters, text: Text, hint = OMIT): UserError =>
  new UserError('bad-parameter', text, { field: kebab(name), hint, exitCode: EXIT.usage });

const noTokenTypes = ({ modelType }: EncoderConfig): UserError =>
  badParameter('lexiconFeatures', {
    en: `lexicon-features are encoded as token types, and a model of type ${modelType} has none`,
    zh: `词典特征通过 token_type_ids 输入，而模型类型 ${modelType} 没有该输入`,
  });

/** One thread per core by default. */
export const threadsOf = ({ threads }: Pick<GivenBertParameters, 'threads'>): number =>
  or(threads, availableParallelism());

/** Throws a UserError for what only entities have where another family is given it. */
export function requireEntities(
  name: 'copies' | 'lexiconFeatures' | 'head',
  value: number | boolean | string,
  family: FamilyId,
): void {
  if (FAMILY_DEFAULTS[served(family)].copies !== undefined) return;
  throw badParameter(name, {
    en: `${kebab(name)} is for entities only: it cannot be ${value} for ${family}`,
    zh: `参数 ${kebab(name)} 仅用于实体识别，任务族 ${family} 不能设为 ${value}`,
  });
}

/** Throws a UserError for logit adjustment if no logits of classes are compared. */
function requireOneLabel(bi: boolean, family: FamilyId): void {
  if (FAMILY_DEFAULTS[served(family)].oneLabel && !bi) return;
  throw badParameter(
    'logitAdjustment',
    bi
      ? {
          en: 'A bi-encoder has no class logits for logit-adjustment to change',
          zh: '双编码器没有类别 logit，不能使用 logit-adjustment',
        }
      : {
          en: `logit-adjustment is for families with one label per text, pair, turn or mention, not for ${family}`,
          zh: `参数 logit-adjustment 仅用于每个文本、句对、句子或提及取一个标签的任务族，不能用于 ${family}`,
        },
  );
}

/** Parameters of bi-encoders, besides their objective. */
const OF_BI_ENCODERS = ['pooling', 'temperature', 'negatives'] as const;

/** Throws a UserError for parameters that the objective, or its absence, leaves without a use. */
function requireObjective({ objective, negatives, rankingLoss, ...given }: GivenBertParameters): void {
  if (objective === undefined) {
    const name = OF_BI_ENCODERS.find((one) => ({ ...given, negatives })[one] !== undefined);
    if (name === undefined) return;
    throw badParameter(
      name,
      { en: `${name} is for bi-encoders only`, zh: `参数 ${name} 仅用于双编码器` },
      {
        en: 'Give objective=contrastive or objective=cosent.',
        zh: '请设置 objective=contrastive 或 objective=cosent。',
      },
    );
  }
  if (negatives !== undefined && objective !== 'contrastive')
    throw badParameter('negatives', {
      en: `negatives is for objective=contrastive only, not for ${objective}`,
      zh: `参数 negatives 仅用于 objective=contrastive，不能用于 ${objective}`,
    });
  if (rankingLoss !== PARAMETERS.rankingLoss.default)
    throw badParameter('rankingLoss', {
      en: 'ranking-loss is for cross-encoders only, not with objective',
      zh: '参数 ranking-loss 仅用于交叉编码器，不能与 objective 同用',
    });
}

/** Throws a UserError for a size or a vocabulary other than that of the weights in `init`. */
function requireOwn(given: GivenBertParameters, { layers, hiddenSize, heads }: EncoderConfig): void {
  const own = { layers, hidden: hiddenSize, heads, vocab: undefined };
  const name = (['layers', 'hidden', 'heads', 'vocab'] as const).find((one) => {
    const value = given[one];
    return value !== undefined && value !== AUTO && value !== own[one];
  });
  if (name === undefined) return;
  throw badParameter(
    name,
    {
      en: `${name} is for random weights only: with init, it is that of the pretrained weights`,
      zh: `参数 ${name} 仅用于随机初始化；给出 init 时以预训练权重为准`,
    },
    { en: `Leave out either ${name} or init.`, zh: `请省略 ${name} 或 init。` },
  );
}

/** The configuration of the weights in `init`, or that of random ones: here its sizes count, not the vocabulary. */
async function configOf({ init, layers, hidden, heads }: GivenBertParameters): Promise<EncoderConfig> {
  if (init !== undefined) {
    const path = findFolder(init);
    return readConfig(statSync(path).isDirectory() ? path : dirname(path));
  }
  const sizes = {
    layers: or(layers, FROM_RANDOM.layers),
    hidden: or(hidden, FROM_RANDOM.hidden),
    heads: heads === AUTO ? undefined : heads,
  };
  const { config, heads: classes } = defaultArchitecture;
  return config.initial(createVocabulary(Object.values(SPECIAL_TOKENS)), sizes, classes.encoderClass);
}
