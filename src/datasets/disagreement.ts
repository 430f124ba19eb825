import { UserError } from '../ground/errors.ts';
import type { Entity, Example } from '../tasks/examples.ts';
import type { SplitName, Task } from '../tasks/task.ts';
import { readSplit } from './corpus.ts';

/** An entity that one format has and the other has not. */
export interface Odd extends Entity {
  readonly id: string;
  readonly text: string;
}

/** Where the two formats of an NER split say different things. */
export interface Disagreement {
  readonly documents: number;
  /** Ids of documents whose texts differ: their entities are not compared. */
  readonly differentTexts: readonly string[];
  /** Entities on which both agree. */
  readonly agreed: number;
  /** In the JSON gold only; overlaps among them cannot be said in BIO tags. */
  readonly onlyPrimary: readonly Odd[];
  readonly onlyAlternative: readonly Odd[];
}

/**
 * Compares the entities of both formats of an NER split, record by record. An entity that a file gives
 * twice counts twice. Throws a UserError (`not-comparable`) where the formats differ in length, and those of
 * `readSplit`.
 */
export async function compareSources(task: Task, split: SplitName, dataDir: string): Promise<Disagreement> {
  const primary = (await readSplit(task, split, { dataDir })) as { examples: readonly Example<'ner'>[] };
  const other = (await readSplit(task, split, { dataDir, source: 'alternative' })) as typeof primary;
  if (primary.examples.length !== other.examples.length) {
    throw new UserError(
      'not-comparable',
      `${primary.examples.length} documents in one format, ${other.examples.length} in the other`,
      { hint: `Fetch both again: \`chineseblue data get ${task.id} --force\`.` },
    );
  }
  const differentTexts: string[] = [];
  const onlyPrimary: Odd[] = [];
  const onlyAlternative: Odd[] = [];
  let agreed = 0;
  primary.examples.forEach(({ id, input: { text }, gold }, i) => {
    const twin = other.examples[i];
    if (twin.input.text !== text) {
      differentTexts.push(id);
      return;
    }
    const left = [...twin.gold.entities];
    for (const entity of gold.entities) {
      const at = left.findIndex(
        (e) => e.start === entity.start && e.end === entity.end && e.type === entity.type,
      );
      if (at < 0) onlyPrimary.push({ id, ...entity, text: text.slice(entity.start, entity.end) });
      else {
        agreed++;
        left.splice(at, 1);
      }
    }
    onlyAlternative.push(
      ...left.map((entity) => ({ id, ...entity, text: text.slice(entity.start, entity.end) })),
    );
  });
  return { documents: primary.examples.length, differentTexts, agreed, onlyPrimary, onlyAlternative };
}
