import { counted } from '../ground/counted.ts';
import { UserError } from '../ground/errors.ts';
import type { Example } from '../tasks/examples.ts';
import type { Entity } from '../tasks/families/ner/types.ts';
import type { SplitName } from '../tasks/task.ts';
import { type Dataset, openDataset } from './dataset.ts';

/** An entity that only one of the two formats has. */
export interface LoneEntity extends Entity {
  readonly id: string;
  readonly text: string;
}

/** Where the two formats of an NER split differ. */
export interface Disagreement {
  readonly documents: number;
  /** Ids of documents whose texts differ: their entities are not compared. */
  readonly differentTexts: readonly string[];
  /** Entities on which both agree. */
  readonly agreed: number;
  /** In the JSON gold only; BIO tags cannot hold overlaps among them. */
  readonly onlyPrimary: readonly LoneEntity[];
  readonly onlyAlternative: readonly LoneEntity[];
}

/**
 * Compares the entities of both formats of an NER split, record by record. An entity that a file gives
 * twice counts twice. Throws a UserError (`not-comparable`) if the formats differ in length, and those of
 * `Dataset.split`.
 */
export async function compareSources(dataset: Dataset, split: SplitName): Promise<Disagreement> {
  const { task, dir } = dataset;
  const alternative = await openDataset({ task, dir, source: 'alternative' });
  const primary = await readDocuments(dataset, split);
  const other = await readDocuments(alternative, split);
  if (primary.length !== other.length) {
    throw new UserError(
      'not-comparable',
      {
        en: `${counted(primary.length, 'document')} in one format, ${other.length} in the other`,
        zh: `一种格式有 ${primary.length} 篇文档，另一种有 ${other.length} 篇`,
      },
      {
        hint: {
          en: `Fetch both again: \`chineseblue data get ${task.id} --force\`.`,
          zh: `请重新下载：\`chineseblue data get ${task.id} --force\`。`,
        },
      },
    );
  }
  const differentTexts: string[] = [];
  const onlyPrimary: LoneEntity[] = [];
  const onlyAlternative: LoneEntity[] = [];
  let agreed = 0;
  primary.forEach(({ id, input: { text }, gold }, i) => {
    const twin = other[i];
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
  return { documents: primary.length, differentTexts, agreed, onlyPrimary, onlyAlternative };
}

async function readDocuments(dataset: Dataset, split: SplitName): Promise<readonly Example<'ner'>[]> {
  const { examples } = await dataset.split(split);
  return examples as readonly Example<'ner'>[];
}
