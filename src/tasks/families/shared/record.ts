import type { Text } from '../../../ground/language.ts';
import type { AnyTypes } from '../../examples.ts';
import type { FamilyTypes } from '../family.ts';
import type { SingleLabelTypes } from './single-label.ts';
import type { Labelled, Text1, Text2 } from './types.ts';

/** One record of a corpus as plain JSON, in the shape of its family whatever file it came from. */
export type PlainRecord = Readonly<Record<string, unknown>>;

/** Checks the fields of one record. Every failure is a UserError that names file, line, id and field. */
export interface FieldChecks {
  string(value: unknown, field: string): string;
  array(value: unknown, field: string): readonly unknown[];
  object(value: unknown, field: string): PlainRecord;
  /** A label that the task declares; any label but the empty one where it declares none. */
  label(value: unknown, field: string): string;
  /** The error for a value that is not what was expected: to be thrown. */
  unexpected(value: unknown, expected: Text, field: string): Error;
}

/** How a family reads plain records. Called a million times: no schema library. */
export interface RecordReader<T extends FamilyTypes = AnyTypes> {
  /** A record as one line of JSON without gold, for hints. */
  readonly shape: string;
  /** The field that holds gold: a record without it, or with null, has none. */
  readonly goldField: string;
  input(record: PlainRecord, check: FieldChecks): T['input'];
  /** Called only where `goldField` is there. */
  gold(record: PlainRecord, check: FieldChecks, input: T['input']): T['gold'];
  /** The independent unit that an input belongs to; absent if every example is its own. */
  unit?(input: T['input']): string;
}

export const TEXT_SHAPE = '{"id": "…", "text": "…"}';

export const readText = ({ text }: PlainRecord, check: FieldChecks): Text1 => ({
  text: check.string(text, 'text'),
});

/** Pairs with one label: `{"textA", "textB", "label"?}`. The unit is the first text, which several pairs may share. */
export const pairRecord: RecordReader<SingleLabelTypes<Text2>> = {
  shape: '{"id": "…", "textA": "…", "textB": "…"}',
  goldField: 'label',
  input: ({ textA, textB }, check): Text2 => ({
    textA: check.string(textA, 'textA'),
    textB: check.string(textB, 'textB'),
  }),
  gold: readLabel,
  unit: ({ textA }) => textA,
};

export function readLabel({ label }: PlainRecord, check: FieldChecks): Labelled {
  return { label: check.label(label, 'label') };
}

/** Optional fields that are strings, in this order; those that are absent are left out. */
export function optionalStrings<K extends string>(
  record: PlainRecord,
  names: readonly K[],
  check: FieldChecks,
  prefix: string,
): { [N in K]?: string } {
  const found: { [N in K]?: string } = {};
  for (const name of names) {
    const value = record[name];
    if (value !== undefined && value !== null) found[name] = check.string(value, `${prefix}.${name}`);
  }
  return found;
}

/** `start` and `end` of a span inside `text`, in UTF-16 code units, `end` exclusive. */
export function readSpan(
  record: PlainRecord,
  text: string,
  check: FieldChecks,
  prefix: string,
): { start: number; end: number } {
  const { start, end } = record;
  const inside = (value: unknown, least: number): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= text.length;
  if (!inside(start, 0)) throw check.unexpected(start, OFFSET, `${prefix}.start`);
  if (!inside(end, start + 1)) throw check.unexpected(end, END, `${prefix}.end`);
  return { start, end };
}

const OFFSET: Text = { en: 'an offset inside the text', zh: '文本内的偏移量' };
const END: Text = { en: 'an offset inside the text, after start', zh: '文本内、start 之后的偏移量' };
