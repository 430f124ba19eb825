import type { Families } from '../../tasks/examples.ts';
import type { TrainSplit } from '../corpus/train-splits.ts';

/** A text with annotated entities: `start`, `end` in UTF-16 code units, `end` exclusive. */
export interface AnnotatedText {
  /** The task whose guidelines were followed: others annotate other things. */
  readonly task: string;
  readonly text: string;
  readonly mentions: readonly { readonly start: number; readonly end: number; readonly type: string }[];
}

/** The annotations in train splits: entities, symptoms of dialogues, subjects and objects of relations. */
export function* annotatedTexts(splits: readonly TrainSplit[]): Generator<AnnotatedText> {
  for (const { task, examples } of splits) {
    for (const { input, gold } of examples) {
      if (task.family === 'ner') {
        const { entities } = gold as Families['ner']['gold'];
        yield { task: task.id, text: (input as Families['ner']['input']).text, mentions: entities };
      } else if (task.family === 'dialogue') {
        const { entities } = gold as Families['dialogue']['gold'];
        const { turns } = input as Families['dialogue']['input'];
        for (const [index, { text }] of turns.entries()) {
          const mentions = entities.filter(({ turn }) => turn === index);
          yield {
            task: task.id,
            text,
            mentions: mentions.map(({ start, end }) => ({ start, end, type: 'symptom' })),
          };
        }
      } else if (task.family === 'relation') {
        const { text } = input as Families['relation']['input'];
        const { triples } = gold as Families['relation']['gold'];
        const terms = triples.flatMap(({ subject, subjectType = 'term', object, objectType = 'term' }) => [
          { term: subject, type: subjectType },
          { term: object, type: objectType },
        ]);
        yield {
          task: task.id,
          text,
          mentions: terms.flatMap(({ term, type }) => occurrences(text, term, type)),
        };
      }
    }
  }
}

function occurrences(text: string, term: string, type: string): AnnotatedText['mentions'] {
  const found: { start: number; end: number; type: string }[] = [];
  if (term === '') return found;
  for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + term.length)) {
    found.push({ start: at, end: at + term.length, type });
  }
  return found;
}
