/** One text. */
export interface Text1 {
  readonly text: string;
}

/** A pair of texts that are read together. */
export interface Text2 {
  readonly textA: string;
  readonly textB: string;
}

/** An utterance of one speaker. */
export interface Turn {
  readonly speaker: string;
  readonly text: string;
}

/** A label. */
export interface Labelled {
  readonly label: string;
}

/** A predicted label. */
export interface LabelPrediction extends Labelled {
  /** One number per label, larger is likelier; need not sum to 1. */
  readonly scores?: Readonly<Record<string, number>>;
}
