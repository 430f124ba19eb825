import { join } from 'node:path';
import { writeJson } from '../../ground/files.ts';
import type { Parsed } from '../../ground/parameters.ts';
import { SKETCH_DEFAULTS } from '../../text/minhash.ts';
import type { Observer } from '../observer.ts';
import type { CORPUS } from '../parameters.ts';
import type { Intake } from './intake.ts';
import { CONTAINED, COVERED, type EvaluationText, GRAM } from './leakage.ts';
import { FORMAT, MANIFEST, type Manifest, type Shard, type SourceRecord } from './manifest.ts';
import { BOILERPLATE_FROM, barContainedTexts, findDuplicates, selectDocuments } from './selection.ts';
import { emptyCorpus, writeShards } from './shards.ts';

/** Share of the work spent on taking text in, on the way to each of the later stages. */
export const PROGRESS = { read: 0.7, duplicates: 0.75, shards: 0.85 } as const;

/** What a corpus was built from, besides the text. */
export interface Origin {
  readonly sources: readonly SourceRecord[];
  readonly settings: Parsed<typeof CORPUS>;
  /** Those that must stay out. */
  readonly texts: readonly EvaluationText[];
  /** How an error names the input. */
  readonly named: string;
}

/**
 * Removes duplicates, evaluation text that only the whole contains and boilerplate from what was taken in, and writes
 * shards and manifest. Throws `corpus-empty` where nothing is left.
 */
export async function finishCorpus(
  intake: Intake,
  directory: string,
  { sources, settings, texts, named }: Origin,
  observer: Observer,
): Promise<Manifest> {
  const { shards, contained } = await writeSelection(intake, directory, settings.dedupThreshold, observer);
  if (shards.length === 0) throw emptyCorpus(named);
  const manifest = manifestOf(intake, { sources, settings: settingsOf(settings), texts, contained, shards });
  await writeJson(join(directory, MANIFEST), manifest);
  return manifest;
}

async function writeSelection(
  intake: Intake,
  directory: string,
  threshold: number,
  { signal, onProgress }: Observer,
): Promise<{ shards: Shard[]; contained: number }> {
  onProgress?.(PROGRESS.duplicates, { en: 'duplicates', zh: '去重' });
  const removed = findDuplicates(intake, threshold);
  signal?.throwIfAborted();
  const contained = barContainedTexts(intake, removed).length;
  onProgress?.(PROGRESS.shards, { en: 'shards', zh: '写出分片' });
  const shards = await writeShards(directory, selectDocuments(intake, removed, contained > 0));
  return { shards, contained };
}

const settingsOf = ({ fields, dedupThreshold }: Parsed<typeof CORPUS>): Manifest['settings'] => ({
  nearDuplicatesFrom: dedupThreshold,
  shingle: SKETCH_DEFAULTS.shingle,
  boilerplateFrom: BOILERPLATE_FROM,
  evaluationGram: GRAM,
  evaluationCovered: COVERED,
  evaluationContained: CONTAINED,
  fields: fields.join(',') || 'all',
});

function manifestOf(
  { documents, sentences, evaluation, refused, leaks }: Intake,
  {
    texts,
    contained,
    shards,
    ...rest
  }: Pick<Manifest, 'sources' | 'settings' | 'shards'> & {
    texts: readonly EvaluationText[];
    contained: number;
  },
): Manifest {
  return {
    format: FORMAT,
    ...rest,
    documents,
    sentences,
    evaluation: {
      tasks: [...new Set(texts.map(({ task }) => task))],
      texts: evaluation.texts,
      refused,
      contained,
      shown: leaks,
    },
    characters: shards.reduce((sum, { characters }) => sum + characters, 0),
    shards,
  };
}
