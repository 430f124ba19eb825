import type { FamilyId, Prediction } from './examples.ts';
import type { QuoteCounts } from './families/asking.ts';

/** The usage of one answer of a metered service, as the service reports it. */
export interface Usage {
  readonly promptTokens?: number;
  readonly completionTokens?: number;
  /** Rough counts of what was sent and received, whatever the service reports. */
  readonly estimatedPromptTokens?: number;
  readonly estimatedCompletionTokens?: number;
  /** From reported tokens, else from estimated ones, in the currency of the price list; absent if there is no price. */
  readonly cost?: number;
  readonly currency?: string;
  /** Calls that returned a reply. */
  readonly calls?: number;
  /** Attempts beyond the first of each call. */
  readonly retries?: number;
  /** The sum of the durations of its calls, in milliseconds. */
  readonly milliseconds?: number;
  /** The model name reported by the service. */
  readonly served?: string;
  /** How the service held the answer to its shape: `schema`, `json`, or `text` for words only. */
  readonly structured?: string;
}

/** The fields of usage that add up. */
export const SUMMED_USAGE = [
  'promptTokens',
  'completionTokens',
  'estimatedPromptTokens',
  'estimatedCompletionTokens',
  'cost',
  'calls',
  'retries',
] as const;

/**
 * The outcome of one question. The same four terms count answers everywhere, including prediction files:
 * asked = answered + refused + unreadable + missing.
 */
export type Answer<F extends FamilyId = FamilyId> =
  | {
      readonly status: 'answered';
      readonly prediction: Prediction<F>;
      /** Outcomes of its quotes, if it was answered in quotes. */
      readonly quotes?: QuoteCounts;
      /** Mean probability of every place in the list of options, where options were scored in several orders. */
      readonly places?: readonly number[];
    }
  /** The model declined to answer. */
  | { readonly status: 'refused'; readonly reason?: string }
  /** Something came back that cannot be read as a prediction: wrong in every score. */
  | {
      readonly status: 'unreadable';
      readonly reason: string;
      /** It was cut off at a limit of length. */
      readonly truncated?: boolean;
    }
  /** Nothing came back. `failed`: the call was made, and failed. */
  | { readonly status: 'missing'; readonly reason?: string; readonly failed?: boolean };

export type AnswerStatus = Answer['status'];
