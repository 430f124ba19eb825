import * as z from 'zod';
import type { Frame } from '../frame.ts';
import { checked, inside, type Place, partOf, type Registry, unsupported } from './place.ts';

/** Post-processing of the tokens of a text: special tokens around them, and offsets without the spaces of byte-level tokens. */
export interface PostProcessor {
  readonly frame?: Frame;
  /** Absent: offsets are not changed. */
  readonly trim?: { readonly addsSpace: boolean };
}

const named = z.tuple([z.string(), z.int().min(0)]);
const trimJson = z.object({
  trim_offsets: z.boolean().default(true),
  add_prefix_space: z.boolean().default(true),
});
const type = z.literal([0, 1]);
const rowJson = z.union([
  z.object({ SpecialToken: z.object({ id: z.string(), type_id: type }) }),
  z.object({ Sequence: z.object({ id: z.literal(['A', 'B']), type_id: type }) }),
]);
const templateJson = z.object({
  single: z.array(rowJson),
  pair: z.array(rowJson),
  special_tokens: z.record(z.string(), z.object({ ids: z.array(z.int().min(0)) })),
});

/** The post-processors of `tokenizers`, by their `type`. */
const POST_PROCESSORS: Registry<PostProcessor> = {
  Sequence(value, place) {
    const { processors } = checked(z.object({ processors: z.array(z.unknown()) }), value, place);
    const parts = processors.map((one, i) => partOf(POST_PROCESSORS, one, inside(place, 'processors', i)));
    return Object.assign({}, ...parts);
  },
  TemplateProcessing: (value, place) => ({ frame: templateFrame(value, place) }),
  BertProcessing(value, place) {
    const { cls, sep } = checked(z.object({ cls: named, sep: named }), value, place);
    return { frame: { first: cls[1], last: sep[1], between: [sep[1]], secondType: 1 } };
  },
  RobertaProcessing(value, place) {
    const { cls, sep, ...offsets } = checked(trimJson.extend({ cls: named, sep: named }), value, place);
    const frame: Frame = { first: cls[1], last: sep[1], between: [sep[1], sep[1]], secondType: 0 };
    return { frame, ...trimOf(offsets) };
  },
  ByteLevel: (value, place) => trimOf(checked(trimJson, value, place)),
};

const trimOf = (given: z.infer<typeof trimJson>): Pick<PostProcessor, 'trim'> =>
  given.trim_offsets ? { trim: { addsSpace: given.add_prefix_space } } : {};

function templateFrame(value: unknown, place: Place): Frame {
  const { single, pair, special_tokens: special } = checked(templateJson, value, place);
  const idOf = (token: string): number => {
    const ids = special[token]?.ids ?? [];
    if (ids.length === 1) return ids[0];
    throw unsupported(inside(place, 'special_tokens'), {
      en: `${token} is not one token`,
      zh: `${token} 不是单个词元`,
    });
  };
  const shape = (rows: readonly z.infer<typeof rowJson>[]): string =>
    rows.map((row) => ('Sequence' in row ? row.Sequence.id : '.')).join('');
  const specials = pair.flatMap((row) => ('SpecialToken' in row ? [row.SpecialToken] : []));
  const types = pair.map((row) => ('Sequence' in row ? row.Sequence : row.SpecialToken).type_id);
  const [one, two] = [single, pair].map(shape);
  const second = pair.findIndex((row) => 'Sequence' in row && row.Sequence.id === 'B');
  const isFramed = one === '.A.' && /^\.A\.*B\.$/.test(two);
  const isTyped =
    types.every((each, i) => each === (i < second ? 0 : types[second])) &&
    single.every((row) => ('Sequence' in row ? row.Sequence : row.SpecialToken).type_id === 0);
  const ends = single.flatMap((row) => ('SpecialToken' in row ? [row.SpecialToken.id] : []));
  if (!isFramed || !isTyped || ends[0] !== specials[0].id || ends[1] !== specials.at(-1)!.id)
    throw unsupported(place, {
      en: 'the template is not `[CLS] A [SEP]` and `[CLS] A … B [SEP]`',
      zh: '模板不是 `[CLS] A [SEP]` 与 `[CLS] A … B [SEP]`',
    });
  const [first, ...rest] = specials.map(({ id }) => idOf(id));
  return { first, last: rest.at(-1)!, between: rest.slice(0, -1), secondType: types[second] };
}

/** Reads `{ type, … }`. Throws a UserError that names the field if it adds no special tokens around texts. */
export function readPostProcessor(value: unknown, place: Place): PostProcessor & { readonly frame: Frame } {
  const { frame, trim } = partOf(POST_PROCESSORS, value, place);
  if (frame) return { frame, trim };
  throw unsupported(place, {
    en: 'it puts no special tokens around texts',
    zh: '未在文本前后添加特殊词元',
  });
}
