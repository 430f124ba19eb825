import type { Identity } from '../fetch/identity.ts';
import { UserError } from '../ground/errors.ts';
import type { Text } from '../ground/language.ts';
import type { Example, FamilyId, Gold, Input } from '../tasks/examples.ts';
import type { SplitName } from '../tasks/task.ts';
import type { Notice } from './formats/format.ts';

/** An input without gold: everything that a model may see. */
export interface Question<F extends FamilyId = FamilyId> {
  /** The corpus's own id, else the 0-based record number in its file. Unique in a split. */
  readonly id: string;
  readonly input: Input<F>;
}

/** One streamed record of a split. */
export interface Item<F extends FamilyId = FamilyId> extends Question<F> {
  /** The unit that the record or its input names. */
  readonly group?: string;
  /** Absent in splits without gold. */
  readonly gold?: Gold<F>;
}

/** A file that examples came from; a directory with one file per record is one entry. */
export interface CorpusFile extends Identity {
  /** Relative to the data directory, forward slashes. */
  readonly path: string;
}

/** One split of a corpus. Input and gold are apart: models are given `questions`, fitting and scoring `examples`. */
export interface Split {
  readonly name: SplitName;
  /** In file order. */
  readonly questions: readonly Question[];
  readonly hasGold: boolean;
  /** As `questions`, with gold and units. Reading it throws a UserError `no-gold` if the split has none. */
  readonly examples: readonly Example[];
  readonly files: readonly CorpusFile[];
  readonly notices: readonly Notice[];
  /** Made by the generator of the samples, not by people. */
  readonly synthetic: boolean;
}

/** The content of a split: either all of its items have gold, or none. */
export interface SplitContent extends Omit<Split, 'questions' | 'examples' | 'hasGold'> {
  readonly items: readonly Item[];
  /** For errors: the file as it was opened, and what a record with gold looks like in it. */
  readonly source?: { readonly file: string; readonly shape: Text };
}

export const hasGold = <T extends Item>(item: T): item is T & Example => item.gold !== undefined;

export function createSplit({ items, source, ...known }: SplitContent): Split {
  let questions: readonly Question[] | undefined;
  const withGold = items.every(hasGold) ? items : undefined;
  return {
    ...known,
    hasGold: withGold !== undefined,
    get questions() {
      questions ??= items.map(({ id, input }) => ({ id, input }));
      return questions;
    },
    get examples() {
      if (withGold) return withGold;
      throw noGold(known.name, source);
    },
  };
}

/** The error for a split whose gold is needed but was not released. */
export function noGold(name: SplitName, source: SplitContent['source']): UserError {
  const shape = source?.shape ?? { en: '', zh: '' };
  return new UserError(
    'no-gold',
    { en: `The ${name} split has no gold, which is needed here`, zh: `${name} 划分没有金标，而此处需要` },
    {
      file: source?.file,
      hint: {
        en: `Only \`chineseblue predict\` answers such a split. With gold a record is: ${shape.en}.`,
        zh: `此类划分只能用 \`chineseblue predict\` 作答。带金标的格式：${shape.zh}。`,
      },
    },
  );
}
