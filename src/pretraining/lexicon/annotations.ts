import type { AnnotatedSpans } from '../../tasks/families/family.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { TrainSplit } from '../corpus/train-splits.ts';

/** A text with annotated entities: `start`, `end` in UTF-16 code units, `end` exclusive. */
export interface AnnotatedText extends AnnotatedSpans {
  /** The task whose guidelines were followed: others annotate other things. */
  readonly task: string;
}

/** The annotations in train splits: entities, symptoms of dialogues, subjects and objects of relations. */
export function* annotatedTexts(splits: readonly TrainSplit[]): Generator<AnnotatedText> {
  for (const { task, examples } of splits) {
    const family = familyOf(task);
    for (const example of examples) {
      for (const { text, mentions } of family.annotations?.(example) ?? [])
        yield { task: task.id, text, mentions };
    }
  }
}
