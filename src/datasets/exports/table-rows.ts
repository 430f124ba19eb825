import type { ParquetColumns, ParquetType } from '../../ground/parquet-writer.ts';
import { pointsOfUnits } from '../formats/code-points.ts';
import { textAt } from '../imports/offsets.ts';
import type { ExportGold, ExportRecord, GoldField } from './export-format.ts';
import type { SharedFacts } from './survey.ts';

type Row = Readonly<Record<string, unknown>>;

const SPAN: ParquetColumns = { id: 'int32', start: 'int32', end: 'int32', type: 'string', mention: 'string' };
const PARTS: ParquetType = { list: { list: 'int32' } };

/** The gold columns of tables with nested columns. Places are code points, as Python counts. */
function goldColumns(goldField: GoldField, { hasParts }: SharedFacts): ParquetColumns {
  const fields = hasParts ? { ...SPAN, fragments: PARTS } : SPAN;
  const entities: ParquetType = { list: { fields } };
  if (goldField === 'entities') return { entities };
  if (goldField === 'triples')
    return { entities, relations: { list: { fields: { type: 'string', from: 'int32', to: 'int32' } } } };
  return goldField === 'labels' ? { labels: { list: 'string' } } : { label: 'string' };
}

/** The columns of a table whose columns may be nested. */
export function tableColumns(goldField: GoldField, facts: SharedFacts): ParquetColumns {
  return {
    id: 'string',
    ...(facts.isPair ? { text1: 'string', text2: 'string' } : { text: 'string' }),
    ...goldColumns(goldField, facts),
    ...(facts.hasGroups ? { group: 'string' } : {}),
  };
}

/** A record as a row of such a table. */
function toRow({ id, texts, gold, group }: ExportRecord, goldField: GoldField): Row {
  const [text, text2] = texts;
  const input = text2 === undefined ? { text } : { text1: text, text2 };
  return { id, ...input, ...(gold ? goldCells(gold, goldField, text) : {}), group };
}

function goldCells({ labels, spans, relations }: ExportGold, goldField: GoldField, text: string): Row {
  if (goldField === 'label') return { label: labels[0] };
  if (goldField === 'labels') return { labels };
  const toPoints = pointsOfUnits(text);
  const entities = spans.map((span, i) => ({
    ...{ id: i + 1, start: toPoints(span.start), end: toPoints(span.end) },
    ...{ type: span.type, mention: textAt(text, span) },
    fragments: span.fragments?.map((part) => part.map(toPoints)),
  }));
  if (goldField === 'entities') return { entities };
  return {
    entities,
    relations: relations.map(({ type, from, to }) => ({ type, from: from + 1, to: to + 1 })),
  };
}

/** Rows of a batch. */
const BATCH = 1024;

/** Records as rows, in batches. */
export async function* tableRows(
  records: AsyncIterable<ExportRecord>,
  goldField: GoldField,
): AsyncGenerator<Row[]> {
  let batch: Row[] = [];
  for await (const record of records) {
    if (batch.push(toRow(record, goldField)) < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
