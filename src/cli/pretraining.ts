import type { Tokenizer } from '../encoders/tokenizers/tokenizer.ts';
import type { BatchOptions } from '../pretraining/objective/batch.ts';
import type { PretrainingText } from '../pretraining/objective/text.ts';
import { type Invocation, listOption, type OptionSpec } from './command.ts';
import { numberOption } from './numbers.ts';

/** What the commands that pretrain share: where text comes from, what is masked, how it is cut. */
export const PRETRAINING_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--lexicon <list>',
    summary: { en: 'entities, comma-separated files', zh: '实体词典文件，以逗号分隔' },
  },
  {
    flags: '--phrases <file>',
    summary: { en: 'spans made by `phrases mine`', zh: '由 `phrases mine` 生成的短语' },
  },
  {
    flags: '--vocab <path>',
    summary: {
      en: 'vocab.txt, tokenizer.json or a model folder (default: made from the corpus)',
      zh: 'vocab.txt、tokenizer.json 或模型目录（默认由语料生成）',
    },
  },
  {
    flags: '--vocab-size <n>',
    summary: { en: 'size of a vocabulary made from the corpus', zh: '由语料生成词表时的大小' },
    default: '8000',
  },
  { flags: '--no-entity', summary: { en: 'do not mask entities whole', zh: '不做整实体掩码' } },
  { flags: '--no-span', summary: { en: 'do not mask spans whole', zh: '不做整短语掩码' } },
  {
    flags: '--whole-word',
    summary: { en: 'mask all other text by words, not WordPieces', zh: '其余文本按词（而非 WordPiece）掩码' },
  },
  {
    flags: '--no-next-sentence',
    summary: {
      en: 'pack sentences instead of asking whether one follows',
      zh: '不做下一句预测，改为拼接句子',
    },
  },
  { flags: '--max-length <n>', summary: { en: 'tokens a sequence', zh: '序列长度' }, default: '128' },
  { flags: '--batch-size <n>', summary: { en: 'sequences a step', zh: '每步序列数' }, default: '32' },
  {
    flags: '--held-out <share>',
    summary: { en: 'share of the documents to measure on', zh: '留作评测的文档比例' },
    default: '0.02',
  },
  { flags: '--seed <n>', summary: { en: 'seed', zh: '随机种子' }, default: '0' },
];

export interface PretrainingMaterial {
  readonly tokenizer: Tokenizer;
  readonly train: PretrainingText;
  readonly heldOut: PretrainingText;
  readonly batches: BatchOptions;
}

/**
 * Reads corpus, lexicon, phrases and vocabulary (or takes the tokenizer that is known) and tokenizes it all. What is
 * held out is masked by all entities and spans even where training masks none, so that ablations are measured alike.
 * Throws a UserError for whatever is wrong.
 */
export async function readPretrainingMaterial(
  directory: string,
  options: Invocation['options'],
  { signal, known }: { signal?: AbortSignal; known?: Tokenizer } = {},
): Promise<PretrainingMaterial> {
  const { openCorpus, readCorpus } = await import('../pretraining/corpus/shards.ts');
  const { readTerms } = await import('../pretraining/lexicon/lexicon.ts');
  const { readPhrases } = await import('../pretraining/phrases/phrases.ts');
  const { cutWords } = await import('../pretraining/phrases/words.ts');
  const { loadPretrainingText } = await import('../pretraining/objective/text.ts');
  const { createMarker } = await import('../pretraining/objective/units.ts');
  const batches: BatchOptions = {
    maxLength: numberOption(options, 'maxLength', 8, 4096, 'whole'),
    batchSize: numberOption(options, 'batchSize', 1, 65_536, 'whole'),
    nextSentence: options.nextSentence !== false,
    seed: numberOption(options, 'seed', 0, 2 ** 32 - 1, 'whole'),
  };
  const heldOut = numberOption(options, 'heldOut', 0, 0.5);
  const shards = await openCorpus(directory);
  const lexicon = listOption(options.lexicon);
  const entities = lexicon.length > 0 ? await readTerms(lexicon) : undefined;
  const spans = typeof options.phrases === 'string' ? await readPhrases(options.phrases) : undefined;
  const mark = createMarker({
    entities: options.entity === false ? undefined : entities,
    spans: options.span === false ? undefined : spans,
    cutWords: options.wholeWord === true ? cutWords : undefined,
  });
  const tokenizer = known ?? (await readTokenizer(options, () => readCorpus(directory, shards)));
  const text = await loadPretrainingText(readCorpus(directory, shards), {
    tokenizer,
    mark,
    markHeldOut: createMarker({ entities, spans }),
    heldOut,
    seed: batches.seed,
    signal,
  });
  return { tokenizer, ...text, batches };
}

/** The tokenizer that is named, or one with a vocabulary taken from the corpus. Special tokens in a text are text. */
async function readTokenizer(
  options: Invocation['options'],
  documents: () => AsyncIterable<readonly string[]>,
): Promise<Tokenizer> {
  if (typeof options.vocab === 'string') {
    const { loadTokenizer } = await import('../encoders/tokenizers/load.ts');
    return loadTokenizer(options.vocab, { specialTokensInText: 'as-text' });
  }
  const { buildVocabulary, createWordCounter } = await import('../pretraining/vocabulary.ts');
  const { createTokenizer } = await import('../encoders/tokenizers/tokenizer.ts');
  const { createVocabulary } = await import('../encoders/tokenizers/vocabulary.ts');
  const counter = createWordCounter();
  for await (const sentences of documents()) for (const sentence of sentences) counter.add(sentence);
  const tokens = buildVocabulary(counter.words, {
    size: numberOption(options, 'vocabSize', 6, 1 << 20, 'whole'),
  });
  return createTokenizer(createVocabulary(tokens), { specialTokensInText: 'as-text' });
}
