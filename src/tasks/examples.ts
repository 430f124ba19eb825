/**
 * What a model is given, what is right, and what a model answers, a family of tasks each.
 *
 * All offsets are UTF-16 code units of the original text, `end` exclusive. Gold is kept apart from
 * input so that a model cannot see it when it predicts.
 */

export interface Entity {
  readonly start: number;
  readonly end: number;
  readonly type: string;
}

export interface Triple {
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
  /** Types of subject and object where the corpus gives them (CMeIE does). */
  readonly subjectType?: string;
  readonly objectType?: string;
}

export interface Turn {
  readonly speaker: string;
  readonly text: string;
}

export type SymptomStatus = 'true' | 'false' | 'uncertain';

export interface Symptom {
  /** Standard name. */
  readonly name: string;
  readonly status: SymptomStatus;
}

/** A mention of a symptom in one turn of a dialogue. */
export interface SymptomMention {
  /** 0-based index of the turn. */
  readonly turn: number;
  readonly start: number;
  readonly end: number;
  readonly name?: string;
  readonly status?: SymptomStatus;
}

export interface Text1 {
  readonly text: string;
}

export interface Text2 {
  readonly textA: string;
  readonly textB: string;
}

export interface Labelled {
  readonly label: string;
}

export interface LabelPrediction extends Labelled {
  /** A number a label, larger is likelier; need not sum to 1. */
  readonly scores?: Readonly<Record<string, number>>;
}

export interface Families {
  ner: { input: Text1; gold: { entities: readonly Entity[] }; prediction: { entities: readonly Entity[] } };
  similarity: { input: Text2; gold: Labelled; prediction: LabelPrediction };
  inference: { input: Text2; gold: Labelled; prediction: LabelPrediction };
  classification: { input: Text1; gold: Labelled; prediction: LabelPrediction };
  multilabel: {
    input: Text1;
    gold: { labels: readonly string[] };
    prediction: { labels: readonly string[]; scores?: Readonly<Record<string, number>> };
  };
  ranking: {
    input: { query: string; documents: readonly { title: string; url?: string }[] };
    /** A grade a document, larger is more relevant. */
    gold: { relevance: readonly number[] };
    /** A score a document, in document order, larger is more relevant. */
    prediction: { scores: readonly number[] };
  };
  relation: {
    input: Text1;
    gold: { triples: readonly Triple[] };
    prediction: { triples: readonly Triple[] };
  };
  dialogue: {
    input: { turns: readonly Turn[] };
    gold: { symptoms: readonly Symptom[]; entities: readonly SymptomMention[] };
    prediction: { symptoms: readonly Symptom[]; entities?: readonly SymptomMention[] };
  };
}

export type FamilyId = keyof Families;
export type Input<F extends FamilyId = FamilyId> = Families[F]['input'];
export type Gold<F extends FamilyId = FamilyId> = Families[F]['gold'];
export type Prediction<F extends FamilyId = FamilyId> = Families[F]['prediction'];

export interface Example<F extends FamilyId = FamilyId> {
  /** The corpus's own id, else the 0-based record number in its file. Unique in a split. */
  readonly id: string;
  /**
   * The independent unit that this example belongs to, where several share one: a query, a question.
   * Intervals resample units, not examples. Absent: the example is its own unit.
   */
  readonly group?: string;
  readonly input: Input<F>;
  readonly gold: Gold<F>;
}

/** One example beside what a model answered; what every metric is computed from. */
export interface Answered<F extends FamilyId = FamilyId> {
  readonly input: Input<F>;
  readonly gold: Gold<F>;
  readonly prediction: Prediction<F>;
}
