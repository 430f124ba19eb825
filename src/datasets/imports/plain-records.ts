import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import type { JsonRecord } from '../formats/records.ts';
import { withNames } from './class-names.ts';
import { createMapper, findFields, isSpanList } from './mapping.ts';
import type { RawRecord, ReadContext } from './raw.ts';
import { createTokenMapper, findTokens } from './tokens.ts';

/**
 * Streams records of plain objects, whose fields the first of them tell: tokens with tags; or a text, or two, with classes or
 * entities. Entities are the field of that role, else the first whose value is a list of spans. `file` is what errors call
 * the source. Throws a UserError.
 */
export async function* readPlain(
  batches: AsyncIterable<readonly JsonRecord[]>,
  first: readonly PlainRecord[],
  context: ReadContext,
  file: string,
): AsyncGenerator<readonly RawRecord[]> {
  const { classes } = context;
  const map = createPlainMapper(
    first.map((record) => withNames(record, classes)),
    context,
    file,
  );
  for await (const batch of batches)
    yield batch.flatMap(({ value, line }) => map(withNames(value, classes), { file, line }) ?? []);
}

/** Makes records of plain objects by the fields that the first of them tell. Throws a UserError as `findFields` does. */
export function createPlainMapper(first: readonly PlainRecord[], context: ReadContext, file: string) {
  const tokens = context.fields.text === undefined ? findTokens(first) : undefined;
  if (tokens) return createTokenMapper(tokens, first, context);
  const spans = first.flatMap((value) => Object.entries(value)).find(([, value]) => isSpanList(value))?.[0];
  const given = spans === undefined ? context.fields : { entities: spans, ...context.fields };
  const found = findFields(first, given, file);
  return createMapper(found.label === found.entities ? { ...found, label: undefined } : found, context);
}
