import { SKETCH_DEFAULTS } from '../../text/minhash.ts';
import { comparisonForm } from '../../text/normalise.ts';
import { jaccard, shinglesOf } from '../../text/shingles.ts';
import type { Intake } from './intake.ts';
import { createFirsts } from './repeats.ts';

/** A sentence that occurs this often is boilerplate: only its first occurrence stays. */
export const BOILERPLATE_FROM = 10;
/** Maximum earlier documents of one MinHash bucket with which a document is compared. */
const MAX_COMPARISONS = 32;

/** By document: 1 if it is an exact or near duplicate of an earlier one that is kept. Counts both. */
export function findDuplicates({ spool, sketches, documents }: Intake, threshold: number): Uint8Array {
  const removed = new Uint8Array(spool.size);
  for (const { members } of sketches.buckets()) {
    const earlier: { form: string; shingles: Float64Array }[] = [];
    for (const member of members) {
      if (removed[member]) continue;
      const form = comparisonForm(spool.read(member).join(''));
      const shingles = shinglesOf(form, SKETCH_DEFAULTS.shingle);
      const twin = earlier.find((other) => jaccard(other.shingles, shingles) >= threshold);
      if (twin) {
        removed[member] = 1;
        if (twin.form === form) documents.exactDuplicates++;
        else documents.nearDuplicates++;
      } else if (earlier.length < MAX_COMPARISONS) earlier.push({ form, shingles });
    }
  }
  return removed;
}

/** Evaluation texts that the kept documents contain as a whole; from then on their n-grams are barred. */
export function barContainedTexts({ spool, evaluation }: Intake, removed: Uint8Array): number[] {
  let i = 0;
  for (const document of spool.documents()) {
    if (!removed[i++]) for (const sentence of document) evaluation.see(comparisonForm(sentence));
  }
  return evaluation.barContained();
}

/** The documents that stay: each boilerplate sentence once, and, where `barred`, no n-gram of a barred text. */
export function* selectDocuments(
  { spool, repeats, evaluation, documents, sentences }: Intake,
  removed: Uint8Array,
  barred: boolean,
): Generator<string[]> {
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
