import type { Text } from '../../../ground/language.ts';
import type { ModelContent } from '../modelfile.ts';
import { createRowsBuilder, type Rows, type RowsBuilder } from './rows.ts';

/** Turns inputs into sparse rows; fitted on the training inputs. */
export interface Encoder<Input> {
  readonly width: number;
  /** Adds one row. */
  encode(input: Input, builder: RowsBuilder): void;
  /** A readable description of a column. */
  name(column: number): Text;
  /** For a model file. */
  pack(): ModelContent;
}

/** The rows of many inputs; `yieldNow` lets the event loop run. */
export async function encodeAll<Input>(
  encoder: Encoder<Input>,
  inputs: readonly Input[],
  yieldNow: () => Promise<void> | undefined,
): Promise<Rows> {
  const builder = createRowsBuilder();
  for (const input of inputs) {
    encoder.encode(input, builder);
    await yieldNow();
  }
  return builder.finish(encoder.width);
}

export function encodeOne<Input>(encoder: Encoder<Input>, input: Input): Rows {
  const builder = createRowsBuilder();
  encoder.encode(input, builder);
  return builder.finish(encoder.width);
}
