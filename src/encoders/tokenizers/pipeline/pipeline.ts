import * as z from 'zod';
import { createBuffer, createEncoders } from '../frame.ts';
import type { PipelineTokenizer } from '../tokenizer.ts';
import { isWhitespace } from '../unicode.ts';
import { createVocabulary, type SpecialTokens } from '../vocabulary.ts';
import { type AddedToken, addedTokenFinder, addedTokenJson, type Segment } from './added.ts';
import { readBpe } from './bpe.ts';
import { textOfBytes } from './bytes.ts';
import { type Characters, charactersOf, part } from './characters.ts';
import type { TokenModel } from './model.ts';
import { readNormalizer } from './normalizers.ts';
import { checked, inside, type Place, partOf, type Registry, unsupported } from './place.ts';
import { type PostProcessor, readPostProcessor } from './post-processors.ts';
import { readPreTokenizer } from './pre-tokenizers.ts';
import { readUnigram } from './unigram.ts';

/** The models of `tokenizers` that a pipeline ends in, by their `type`; WordPiece has a separate reader. */
const MODELS: Registry<TokenModel> = { Unigram: readUnigram, BPE: readBpe };

const tokenizerJson = z.object({
  added_tokens: z.array(addedTokenJson).default([]),
  normalizer: z.unknown(),
  pre_tokenizer: z.unknown(),
  post_processor: z.unknown(),
  decoder: z.object({ type: z.string() }).nullish(),
  model: z.unknown(),
});

/** The parts of a tokenizer. */
interface Parts {
  readonly added: readonly AddedToken[];
  readonly normalize: ReturnType<typeof readNormalizer>;
  readonly cut: ReturnType<typeof readPreTokenizer>;
  readonly post: ReturnType<typeof readPostProcessor>;
  readonly model: TokenModel;
  /** Whether tokens are written in the alphabet of bytes. */
  readonly byteLevel: boolean;
}

/** The settings next to a `tokenizer.json`. */
export interface Settings {
  /** Special tokens by role, as far as they are named. */
  readonly roles: Partial<SpecialTokens>;
  /** The files by name, as they were read. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * The tokenizer that a `tokenizer.json` describes: special tokens are taken out, the rest is normalized, cut into words,
 * and each word into tokens by the model. Ids equal those of the Rust `tokenizers`; offsets count UTF-16 code units of the
 * original text. Throws a UserError that names a field that is not supported.
 */
export function createPipeline(json: object, { roles, files }: Settings, file?: string): PipelineTokenizer {
  const at = (field: string): Place => ({ file, field });
  const fields = checked(tokenizerJson, json, at('tokenizer.json'));
  const parts: Parts = {
    added: fields.added_tokens,
    normalize: readNormalizer(fields.normalizer, at('normalizer')),
    cut: readPreTokenizer(fields.pre_tokenizer, at('pre_tokenizer')),
    post: readPostProcessor(fields.post_processor, at('post_processor')),
    model: partOf(MODELS, fields.model, at('model')),
    byteLevel: fields.decoder?.type === 'ByteLevel',
  };
  const tokens = withAdded(parts, at('added_tokens'));
  const { frame } = parts.post;
  const special = specialTokens(parts, tokens, roles);
  const vocabulary = createVocabulary(tokens, special, file);
  for (const [role, id] of [
    ['cls', frame.first],
    ['sep', frame.last],
  ] as const)
    if (vocabulary.ids[role] !== id)
      throw unsupported(at('post_processor'), {
        en: `${special[role]} does not have the id ${id}`,
        zh: `${special[role]} 的编号不是 ${id}`,
      });
  return readWith(parts, { vocabulary, frame, files }, 'as-token');
}

type Described = Pick<PipelineTokenizer, 'vocabulary' | 'frame' | 'files'>;

function readWith(
  parts: Parts,
  described: Described,
  specialTokensInText: 'as-token' | 'as-text',
): PipelineTokenizer {
  const buffer = createBuffer();
  const { out } = buffer;
  const { vocabulary, frame } = described;
  const { added, model } = parts;
  const special = new Set(added.flatMap(({ special, id }) => (special ? [id] : [])));
  const asText = specialTokensInText === 'as-text';
  const append = scanner(
    {
      ...parts,
      added: asText ? added.filter(({ id }) => !special.has(id)) : added,
      model: asText ? (model.without?.(special) ?? model) : model,
    },
    buffer,
  );
  const trim = trimmer(parts.post, vocabulary.tokens);
  return {
    ...described,
    ...createEncoders({
      out,
      frame,
      clear() {
        out.count = 0;
      },
      scan(text) {
        const from = out.count;
        append(text);
        trim?.(out, from);
      },
    }),
    textOf: (id) => {
      const token = vocabulary.tokens[id];
      return parts.byteLevel ? textOfBytes(token) : token.replaceAll('\u2581', ' ');
    },
    reading: (mode) => readWith(parts, described, mode),
  };
}

/** Returns a function that emits the tokens of a text. */
function scanner(
  { added, normalize, cut, model, post }: Parts,
  { out, emit }: ReturnType<typeof createBuffer>,
): (text: string) => void {
  const findPlain = addedTokenFinder(added.filter(({ normalized }) => !normalized));
  const findNormalized = addedTokenFinder(
    added.filter(({ normalized }) => normalized),
    normalize,
  );
  return (text) => {
    const whole = charactersOf(text);
    const before = out.count;
    const emitAdded = ({ codes, starts, ends }: Characters, { from, to, id }: Segment): void => {
      let [first, last] = [from, to - 1];
      if (post.trim) {
        // one space may have been added there
        const kept = post.trim.addsSpace && (out.count === before || starts[from] === 0) ? 1 : 0;
        while (first < last && isWhitespace(codes[first])) first++;
        if (first > from) first -= kept;
        while (last > first && isWhitespace(codes[last])) last--;
      }
      emit(id, starts[first], ends[last]);
    };
    for (const segment of findPlain(whole)) {
      const { from, to, id } = segment;
      if (id >= 0) {
        emitAdded(whole, segment);
        continue;
      }
      const normalized = normalize(part(whole, from, to));
      for (const inner of findNormalized(normalized)) {
        if (inner.id >= 0) {
          emitAdded(normalized, inner);
          continue;
        }
        for (const word of cut(part(normalized, inner.from, inner.to)))
          if (word.codes.length > 0)
            model.cut(word, (own, first, end) => emit(own, word.starts[first], word.ends[end - 1]));
      }
    }
  };
}

/** Takes the spaces that tokens begin and end with out of their offsets, as the byte-level post-processors do. */
function trimmer({ trim }: PostProcessor, tokens: readonly string[]) {
  if (!trim) return undefined;
  const space = /^[\u0120\p{White_Space}]*/u;
  const reversed = (token: string): string => Array.from(token).reverse().join('');
  const leading = tokens.map((token) => space.exec(token)![0].length);
  const trailing = tokens.map((token) => space.exec(reversed(token))![0].length);
  return (out: ReturnType<typeof createBuffer>['out'], from: number): void => {
    for (let i = from; i < out.count; i++) {
      const id = out.ids[i];
      // a space added before the text is not in it
      const own = trim.addsSpace && leading[id] > 0 && (i === from || out.starts[i] === 0) ? 1 : 0;
      out.starts[i] = Math.min(out.starts[i] + leading[id] - own, out.ends[i]);
      if (out.ends[i] >= trailing[id]) out.ends[i] = Math.max(out.ends[i] - trailing[id], out.starts[i]);
    }
  };
}

/** The tokens of the model and those that are added, by id. */
function withAdded({ model, added }: Parts, place: Place): string[] {
  const tokens = [...model.tokens];
  for (const [i, { id, content }] of added.entries()) {
    const known = model.idOf.get(content) ?? id;
    if (known !== id || (tokens[id] || content) !== content)
      throw unsupported(inside(place, i, 'id'), {
        en: `${content} is not the token ${id} of the vocabulary`,
        zh: `${content} 不是词表中的第 ${id} 个词元`,
      });
    while (tokens.length < id) tokens.push('');
    tokens[id] = content;
  }
  return tokens;
}

/** Special tokens that no file names, in the notations of SentencePiece and of BERT. */
const USUAL: readonly Pick<SpecialTokens, 'unk' | 'pad' | 'mask'>[] = [
  { unk: '<unk>', pad: '<pad>', mask: '<mask>' },
  { unk: '[UNK]', pad: '[PAD]', mask: '[MASK]' },
];

function specialTokens(
  { model, post }: Parts,
  tokens: readonly string[],
  roles: Partial<SpecialTokens>,
): SpecialTokens {
  const known = new Set(tokens);
  const usual = (role: 'unk' | 'pad' | 'mask'): string =>
    USUAL.map((names) => names[role]).find((name) => known.has(name)) ?? USUAL[0][role];
  return {
    unk: model.unk ?? roles.unk ?? usual('unk'),
    pad: roles.pad ?? usual('pad'),
    mask: roles.mask ?? usual('mask'),
    cls: tokens[post.frame.first],
    sep: tokens[post.frame.last],
  };
}
