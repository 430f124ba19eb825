import { stat } from 'node:fs/promises';
import { identifyFile } from '../../fetch/identity.ts';
import { nameOf, STANDARD } from '../../ground/files.ts';
import { withRereadable } from '../../ground/spool.ts';
import type { Task } from '../../tasks/task.ts';
import { createSketches, SKETCH_DEFAULTS, type Sketches } from '../../text/minhash.ts';
import { comparisonForm } from '../../text/normalise.ts';
import { packRuns } from '../../text/shingles.ts';
import type { Observer } from '../observer.ts';
import { cleanText, faultOf, type SentenceReason, sentencesOf } from './cleaning.ts';
import { type RawDocument, readDocuments } from './documents.ts';
import type { EvaluationIndex } from './leakage.ts';
import type { DocumentCounts, Leak, SentenceCounts, SourceRecord } from './manifest.ts';
import { createRepeatCounter, type RepeatCounter } from './repeats.ts';
import type { Spool } from './spool.ts';
import { readTrainSplit } from './train-splits.ts';

/** Refused sentences that a manifest shows. */
export const MAX_SHOWN_LEAKS = 50;
/** UTF-8 bytes of a Chinese character: good enough to estimate progress. */
const BYTES_PER_CHARACTER = 3;

/** The text taken in so far, and everything the later passes need to know about it. */
export interface Intake {
  readonly spool: Spool;
  readonly repeats: RepeatCounter;
  readonly evaluation: EvaluationIndex;
  readonly sketches: Sketches;
  readonly documents: DocumentCounts;
  readonly sentences: SentenceCounts;
  /** Refused sentences by task and split. */
  readonly refused: Record<string, number>;
  readonly leaks: Leak[];
}

export function createIntake(spool: Spool, evaluation: EvaluationIndex, dedupThreshold: number): Intake {
  return {
    spool,
    repeats: createRepeatCounter(),
    evaluation,
    sketches: createSketches({ ...SKETCH_DEFAULTS, threshold: dedupThreshold }),
    documents: { read: 0, empty: 0, exactDuplicates: 0, nearDuplicates: 0, kept: 0 },
    sentences: { read: 0, kept: 0, removed: noneRemoved() },
    refused: {},
    leaks: [],
  };
}

const noneRemoved = (): Record<SentenceReason, number> => ({
  'no-chinese': 0,
  'too-short': 0,
  'not-text': 0,
  'page-furniture': 0,
  repeated: 0,
  evaluation: 0,
});

/** Takes files in, in order; `onProgress` runs from 0 to 1. */
export async function takeFiles(
  intake: Intake,
  files: readonly string[],
  fields: readonly string[],
  { signal, onProgress }: Observer,
): Promise<SourceRecord[]> {
  const sources: SourceRecord[] = [];
  const sizes = await Promise.all(files.map(sizeOf));
  const total = sizes.reduce((sum, size) => sum + size, 1);
  let finished = 0;
  for (const [i, file] of files.entries()) {
    const note = { en: file, zh: file };
    const before = intake.documents.read;
    const { bytes, sha256 } = await withRereadable(file, async (path) => {
      let characters = 0;
      for await (const document of readDocuments(path, fields)) {
        takeDocument(intake, path === file ? document : { ...document, file: nameOf(file) });
        for (const part of document.parts) characters += part.length;
        if (intake.documents.read % 1024 !== 0) continue;
        signal?.throwIfAborted();
        onProgress?.((finished + Math.min(sizes[i], BYTES_PER_CHARACTER * characters)) / total, note);
      }
      finished += sizes[i];
      onProgress?.(finished / total, note);
      return identifyFile(path);
    });
    sources.push({ path: nameOf(file), bytes, sha256, documents: intake.documents.read - before });
    signal?.throwIfAborted();
  }
  return sources;
}

/** In bytes; 0 for standard input and pipes, whose size is unknown. */
const sizeOf = async (file: string): Promise<number> => (file === STANDARD ? 0 : (await stat(file)).size);

/** Takes the train splits of tasks in. */
export async function takeTrainSplits(
  intake: Intake,
  tasks: readonly Task[],
  dataDir: string,
  { signal }: Observer,
): Promise<SourceRecord[]> {
  const sources: SourceRecord[] = [];
  for (const task of tasks) {
    const before = intake.documents.read;
    const { documents, files } = await readTrainSplit(task, dataDir);
    for (const document of documents) takeDocument(intake, document);
    const { bytes, sha256 } = files[0];
    const path = `${task.id} train`;
    sources.push({ path, bytes, sha256, documents: intake.documents.read - before });
    signal?.throwIfAborted();
  }
  return sources;
}

function takeDocument(intake: Intake, document: RawDocument): void {
  const { spool, sketches, documents } = intake;
  documents.read++;
  const sentences = takeSentences(intake, document);
  if (sentences.length === 0) {
    documents.empty++;
    return;
  }
  spool.add(sentences);
  sketches.add(packRuns(comparisonForm(sentences.join('')), SKETCH_DEFAULTS.shingle));
}

/** The sentences of a raw document that are text and not evaluation text; counts the others. */
function takeSentences(
  { sentences, evaluation, repeats, refused, leaks }: Intake,
  document: RawDocument,
): string[] {
  const kept: string[] = [];
  for (const sentence of document.parts.flatMap((part) => sentencesOf(cleanText(part)))) {
    sentences.read++;
    const fault = faultOf(sentence);
    if (fault) sentences.removed[fault]++;
    else kept.push(sentence);
  }
  const forms = kept.map(comparisonForm);
  const owners = evaluation.find(forms);
  return kept.filter((sentence, i) => {
    if (owners[i] < 0) {
      repeats.add(forms[i]);
      return true;
    }
    sentences.removed.evaluation++;
    const { task, split, id } = evaluation.describe(owners[i]);
    refused[`${task} ${split}`] = (refused[`${task} ${split}`] ?? 0) + 1;
    if (leaks.length < MAX_SHOWN_LEAKS)
      leaks.push({ task, split, id, sentence, source: document.file, line: document.line });
    return false;
  });
}
