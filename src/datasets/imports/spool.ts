import { stat } from 'node:fs/promises';
import { readLineBatches } from '../../ground/files.ts';
import type { SplitName } from '../../tasks/task.ts';
import { createLineWriter } from './lines.ts';
import type { Masking } from './masking.ts';
import { createOffsetCounter, type InferredOffsets } from './offsets.ts';
import type { FoundFields, Misfit, RawRecord, ReadContext } from './raw.ts';
import type { Source } from './source.ts';
import { look, type Seen } from './targets.ts';

/** The findings about a source. */
export interface SourceReport {
  readonly path: string;
  readonly sha256: string;
  readonly format: string;
  readonly encoding: string;
  /** Which field is what; null of formats that have none to choose. */
  readonly fields: FoundFields | null;
  readonly offsets: InferredOffsets | null;
  readonly records: number;
  readonly split: SplitName | null;
}

/** A source that was read once: its properties, and its records in a file. */
export interface SpooledSource {
  readonly report: SourceReport;
  /** Of its records in their file. */
  readonly bytes: number;
  /** Its annotators, and those who marked anything. */
  readonly annotators: ReadonlySet<string>;
  readonly busy: ReadonlySet<string>;
  /** Whether a document comes more than once. */
  readonly repeats: boolean;
  /** Streams the records, as they were read. */
  records(): AsyncGenerator<readonly RawRecord[]>;
}

interface SpoolOptions {
  readonly masking?: Masking;
  /** The SHA-256 of a path; sources of one archive or workbook share it. */
  hash(path: string): Promise<string>;
  readonly signal?: AbortSignal;
}

/**
 * Reads a source once, in constant memory: its records go to the file `spool` until family and offsets are known, and
 * what they hold is added to `seen`. Throws a UserError.
 */
export async function spoolSource(
  source: Source,
  context: Omit<ReadContext, 'misfit' | 'found'> & SpoolOptions,
  spool: string,
  misfit: (misfit: Misfit) => void,
  seen: Seen,
): Promise<SpooledSource> {
  const { path, name, split = null } = source;
  const readers = createReaders(source.annotator);
  const sha256 = await context.hash(path);
  await using writer = await createLineWriter(spool);
  let fields: FoundFields | null = null;
  const onFields = (found: FoundFields): void => {
    fields = chosen(found);
  };
  const found = await source.open({ ...context, misfit, found: onFields }, async (opened) => {
    const counter = createOffsetCounter(opened.offsets);
    let records = 0;
    for await (const read of opened.read()) {
      context.signal?.throwIfAborted();
      for (const one of Array.isArray(read) ? read : [read]) {
        const named = readers.name(one);
        const record = context.masking ? context.masking.unnamed(named) : named;
        const { texts, spans = [] } = record;
        for (const span of spans) counter.see(texts[0], span);
        look(seen, record);
        records++;
        const full = writer.write(JSON.stringify(record));
        if (full) await full;
      }
    }
    const { format } = opened;
    return { format, encoding: opened.encoding(), fields, offsets: counter.infer() ?? null, records };
  });
  await writer.close();
  const { size: bytes } = await stat(spool);
  const report = { path: name, sha256, ...found, split };
  return { report, bytes, ...readers.found(), records: () => readSpool(spool) };
}

/** Without the roles that no field has. */
const chosen = (fields: FoundFields): FoundFields =>
  Object.fromEntries(Object.entries(fields).filter(([, name]) => name !== undefined));

async function* readSpool(spool: string): AsyncGenerator<readonly RawRecord[]> {
  for await (const lines of readLineBatches(spool))
    yield lines.map(({ text }): RawRecord => JSON.parse(text));
}

/** Determines the annotator of each record (`named` where it does not say), and collects all annotators. */
function createReaders(named: string | undefined) {
  const annotators = new Set<string>();
  const busy = new Set<string>();
  const documents = new Set<string>();
  let repeats = false;
  return {
    name(record: RawRecord): RawRecord {
      const { annotator = named, document } = record;
      if (annotator === undefined) return record;
      annotators.add(annotator);
      // Who is named record by record has read them, whatever was marked.
      if (record.annotator !== undefined || record.labels?.length || record.spans?.length)
        busy.add(annotator);
      if (document !== undefined) {
        if (documents.has(document)) repeats = true;
        documents.add(document);
      }
      return record.annotator === undefined ? { ...record, annotator } : record;
    },
    found: () => ({ annotators, busy, repeats }),
  };
}
