import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { identifyFile } from '../../fetch/identity.ts';
import { UserError } from '../../ground/errors.ts';
import { explainFileError, makeDirectory, writeJson } from '../../ground/files.ts';
import type { Task } from '../../tasks/task.ts';
import { createSketches, SKETCH_DEFAULTS } from '../../text/minhash.ts';
import { comparisonForm } from '../../text/normalise.ts';
import { jaccard, packRuns, shinglesOf } from '../../text/shingles.ts';
import { cleanText, faultOf, SENTENCE_REASONS, type SentenceReason, sentencesOf } from './cleaning.ts';
import { listInputs, type RawDocument, readDocuments } from './documents.ts';
import { CONTAINED, COVERED, type EvaluationIndex, GRAM, indexEvaluation } from './leakage.ts';
import { createFirsts, createRepeatCounter, type RepeatCounter } from './repeats.ts';
import { emptyCorpus, MANIFEST, type Shard, writeShards } from './shards.ts';
import { createSpool, type Spool } from './spool.ts';
import { readEvaluationTexts, readTrainSplit } from './train-splits.ts';

/** A sentence that occurs this often is boilerplate: its first occurrence stays. */
export const BOILERPLATE_FROM = 10;
/** Share of the work that reading is. */
const READING = 0.7;
/** A document is compared with at most so many earlier ones a band. */
const MOST_COMPARISONS = 32;
const SHOWN_LEAKS = 50;

export interface BuildOptions {
  /** Files and directories. */
  readonly inputs: readonly string[];
  /** Tasks of which the train split is taken in. */
  readonly train: readonly Task[];
  /** Tasks whose dev and test texts must stay out. */
  readonly guarded: readonly Task[];
  readonly dataDir: string;
  readonly out: string;
  /** Columns or keys that hold text; by default all. */
  readonly fields?: readonly string[];
  /** Jaccard similarity from which documents are near duplicates. */
  readonly threshold?: number;
  /** Replace a corpus that is there. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  /** Share of the inputs read, by number, and what is done. */
  readonly onProgress?: (share: number, note: string) => void;
}

export interface SourceRecord {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly documents: number;
}

export interface Leak {
  readonly task: string;
  readonly split: string;
  readonly id: string;
  readonly sentence: string;
  readonly source: string;
  readonly line?: number;
}

/** What went in, what was taken out and why, what is there: `manifest.json`. */
export interface Manifest {
  readonly format: 'chineseblue-corpus@1';
  readonly sources: readonly SourceRecord[];
  readonly settings: Readonly<Record<string, number | string>>;
  readonly documents: {
    read: number;
    empty: number;
    exactDuplicates: number;
    nearDuplicates: number;
    kept: number;
  };
  readonly sentences: { read: number; kept: number; removed: Record<SentenceReason, number> };
  readonly evaluation: {
    readonly tasks: readonly string[];
    readonly texts: number;
    /** Refused sentences by task and split. */
    readonly refused: Record<string, number>;
    /** Evaluation texts that single sentences did not give away and all together did; kept out as well. */
    readonly contained: number;
    readonly shown: readonly Leak[];
  };
  readonly characters: number;
  readonly shards: readonly Shard[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Everything that the passes over the text share. */
interface Work {
  readonly spool: Spool;
  readonly repeats: RepeatCounter;
  readonly evaluation: EvaluationIndex;
  readonly documents: Mutable<Manifest['documents']>;
  readonly sentences: Mutable<Manifest['sentences']>;
  readonly refused: Record<string, number>;
  readonly leaks: Leak[];
}

/**
 * Builds a corpus for pretraining from raw text: sentences split, boilerplate, duplicates and evaluation text
 * taken out, documents kept apart, shards with checksums and a manifest. Memory does not grow with the text
 * but for about 90 bytes a document. The directory appears complete or not at all.
 * Throws a UserError for whatever is wrong with an input, and `corpus-empty` where nothing is left.
 */
export async function buildCorpus(options: BuildOptions): Promise<Manifest> {
  const { train, guarded, dataDir, threshold = SKETCH_DEFAULTS.threshold, onProgress = () => {} } = options;
  const out = resolve(options.out);
  const files = await listInputs(options.inputs);
  if (files.length === 0 && train.length === 0) {
    throw new UserError('corpus-inputs', 'There is nothing to read', {
      file: options.inputs.join(', ') || undefined,
      hint: 'Name files or directories with text, or train splits with --train.',
    });
  }
  refuseToOverwrite(out, options.force === true);
  const temporary = join(dirname(out), `.${out.split(/[\\/]/).at(-1)}.${process.pid}.tmp`);
  await makeDirectory(temporary);
  let spool: Spool | undefined;
  try {
    spool = createSpool(join(temporary, 'spool'));
    const evaluationTexts = await collect(readEvaluationTexts(guarded, dataDir));
    const work: Work = {
      spool,
      repeats: createRepeatCounter(),
      evaluation: indexEvaluation(evaluationTexts),
      documents: { read: 0, empty: 0, exactDuplicates: 0, nearDuplicates: 0, kept: 0 },
      sentences: {
        read: 0,
        kept: 0,
        removed: Object.fromEntries(SENTENCE_REASONS.map((reason) => [reason, 0])) as Record<
          SentenceReason,
          number
        >,
      },
      refused: {},
      leaks: [],
    };
    const sketches = createSketches({ ...SKETCH_DEFAULTS, threshold });
    const takeIn = (document: RawDocument): void => {
      work.documents.read++;
      const sentences = takeSentences(document, work);
      if (sentences.length === 0) {
        work.documents.empty++;
        return;
      }
      spool!.add(sentences);
      sketches.add(packRuns(comparisonForm(sentences.join('')), SKETCH_DEFAULTS.shingle));
    };
    const sources: SourceRecord[] = [];
    const record = async (path: string, identity: { bytes: number; sha256: string }, before: number) => {
      sources.push({
        path,
        bytes: identity.bytes,
        sha256: identity.sha256,
        documents: work.documents.read - before,
      });
      options.signal?.throwIfAborted();
    };
    const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
    const total = sizes.reduce((sum, size) => sum + size, 1);
    let finished = 0;
    for (const [i, file] of files.entries()) {
      const before = work.documents.read;
      let characters = 0;
      for await (const document of readDocuments(file, options.fields)) {
        takeIn(document);
        for (const part of document.parts) characters += part.length;
        if (work.documents.read % 1024 !== 0) continue;
        options.signal?.throwIfAborted();
        // Three bytes a character: near enough for Chinese.
        onProgress((READING * (finished + Math.min(sizes[i], 3 * characters))) / total, file);
      }
      finished += sizes[i];
      onProgress((READING * finished) / total, file);
      await record(file, await identifyFile(file), before);
    }
    for (const task of train) {
      const before = work.documents.read;
      const split = await readTrainSplit(task, dataDir);
      for (const document of split.documents) takeIn(document);
      await record(`${task.id} train`, split.files[0], before);
    }
    onProgress(0.75, 'duplicates');
    const removed = removeDuplicates(spool, sketches, threshold, work.documents);
    options.signal?.throwIfAborted();
    for (const form of keptForms(work, removed)) work.evaluation.see(form);
    const contained = work.evaluation.barContained();
    onProgress(0.85, 'shards');
    const shards = await writeShards(temporary, keptDocuments(work, removed, contained.length > 0));
    if (shards.length === 0)
      throw emptyCorpus(options.inputs.join(', ') || train.map(({ id }) => id).join(', '));
    const manifest: Manifest = {
      format: 'chineseblue-corpus@1',
      sources,
      settings: {
        nearDuplicatesFrom: threshold,
        shingle: SKETCH_DEFAULTS.shingle,
        boilerplateFrom: BOILERPLATE_FROM,
        evaluationGram: GRAM,
        evaluationCovered: COVERED,
        evaluationContained: CONTAINED,
        fields: (options.fields ?? []).join(',') || 'all',
      },
      documents: work.documents,
      sentences: work.sentences,
      evaluation: {
        tasks: [...new Set(evaluationTexts.map(({ task }) => task))],
        texts: work.evaluation.texts,
        refused: work.refused,
        contained: contained.length,
        shown: work.leaks,
      },
      characters: shards.reduce((sum, { characters }) => sum + characters, 0),
      shards,
    };
    spool.close();
    spool = undefined;
    await writeJson(join(temporary, MANIFEST), manifest);
    await putInPlace(temporary, out);
    return manifest;
  } catch (error) {
    spool?.close();
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function refuseToOverwrite(out: string, force: boolean): void {
  if (!existsSync(out)) return;
  let names: string[];
  try {
    names = readdirSync(out);
  } catch (error) {
    throw explainFileError(error, out);
  }
  if (names.length === 0 || (force && names.includes(MANIFEST))) return;
  throw new UserError('out-exists', 'The directory is there and not empty', {
    file: out,
    hint: names.includes(MANIFEST) ? 'Give --force to replace this corpus.' : 'Choose another directory.',
  });
}

async function putInPlace(temporary: string, out: string): Promise<void> {
  const old = `${temporary}.old`;
  try {
    await mkdir(dirname(out), { recursive: true });
    if (existsSync(out)) await rename(out, old);
    await rename(temporary, out);
    await rm(old, { recursive: true, force: true });
  } catch (error) {
    if (existsSync(old) && !existsSync(out)) await rename(old, out);
    throw explainFileError(error, out);
  }
}

/** The sentences of a raw document that are text and no evaluation text; counts the others. */
function takeSentences(
  document: RawDocument,
  { sentences, evaluation, repeats, refused, leaks }: Work,
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
    if (leaks.length < SHOWN_LEAKS)
      leaks.push({ task, split, id, sentence, source: document.file, line: document.line });
    return false;
  });
}

/** Marks every document that equals or nearly equals an earlier one that stays. */
function removeDuplicates(
  spool: Spool,
  sketches: ReturnType<typeof createSketches>,
  threshold: number,
  counts: Work['documents'],
): Uint8Array {
  const removed = new Uint8Array(spool.size);
  sketches.eachBucket((members) => {
    const earlier: { form: string; shingles: Float64Array }[] = [];
    for (const member of members) {
      if (removed[member]) continue;
      const form = comparisonForm(spool.read(member).join(''));
      const shingles = shinglesOf(form, SKETCH_DEFAULTS.shingle);
      const twin = earlier.find((other) => jaccard(other.shingles, shingles) >= threshold);
      if (twin) {
        removed[member] = 1;
        if (twin.form === form) counts.exactDuplicates++;
        else counts.nearDuplicates++;
      } else if (earlier.length < MOST_COMPARISONS) earlier.push({ form, shingles });
    }
  });
  return removed;
}

function* keptForms({ spool }: Work, removed: Uint8Array): Generator<string> {
  let i = 0;
  for (const document of spool.documents()) {
    if (!removed[i++]) for (const sentence of document) yield comparisonForm(sentence);
  }
}

/** The last pass: boilerplate once, nothing of an evaluation text that the kept text contains. */
function* keptDocuments(work: Work, removed: Uint8Array, barred: boolean): Generator<string[]> {
  const { spool, repeats, evaluation, documents, sentences } = work;
  const isFirst = createFirsts();
  let i = 0;
  for (const document of spool.documents()) {
    if (removed[i++]) continue;
    const kept = document.filter((sentence) => {
      const form = comparisonForm(sentence);
      if (barred && evaluation.isBarred(form)) sentences.removed.evaluation++;
      else if (repeats.count(form) >= BOILERPLATE_FROM && !isFirst(form)) sentences.removed.repeated++;
      else return true;
      return false;
    });
    if (kept.length === 0) {
      documents.empty++;
      continue;
    }
    documents.kept++;
    sentences.kept += kept.length;
    yield kept;
  }
}
