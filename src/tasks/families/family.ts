import type { Text } from '../../ground/language.ts';
import type { Convention } from '../convention.ts';
import type { AnyTypes, FamilyId } from '../examples.ts';
import type { Task } from '../task.ts';
import type { Asking } from './asking.ts';
import type { RecordReader } from './shared/record.ts';
import type { FamilyView } from './view.ts';

/** The inputs, gold and predictions of a family. Gold is separate so that no model receives it. */
export interface FamilyTypes {
  readonly input: object;
  readonly gold: object;
  readonly prediction: object;
}

export interface ExampleOf<T extends FamilyTypes> {
  /** The corpus's own id, else the 0-based record number in its file. Unique in a split. */
  readonly id: string;
  /**
   * The independent unit that this example belongs to, where several share one: a query, a question.
   * Intervals resample units, not examples. Absent: the example is its own unit.
   */
  readonly group?: string;
  readonly input: T['input'];
  readonly gold: T['gold'];
}

/** One example with the prediction of a model: what every metric is computed from. */
export interface AnsweredOf<T extends FamilyTypes> {
  readonly input: T['input'];
  readonly gold: T['gold'];
  readonly prediction: T['prediction'];
}

/** One defect of an answer. */
export interface Fault {
  /** E.g. `span-outside-text`. */
  readonly code: string;
  readonly field: string;
  readonly message: Text;
}

/**
 * What the texts of an input are to each other: a single text; a pair that is read together; the turns of a dialogue,
 * in order; or a query with its documents, each of which is graded separately.
 */
export type InputShape = 'text' | 'pair' | 'turns' | 'documents';

/** Where predictions mark places in texts. */
export interface SpanField<T extends FamilyTypes> {
  /** The array that holds them: objects with `start` and `end`. */
  readonly field: string;
  /** The text that a span counts in; undefined if it names none. */
  text(span: Readonly<Record<string, unknown>>, input: T['input']): string | undefined;
}

/** Answers that need no model, with which a reproduced score is compared. */
export interface ReferenceAnswer<Prediction> {
  readonly answer: Text;
  readonly predictions: readonly Prediction[];
  /** Where the best answer of that kind is another one under the published rule. */
  readonly asPublished?: readonly Prediction[];
}

/** Words that a prediction gives as those of an example. */
export interface MadeUp {
  readonly quote: string;
  /** What they were said to be. */
  readonly label: string;
}

/** Finds words that a prediction has invented. */
export interface MadeUpFinder<T extends FamilyTypes> {
  find(prediction: T['prediction'], input: T['input']): readonly MadeUp[];
}

/** How words are found that a generative model has invented. */
export interface MadeUpWords<T extends FamilyTypes> {
  /** The text before examples of it. */
  readonly caption: Text;
  /** `golds`: all answers that are known, where names are standard terms. */
  finder(golds: Iterable<T['gold']>): MadeUpFinder<T>;
}

/** A query with its gold-judged documents, larger grades being more relevant. */
export interface JudgedDocuments {
  readonly query: string;
  readonly documents: readonly { readonly text: string; readonly grade: number }[];
}

/** How retrieved documents are given to a model for reranking. */
export interface Reranking<T extends FamilyTypes> {
  /** The input of the model for one query. */
  inputs(query: string, documents: readonly string[]): readonly T['input'][];
  /** One score a document from the answers, larger is more relevant; undefined if an answer is missing. */
  scores(
    answers: readonly (T['prediction'] | undefined)[],
    documents: readonly string[],
    task: Task,
  ): readonly (number | undefined)[];
}

/** A text with the mentions that gold marks in it: UTF-16 offsets, `end` exclusive. */
export interface AnnotatedSpans {
  readonly text: string;
  readonly mentions: readonly { readonly start: number; readonly end: number; readonly type: string }[];
}

/**
 * What may predict a gold label without being read: an example of a pair, or a document of a query. Keys are the texts, and
 * whatever else several examples may share, in fixed positions.
 */
export interface KeyedItem {
  readonly keys: readonly string[];
  /** Absent: gold says nothing about it, or is not given. */
  readonly label?: string;
}

/** What is expected of an item: a label, and the share of every label among items like it. */
export interface Expected {
  readonly label: string;
  readonly shares: Readonly<Record<string, number>>;
}

/** How labels are predicted from those of other examples that share a text with an example. */
export interface LabelSharing<T extends FamilyTypes> {
  items(input: T['input'], gold?: T['gold']): readonly KeyedItem[];
  /** The prediction, from what is expected of every item. */
  prediction(expected: readonly Expected[]): T['prediction'];
}

/** The parts of an example that decide whether two examples are the same. */
export interface ComparedParts {
  readonly texts: readonly string[];
  /** Gold in an order that does not depend on that of the corpus. */
  readonly gold: string;
}

/**
 * Everything that tasks of one family share. Pure data and functions: nothing here depends on files, runs or pages.
 * Methods, not function properties: code that treats all families alike passes each family its own inputs.
 */
export interface Family<Id extends string = FamilyId, T extends FamilyTypes = AnyTypes> {
  readonly id: Id;
  readonly title: Text;
  /** Reads the records of a corpus, whatever file they came from, as input and gold. */
  readonly record: RecordReader<T>;
  readonly inputShape: InputShape;
  /** An example has any number of labels, none included, where other families of labels have exactly one. */
  readonly manyLabels?: boolean;
  /** Labels are names out of an open vocabulary: every split has some that no other has. */
  readonly openLabels?: boolean;
  /** A task must say which of its labels is the positive one. */
  readonly needsPositive?: boolean;
  /** The name of the task type on the Hugging Face Hub. */
  readonly hubTaskType: string;
  /**
   * Reads the prediction out of one parsed JSON line, or reports every fault in it.
   * Called a million times: no schema library.
   */
  parse(
    line: Readonly<Record<string, unknown>>,
    input: T['input'],
    task: Task,
  ): T['prediction'] | readonly Fault[];
  /** Absent: its predictions mark no places. */
  readonly spans?: SpanField<T>;
  /** What a missing or invalid answer counts as: never better than a wrong answer. */
  missing(example: ExampleOf<T>, task: Task): T['prediction'];
  /** All texts of an input, for lengths and for search. */
  texts(input: T['input']): readonly string[];
  /** The gold labels of an example, for distributions: entity types, the class, grades, predicates, statuses. */
  labels(example: ExampleOf<T>): readonly string[];
  /** Gold or a prediction in one line; `∅` where it is empty. */
  brief(answer: T['gold'] | T['prediction'], input: T['input']): string;
  /** The first is the default primary metric of the family. */
  readonly conventions: readonly Convention<T>[];
  /** Answers that stay the same for every example, one for every label. Absent: nothing constant is worth scoring. */
  constants?(task: Task): readonly T['prediction'][];
  /**
   * Guesses by the frequencies of gold, independent of the example: gold shuffled at
   * random. Absent if there is nothing to guess from.
   */
  guess?(examples: readonly ExampleOf<T>[], seed: number): readonly T['prediction'][];
  /**
   * Reference answers for reproductions of published scores. `visible`: where the published rule cuts each text off,
   * as the first UTF-16 code unit that is not seen. Absent: the family has no published scores.
   */
  references?(
    task: Task,
    examples: readonly ExampleOf<T>[],
    visible: readonly number[],
  ): readonly ReferenceAnswer<T['prediction']>[];
  /** The prompts for language models, the default first. Absent: none. */
  readonly asking?: readonly Asking<T>[];
  /** Absent: predictions contain no free words. */
  readonly madeUp?: MadeUpWords<T>;
  /** How examples are displayed in reports. */
  readonly view: FamilyView<T>;
  /** What duplicates are compared by. Default: the texts, and the sorted labels. */
  comparedParts?(example: ExampleOf<T>): ComparedParts;
  /** Absent: examples of the family share no parts, or only as duplicates. */
  readonly labelSharing?: LabelSharing<T>;
  /** Makes the documents of a task searchable, with relevance judgements. Absent: it has none. */
  judgedDocuments?(example: ExampleOf<T>, task: Task): JudgedDocuments;
  /** Absent if `judgedDocuments` is. */
  readonly reranking?: Reranking<T>;
  /** Texts with marked medical terms, from which pretraining learns a lexicon. Absent: gold marks none. */
  annotations?(example: ExampleOf<T>): readonly AnnotatedSpans[];
}
