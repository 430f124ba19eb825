import { UserError } from '../../ground/errors.ts';
import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import { createTagReader, toBio } from '../formats/tags.ts';
import { asText, groupOf } from './mapping.ts';
import type { RawPlace, RawRecord, RawSpan, ReadContext } from './raw.ts';

/** Which fields hold the tokens of a text and a tag for each. */
export interface TokenFields {
  readonly tokens: string;
  readonly tags: string;
}

const TOKENS = ['tokens', 'words', 'chars', 'characters', 'token', 'word'];
const TAGS = ['ner_tags', 'tags', 'ner', 'labels', 'label', 'bio_tags', 'tag'];

const isStrings = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** The fields of token records by their names and contents; undefined for other records. */
export function findTokens(records: readonly PlainRecord[]): TokenFields | undefined {
  for (const tokens of TOKENS) {
    for (const tags of TAGS) {
      const fits = ({ [tokens]: list, [tags]: marks }: PlainRecord): boolean =>
        isStrings(list) && Array.isArray(marks) && marks.length === list.length;
      if (records.length > 0 && records.every(fits)) return { tokens, tags };
    }
  }
  return undefined;
}

/** Letters and digits that are written with blanks between words. */
const SPACED = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]/u;

/**
 * Makes records of tokens and tags. The text is the tokens joined: with a blank between two that end and begin with a
 * letter or digit of a script that is written with blanks, if any such token of the first records has several characters; else
 * without. Throws a UserError: `bad-tokens` if tokens and tags do not match, or a tag is invalid.
 */
export function createTokenMapper(fields: TokenFields, first: readonly PlainRecord[], context: ReadContext) {
  context.found?.({ tokens: fields.tokens, tags: fields.tags });
  const tags = createTagReader();
  const isWords = first.some((record) => {
    const list = record[fields.tokens];
    return (
      isStrings(list) &&
      list.some((token) => /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]{2}/u.test(token))
    );
  });
  return (record: PlainRecord, place: RawPlace): RawRecord | undefined => {
    const id = asText(record.id);
    const at = (field: string) => ({ ...place, id, field });
    const [tokens, marks] = [record[fields.tokens], record[fields.tags]];
    if (!isStrings(tokens) || !Array.isArray(marks) || marks.length !== tokens.length)
      throw badTokens(at(fields.tags), { en: 'not one tag for each token', zh: '标签与词元数目不一致' });
    const read = marks.map((mark, i) => {
      const tag = typeof mark === 'string' ? tags.read(mark) : undefined;
      if (tag) return tag;
      const shown = JSON.stringify(mark)?.slice(0, 40);
      throw badTokens(at(`${fields.tags}[${i}]`), {
        en: `${shown} is not a tag such as B-type, I-type, O`,
        zh: `${shown} 不是 B-类型、I-类型、O 之类的标签`,
      });
    });
    const { bio, orphans } = toBio(read);
    for (const i of orphans) context.misfit({ code: 'tag-orphan', ...at(`${fields.tags}[${i}]`) });
    const { text, starts, ends } = join(tokens, isWords);
    if (text.trim() === '') {
      context.misfit({ code: 'no-text', ...at(fields.tokens) });
      return undefined;
    }
    const group = context.group === undefined ? undefined : groupOf(record, context.group, place);
    const spans = spansOf(bio, starts, ends, fields.tags).map((span) => ({
      ...span,
      mention: text.slice(span.start, span.end),
    }));
    return { place, id, texts: [text], spans, group };
  };
}

function join(tokens: readonly string[], isWords: boolean) {
  const [starts, ends]: [number[], number[]] = [[], []];
  let text = '';
  for (const token of tokens) {
    const before = isWords && text !== '' && SPACED.test(text.slice(-1)) && SPACED.test(token.slice(0, 1));
    if (before) text += ' ';
    starts.push(text.length);
    text += token;
    ends.push(text.length);
  }
  return { text, starts, ends };
}

/** Spans of tags `O`, `B_type`, `I_type`, where an `I` continues the span before it. */
function spansOf(
  bio: readonly string[],
  starts: readonly number[],
  ends: readonly number[],
  field: string,
): RawSpan[] {
  const spans: { start: number; end: number; type: string; field: string }[] = [];
  for (const [i, tag] of bio.entries()) {
    if (tag === 'O') continue;
    if (tag.startsWith('I')) spans[spans.length - 1].end = ends[i];
    else spans.push({ start: starts[i], end: ends[i], type: tag.slice(2), field: `${field}[${i}]` });
  }
  return spans;
}

const badTokens = (
  place: RawPlace & { readonly field: string },
  what: { en: string; zh: string },
): UserError =>
  new UserError(
    'bad-tokens',
    { en: `Tokens and tags do not fit: ${what.en}`, zh: `词元与标签不符：${what.zh}` },
    {
      ...place,
      hint: {
        en: 'Give every token a tag. Numbers need names: those of a dataset card or of a Parquet file written by `datasets`.',
        zh: '每个词元须有一个标签。数字标签需要名称：来自数据集说明（README.md），或由 datasets 写出的 Parquet 文件。',
      },
    },
  );
