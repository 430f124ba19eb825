import type * as z from 'zod';
import { UserError } from '../../../ground/errors.ts';
import { issueText } from '../../../ground/issues.ts';
import { listed, type Text } from '../../../ground/language.ts';

/** A field of a `tokenizer.json`. */
export interface Place {
  readonly file?: string;
  readonly field: string;
}

export const inside = ({ file, field }: Place, ...path: readonly PropertyKey[]): Place => ({
  file,
  field: [field, ...path.map(String)].filter(Boolean).join('.'),
});

/** The value as this schema describes it. Throws a UserError that names the field. */
export function checked<T>(schema: z.ZodType<T>, value: unknown, place: Place): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw unsupported(inside(place, ...issue.path), issueText(issue));
}

export const unsupported = ({ file, field }: Place, why: Text): UserError =>
  new UserError(
    'tokenizer-unsupported',
    { en: `Not a supported tokenizer: ${why.en}`, zh: `不支持该分词器：${why.zh}` },
    {
      file,
      field,
      hint: {
        en: 'Supported are WordPiece of BERT, SentencePiece unigram of XLM-RoBERTa, and byte-level BPE of ModernBERT.',
        zh: '支持 BERT 的 WordPiece、XLM-RoBERTa 的 SentencePiece unigram 与 ModernBERT 的字节级 BPE。',
      },
    },
  );

/** The parts of a tokenizer by their `type`: what each does, and the schema of its settings. */
export type Registry<Part> = Readonly<Record<string, (value: unknown, place: Place) => Part>>;

/** Builds `{ type, … }` by a registry. Throws a UserError that names an unknown type. */
export function partOf<Part>(registry: Registry<Part>, value: unknown, place: Place): Part {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  const make = typeof type === 'string' && Object.hasOwn(registry, type) ? registry[type] : undefined;
  if (make) return make(value, place);
  const known = listed(Object.keys(registry));
  throw unsupported(inside(place, 'type'), {
    en: `${JSON.stringify(type) ?? 'nothing'} is none of ${known.en}`,
    zh: `${JSON.stringify(type) ?? '缺失'} 不属于 ${known.zh}`,
  });
}
