import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import type { EncoderConfig } from '../encoders/architectures/architecture.ts';
import { loadFolder } from '../encoders/folder/load.ts';
import type { ExtraFiles } from '../encoders/folder/save.ts';
import { sentenceFiles } from '../encoders/folder/sentence-files.ts';
import { requireTied } from '../encoders/heads/decoder.ts';
import type { Tokenizer } from '../encoders/tokenizers/tokenizer.ts';
import { EXIT, UserError } from '../ground/errors.ts';
import { AUTO, type Parsed, withDefaults } from '../ground/parameters.ts';
import type { Observer } from './observer.ts';
import { type CHECKPOINTS, HARDWARE, LEARNING_RATES, SHAPE, START, TRAINING } from './parameters.ts';
import { type Preparation, type PreparationOptions, preparePretraining } from './prepare.ts';
import { type Start, startFrom, startFromRandom, withDropout } from './start.ts';
import type { PretrainSettings } from './train.ts';

/** A pretraining run; left out are the defaults of `parameters.ts`. */
export interface PretrainingRun {
  readonly data: PreparationOptions;
  /** The model folder to write; empty, or with an interrupted run. */
  readonly out: string;
  readonly start?: Partial<Parsed<typeof START>>;
  /** Of a new model; a model that is continued keeps its own. */
  readonly shape?: Partial<Parsed<typeof SHAPE>>;
  readonly training?: Partial<Parsed<typeof TRAINING>>;
  readonly hardware?: Partial<Parsed<typeof HARDWARE>>;
  readonly checkpoints?: Partial<Parsed<typeof CHECKPOINTS>>;
}

/** Everything that a pretraining run starts with. */
export interface OpenedPretraining {
  readonly data: Preparation;
  /** Its configuration has the dropout of pretraining. */
  readonly start: Start;
  /** Of the model that is written: one that is continued keeps its own dropout for fine-tuning. */
  readonly config: EncoderConfig;
  /** Of the model that is written. */
  readonly tokenizer: Tokenizer;
  readonly settings: PretrainSettings;
  /** Of a sentence encoder that is continued: files that go along with the weights. */
  readonly extraFiles?: ExtraFiles;
}

/**
 * Reads corpus and start of a run and resolves its settings. Throws a UserError: `bad-options`, and those of
 * `preparePretraining`, `loadFolder` and `requireTied`.
 */
export async function openPretraining(
  run: Omit<PretrainingRun, 'out'>,
  observer: Omit<Observer, 'onProgress'> = {},
): Promise<OpenedPretraining> {
  const { init, dropout } = withDefaults(START, run.start);
  if (init !== undefined && run.data.vocabulary?.vocab !== undefined) throw twoVocabularies();
  const settings = settingsOf(run, init !== undefined);

  const base = init === undefined ? undefined : await loadFolder(init);
  if (base) requireTied(base.config, base.tensors, base.file);
  // in a corpus `[SEP]` written out is text; to those who use the model it is a token
  const data = await preparePretraining(run.data, {
    ...observer,
    tokenizer: base?.tokenizer.reading('as-text'),
  });
  const tokenizer = base?.tokenizer ?? data.tokenizer.reading('as-token');
  const first = base
    ? startFrom(base, data.batches.seed, data.train.tokens)
    : startFresh(tokenizer, withDefaults(SHAPE, run.shape), data);
  const rate = dropout === AUTO && !base ? 0 : dropout;
  const start = rate === AUTO ? first : withDropout(first, rate);
  const { config } = base ? first : start;
  const extraFiles = base ? await sentenceFiles(dirname(base.file)) : undefined;
  return { data, start, config, tokenizer, settings, extraFiles };
}

function settingsOf(
  run: Pick<PretrainingRun, 'training' | 'hardware'>,
  isContinued: boolean,
): PretrainSettings {
  const { learningRate, ...training } = withDefaults(TRAINING, run.training);
  const { device, threads } = withDefaults(HARDWARE, run.hardware);
  const usual = isContinued ? LEARNING_RATES.further : LEARNING_RATES.fresh;
  return {
    ...training,
    learningRate: learningRate === AUTO ? usual : learningRate,
    device,
    threads: threads === AUTO ? availableParallelism() : threads,
  };
}

function startFresh(
  tokenizer: Tokenizer,
  shape: Parsed<typeof SHAPE>,
  { batches, train }: Preparation,
): Start {
  const { layers, hidden, heads, maxPositions: positions } = shape;
  const sizes = { layers, hidden, positions, heads: heads === AUTO ? undefined : heads };
  return startFromRandom(tokenizer, sizes, batches.seed, train.tokens);
}

const twoVocabularies = (): UserError =>
  new UserError(
    'bad-options',
    {
      en: 'Further pretraining keeps the vocabulary of the model: --init excludes --vocab',
      zh: '继续预训练沿用原模型的词表：--init 与 --vocab 不能同时使用',
    },
    { hint: { en: 'Drop one of the two.', zh: '请去掉其中一个。' }, exitCode: EXIT.usage },
  );
