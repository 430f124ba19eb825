import { join } from 'node:path';
import { CELLS } from './cells.ts';

/** How often the nearest question to an answer is its own. */
export interface PairGroup {
  readonly group: 'matches' | 'others' | 'true pairs';
  readonly pairs: number;
  readonly first: number;
  readonly firstTen: number;
}
/** Test pairs grouped by the dev labels of their answer. */
export interface ReuseGroup {
  readonly inDev: 'match' | 'no match' | 'absent';
  readonly pairs: number;
  readonly matches: number;
}
export interface Pairing {
  readonly encoder: string;
  readonly questions: number;
  readonly groups: readonly PairGroup[];
  readonly reuse: readonly ReuseGroup[];
}

export const pairingFile = join(CELLS, 'cMedQA/pairing.json');
