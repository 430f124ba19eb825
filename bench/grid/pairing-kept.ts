import { join } from 'node:path';
import { CELLS } from './cells.ts';

/** How often the nearest question to an answer is its own. */
export interface PairGroup {
  readonly group: 'matches' | 'others' | 'true pairs';
  readonly pairs: number;
  readonly first: number;
  readonly firstTen: number;
}
/**
 * Predictions for test that never read a text, from the labels of dev: `all` predicts every pair a match; `answer` those whose
 * answer is not labelled as no match in dev; `question` those whose question matches a larger share of its answers in dev
 * than dev has matches; `both` those of `answer` and `question`.
 */
export const RULES = ['all', 'answer', 'question', 'both'] as const;
export interface RuleCounts {
  readonly rule: (typeof RULES)[number];
  /** Test pairs predicted to match, and those of them that do. */
  readonly predicted: number;
  readonly right: number;
}
export interface Pairing {
  readonly encoder: string;
  readonly questions: number;
  readonly groups: readonly PairGroup[];
  /** Test pairs, those labelled as matching, and those whose question occurs in dev. */
  readonly test: { readonly pairs: number; readonly matches: number; readonly questionInDev: number };
  readonly rules: readonly RuleCounts[];
}

export const pairingFile = join(CELLS, 'cMedQA/pairing.json');
