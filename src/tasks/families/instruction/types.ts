/**
 * How the text of an answer is read: as one label; as lines that list entities, triples, causes, events, or mentions with their
 * status; as a list of terms; as the nodes of a tree; as a report in sections; or unchanged.
 */
export const FORMS = [
  'label',
  'entities',
  'triples',
  'causes',
  'events',
  'statuses',
  'terms',
  'tree',
  'report',
  'text',
] as const;

export type Form = (typeof FORMS)[number];

export interface InstructionTypes {
  readonly input: {
    /** The complete prompt, word for word. */
    readonly prompt: string;
    readonly form: Form;
    /** What may be answered: types, predicates, labels, terms. Absent if nothing is chosen from. */
    readonly choices?: readonly string[];
  };
  /** The text that answers the prompt. */
  readonly gold: { readonly target: string };
  readonly prediction: { readonly reply: string };
}
