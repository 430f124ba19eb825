import type { FamilyId, Prediction } from './examples.ts';

/** What an answer of a metered service took. */
export interface Usage {
  readonly promptTokens?: number;
  readonly completionTokens?: number;
}

/**
 * What became of one question. The same four words count answers everywhere, those of files too:
 * asked = answered + refused + unreadable + missing.
 */
export type Answer<F extends FamilyId = FamilyId> =
  | { readonly status: 'answered'; readonly prediction: Prediction<F> }
  /** The model declined to answer. */
  | { readonly status: 'refused'; readonly reason?: string }
  /** Something came back that cannot be read as a prediction: wrong in every score. */
  | { readonly status: 'unreadable'; readonly reason: string }
  /** Nothing came back. */
  | { readonly status: 'missing'; readonly reason?: string };

export type AnswerStatus = Answer['status'];
