import type { Language, Text } from '../../ground/language.ts';
import type { Label, Task } from '../task.ts';
import type { FamilyTypes } from './family.ts';

/** The part of JSON Schema that answers need; every property is required, as strict modes of services demand. */
export type AnswerSchema =
  | { readonly type: 'string'; readonly enum?: readonly string[]; readonly description?: string }
  | {
      readonly type: 'integer' | readonly ['integer', 'null'];
      readonly enum?: readonly (number | null)[];
      readonly minimum?: number;
      readonly maximum?: number;
      readonly description?: string;
    }
  | { readonly type: 'array'; readonly items: AnswerSchema; readonly description?: string }
  | {
      readonly type: 'object';
      readonly properties: Readonly<Record<string, AnswerSchema>>;
      readonly required: readonly string[];
      readonly additionalProperties: false;
    };

/**
 * A prompt for a language model, as data. `{{name}}` stands for a value: `{{labels}}` and `{{task}}` are known to every
 * prompt, `{{text}}`, `{{query}}`… are the family's own.
 */
export interface Prompt {
  /** E.g. `prompt/ner/quotes@1`. Another wording is another version. */
  readonly id: string;
  /** The part for every example: the job, the labels, the format of the answer. */
  readonly system: Text;
  /** The part for one example. */
  readonly user: Text;
}

/** Values of a prompt's placeholders. */
export type Placeholders = Readonly<Record<string, string>>;

/** What became of the quotes of an answer. */
export interface QuoteCounts {
  /** In the text verbatim. */
  readonly aligned: number;
  /** In the text after width, letter case and white space were folded. */
  readonly folded: number;
  /** Not in the text: invented. */
  readonly unaligned: number;
  /** Several times in the text, and the answer does not say which; a part of aligned and folded. */
  readonly ambiguous: number;
  /** Dropped: the same thing was answered before. */
  readonly duplicate: number;
  /** The same place under another type; both are kept; a part of aligned and folded. */
  readonly conflicting: number;
}

/** An answer as a prediction, or why it is not one: a code such as `unknown-label`, with the field. */
export type Reading<Prediction> =
  | { readonly prediction: Prediction; readonly quotes?: QuoteCounts }
  | { readonly unreadable: string };

/** How much every option of one call is preferred: its log-probability, or 0 for the chosen one and −∞ for the rest. */
export type OptionScores = Readonly<Record<string, number>>;

/** Answers that are one of a few options, and can therefore be scored by probability. */
export interface OptionAsking<T extends FamilyTypes> {
  /** What is chosen from. */
  options(task: Task): readonly Label[];
  /** The whole answer that chooses an option. */
  answer(id: string): object;
  /** The prediction from the scores of every call of an input. */
  decide(scores: readonly OptionScores[], input: T['input'], task: Task): T['prediction'];
}

/** How a family is turned into prompts for a language model, and how its answers are read. Pure: no files and no calls. */
export interface Asking<T extends FamilyTypes> {
  /** `quotes`, `label`, `pointwise`… */
  readonly id: string;
  readonly prompt: Prompt;
  /** The names that the family's placeholders have, besides `task` and `labels`. */
  readonly placeholders: readonly string[];
  /** The shape of the answer to one call, which is JSON; undefined if it is plain text. */
  schema(task: Task): AnswerSchema | undefined;
  /** The placeholder values of an input: one set per call, in a fixed order. Most families make one call. */
  calls(input: T['input'], language: Language, task: Task): readonly Placeholders[];
  /** The answers that gold would have given, one per call: worked examples. */
  worked(gold: T['gold'], input: T['input'], task: Task): readonly (object | string)[];
  /** Reads the answers to all calls of an input: parsed JSON, or texts where there is no schema. */
  read(answers: readonly unknown[], input: T['input'], task: Task): Reading<T['prediction']>;
  /** Present where every call chooses one option. */
  readonly choice?: OptionAsking<T>;
  /** Values derived from the training data, such as the names that answers may use. */
  learn?(train: readonly { readonly gold: T['gold'] }[]): Placeholders;
}
