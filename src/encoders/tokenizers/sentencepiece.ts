import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { explainFileError } from '../../ground/files.ts';
import type { Text } from '../../ground/language.ts';
import { parseJson } from '../json.ts';
import { createWireReader } from '../weights/wire.ts';

/** Names of SentencePiece models next to the weights. */
export const PIECES_FILES = ['sentencepiece.bpe.model', 'spiece.model', 'tokenizer.model'] as const;

/** Fields of sentencepiece_model.proto. */
const MODEL = { pieces: 1, trainer: 2, normalizer: 3 };
const PIECE = { text: 1, score: 2, type: 3 };
const TRAINER = { modelType: 3, byteFallback: 35 };
const NORMALIZER = { charsmap: 2, dummyPrefix: 3, removesSpaces: 4, escapesSpaces: 5 };
const UNIGRAM = 1;
const USER_DEFINED = 4;

/** The content of a model; omitted fields have the default of the format. */
interface Pieces {
  readonly pieces: { text: string; score: number; type: number }[];
  charsmap: Buffer;
  modelType: number;
  byteFallback: boolean;
  /** Whether spaces are trimmed, joined, and written as ▁ also before the text. */
  usualSpaces: boolean;
}

/** XLM-RoBERTa has these tokens instead of the model's own first three (`<unk>`, `<s>`, `</s>`), and one more at the end. */
const FIRST = ['<s>', '<pad>', '</s>', '<unk>'];
const OWN_FIRST = ['<unk>', '<s>', '</s>'];
const MASK = '<mask>';

/**
 * The object of the `tokenizer.json` that `transformers` makes of an XLM-RoBERTa's SentencePiece model. Throws a UserError
 * (`tokenizer-unsupported`) for a file that is damaged, no unigram model, or of another architecture.
 */
export async function readSentencePiece(file: string): Promise<object> {
  await checkIsXlmRoberta(file);
  const model = readPieces(
    await readFile(file).catch((error) => Promise.reject(explainFileError(error, file))),
    file,
  );
  const { pieces, charsmap } = model;
  const why = reasonAgainst(model);
  if (why) throw unsupported(file, why);
  const tokens = [...FIRST, ...pieces.slice(OWN_FIRST.length).map(({ text }) => text), MASK];
  const scores = [...FIRST.map(() => 0), ...pieces.slice(OWN_FIRST.length).map(({ score }) => score), 0];
  const metaspace = { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always', split: true };
  const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const sequence = (id: string) => ({ Sequence: { id, type_id: 0 } });
  const [start, , end] = FIRST;
  const named = (id: string) => [id, { id, ids: [FIRST.indexOf(id)], tokens: [id] }];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [...FIRST, MASK].map((content) => ({
      ...{ id: content === MASK ? tokens.length - 1 : FIRST.indexOf(content), content },
      ...{ single_word: false, lstrip: content === MASK, rstrip: false, normalized: false, special: true },
    })),
    normalizer:
      charsmap.length > 0 ? { type: 'Precompiled', precompiled_charsmap: charsmap.toString('base64') } : null,
    pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, metaspace] },
    post_processor: {
      type: 'TemplateProcessing',
      single: [special(start), sequence('A'), special(end)],
      pair: [special(start), sequence('A'), special(end), special(end), sequence('B'), special(end)],
      special_tokens: Object.fromEntries([named(start), named(end)]),
    },
    decoder: metaspace,
    model: {
      type: 'Unigram',
      unk_id: FIRST.indexOf('<unk>'),
      vocab: tokens.map((token, id) => [token, scores[id]]),
      byte_fallback: false,
    },
  };
}

function readPieces(data: Buffer, file: string): Pieces {
  try {
    return parse(data, file);
  } catch {
    throw unsupported(file, {
      en: 'damaged, or not a SentencePiece model',
      zh: '文件已损坏，或不是 SentencePiece 模型',
    });
  }
}

function parse(data: Buffer, file: string): Pieces {
  const read = (bytes: number | Buffer) =>
    createWireReader(typeof bytes === 'number' ? Buffer.alloc(0) : bytes, file, 'SentencePiece').fields();
  const model: Pieces = {
    ...{ pieces: [], charsmap: Buffer.alloc(0), modelType: UNIGRAM, byteFallback: false, usualSpaces: true },
  };
  for (const [field, value] of read(data)) {
    if (field === MODEL.pieces) {
      const piece = { text: '', score: 0, type: 1 };
      for (const [part, own] of read(value)) {
        if (part === PIECE.text) piece.text = own.toString();
        else if (part === PIECE.score && typeof own !== 'number') piece.score = own.readFloatLE();
        else if (part === PIECE.type) piece.type = Number(own);
      }
      model.pieces.push(piece);
    } else if (field === MODEL.trainer) {
      for (const [part, own] of read(value)) {
        if (part === TRAINER.modelType) model.modelType = Number(own);
        else if (part === TRAINER.byteFallback) model.byteFallback = own !== 0;
      }
    } else if (field === MODEL.normalizer) {
      const { charsmap, dummyPrefix, removesSpaces, escapesSpaces } = NORMALIZER;
      for (const [part, own] of read(value)) {
        if (part === charsmap && typeof own !== 'number') model.charsmap = own;
        else if ([dummyPrefix, removesSpaces, escapesSpaces].includes(part)) model.usualSpaces &&= own !== 0;
      }
    }
  }
  return model;
}

function reasonAgainst({ pieces, modelType, byteFallback, usualSpaces }: Pieces): Text | undefined {
  const [first] = pieces;
  if (!first) return { en: 'it has no pieces', zh: '其中没有词元' };
  if (modelType !== UNIGRAM) return { en: 'not a unigram model', zh: '不是 unigram 模型' };
  if (byteFallback) return { en: 'unknown characters become bytes', zh: '未登录字符按字节切分' };
  if (!usualSpaces) return { en: 'it treats spaces in its own way', zh: '空格处理方式特殊' };
  const own = pieces.find(({ type }) => type === USER_DEFINED);
  if (own) return { en: `${own.text} is user-defined`, zh: `${own.text} 是用户自定义词元` };
  if (OWN_FIRST.some((token, id) => pieces[id]?.text !== token))
    return {
      en: `it begins with ${first.text}, not with ${OWN_FIRST.join(' ')}`,
      zh: `开头是 ${first.text}，而不是 ${OWN_FIRST.join(' ')}`,
    };
  return pieces.every(({ score }) => Number.isFinite(score))
    ? undefined
    : { en: 'a score is not a number', zh: '存在非数值的分数' };
}

/** The places of special tokens are not in the model: `transformers` decides them by the class. */
async function checkIsXlmRoberta(file: string): Promise<void> {
  const said = async (name: string, field: string): Promise<unknown> => {
    const path = join(dirname(file), name);
    if (!existsSync(path)) return undefined;
    const text = await readFile(path, 'utf8').catch((error) => Promise.reject(explainFileError(error, path)));
    return Object.entries(parseJson(text, path)).find(([key]) => key === field)?.[1];
  };
  const named = await said('tokenizer_config.json', 'tokenizer_class');
  const model = await said('config.json', 'model_type');
  if (/^XLMRobertaTokenizer(Fast)?$/.test(String(named)) || model === 'xlm-roberta') return;
  throw unsupported(file, {
    en: 'neither tokenizer_config.json nor config.json says that it is of an XLM-RoBERTa',
    zh: 'tokenizer_config.json 与 config.json 均未说明其属于 XLM-RoBERTa',
  });
}

const unsupported = (file: string, why: Text): UserError =>
  new UserError(
    'tokenizer-unsupported',
    {
      en: `This SentencePiece model is not supported: ${why.en}`,
      zh: `不支持该 SentencePiece 模型：${why.zh}`,
    },
    {
      file,
      hint: {
        en: 'Convert it in Python: AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR).',
        zh: '请在 Python 中转换：AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR)。',
      },
    },
  );
