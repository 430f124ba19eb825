import { setImmediate } from 'node:timers/promises';
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { PretrainingBatch } from '../masks/batch.ts';

/** Columns of exported batches: one row per sequence, without padding. */
interface Columns {
  /** Masked tokens. */
  readonly input_ids: number[][];
  /** The first token of type 1; the length where there is none. */
  readonly second_start: number[];
  /** Places of the tokens to predict, ascending. */
  readonly masked_positions: number[][];
  /** The original tokens at these places. */
  readonly masked_labels: number[][];
  /** 0: the second part follows the first; 1: it does not; -1: not to be predicted. */
  readonly next_sentence: number[];
}

/** Tokens of a group of rows, padding included: what a reader decodes at once. */
const GROUP_TOKENS = 1 << 19;

const list = (name: string): SchemaElement[] => [
  { name, repetition_type: 'REQUIRED', num_children: 1, converted_type: 'LIST' },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', repetition_type: 'REQUIRED', type: 'INT32' },
];
const number = (name: string): SchemaElement => ({ name, repetition_type: 'REQUIRED', type: 'INT32' });

const SCHEMA: SchemaElement[] = [
  { name: 'root', num_children: 5 },
  ...list('input_ids'),
  number('second_start'),
  ...list('masked_positions'),
  ...list('masked_labels'),
  number('next_sentence'),
];

/** The bytes of a Parquet file with the rows of these batches; equal batches give equal bytes. Throws the reason of the signal. */
export async function parquetOf(
  batches: Iterable<PretrainingBatch>,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({ writer, schema: SCHEMA, statistics: false, createdBy: 'chineseblue' });
  let group = noRows();
  const flush = (): void => {
    if (group.input_ids.length === 0) return;
    const columnData = Object.entries(group).map(([name, data]) => ({ name, data }));
    parquet.write({ columnData, rowGroupSize: group.input_ids.length });
    group = noRows();
  };
  for (const batch of batches) {
    addRows(group, batch);
    if (group.input_ids.length * batch.length < GROUP_TOKENS) continue;
    flush();
    await setImmediate(); // lets Ctrl-C in
    signal?.throwIfAborted();
  }
  flush();
  parquet.finish();
  return writer.getBytes();
}

const noRows = (): Columns => ({
  input_ids: [],
  second_start: [],
  masked_positions: [],
  masked_labels: [],
  next_sentence: [],
});

function addRows(columns: Columns, batch: PretrainingBatch): void {
  const { size, length, ids, segments, attention, maskedCount, nextSentence } = batch;
  let masked = 0;
  for (let row = 0; row < size; row++) {
    const start = row * length;
    const end = start + length;
    const padding = attention.subarray(start, end).indexOf(0);
    const count = padding < 0 ? length : padding;
    const second = segments.subarray(start, end).indexOf(1);
    const positions: number[] = [];
    const labels: number[] = [];
    for (; masked < maskedCount && batch.maskedPositions[masked] < end; masked++) {
      positions.push(batch.maskedPositions[masked] - start);
      labels.push(batch.maskedLabels[masked]);
    }
    columns.input_ids.push(Array.from(ids.subarray(start, start + count)));
    columns.second_start.push(second < 0 ? count : second);
    columns.masked_positions.push(positions);
    columns.masked_labels.push(labels);
    columns.next_sentence.push(nextSentence[row]);
  }
}
