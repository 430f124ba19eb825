import { type Parsed, withDefaults } from '../../ground/parameters.ts';
import { openCorpus, sampleCorpus } from '../corpus/shards.ts';
import { readTerms } from '../lexicon/files.ts';
import type { Observer } from '../observer.ts';
import { SAMPLING } from '../parameters.ts';
import { writePhrases, writeRejected } from './files.ts';
import { type Mined, type MiningOptions, minePhrases } from './mine.ts';
import { gatherText } from './text.ts';

/** Left out are the defaults of `parameters.ts`. */
export interface MiningJob {
  /** A directory written by `buildCorpus`. */
  readonly corpus: string;
  /** Files with the terms used as positive examples. */
  readonly lexicon: readonly string[];
  readonly out: string;
  /** Where rejected candidates go, if anywhere. */
  readonly rejected?: string;
  readonly mining?: Partial<MiningOptions>;
  readonly sampling?: Partial<Parsed<typeof SAMPLING>>;
}

/** Mines the phrases of a corpus, or of an even sample of a large one, and writes them. Throws UserErrors. */
export async function mineToFiles(job: MiningJob, observer: Observer = {}): Promise<Mined> {
  const { corpus, lexicon, out, rejected } = job;
  const { maxCharacters } = withDefaults(SAMPLING, job.sampling);
  const terms = await readTerms(lexicon);
  const shards = await openCorpus(corpus);
  const text = await gatherText(sampleCorpus(corpus, shards, maxCharacters), maxCharacters);
  const mined = await minePhrases(text, terms, job.mining, observer);
  await writePhrases(out, mined.kept);
  if (rejected !== undefined) await writeRejected(rejected, mined.rejected);
  return mined;
}
