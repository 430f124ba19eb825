import { createYielder } from '../../ground/yielder.ts';
import { combine } from '../../tasks/families/dialogue/symptom-status.ts';
import type { Symptom, SymptomStatus } from '../../tasks/families/dialogue/types.ts';
import { STATUSES } from '../shared/mentions/statuses.ts';

/** A dialogue of dev: its mentions, the probability of every status, and gold. */
export interface Judged {
  readonly asked: readonly { readonly name: string }[];
  /** Probabilities of every status, one row per mention. */
  readonly chances: Float64Array;
  readonly symptoms: readonly Symptom[];
}

/** Offsets that are tried, in log-probability, around the best so far; then half as far, twice. */
const STEP = 0.8;
const ROUNDS = 3;

/**
 * Offsets to the log-probabilities of the statuses with the best F1 of (name, status) pairs, by coordinate
 * search. The first status keeps 0: only differences count. Of equal offsets, the smaller.
 */
export async function tuneOffsets(dialogues: readonly Judged[], signal?: AbortSignal): Promise<number[]> {
  const yieldNow = createYielder(signal);
  const logs = dialogues.map(({ chances }) => chances.map(Math.log));
  const right = dialogues.map(({ symptoms }) => new Map(symptoms.map(({ name, status }) => [name, status])));
  const score = (offsets: readonly number[]): number => {
    let tp = 0;
    let predicted = 0;
    let gold = 0;
    dialogues.forEach(({ asked }, d) => {
      const found = new Map<string, SymptomStatus>();
      asked.forEach(({ name }, row) => {
        let best = 0;
        for (let k = 1; k < STATUSES.length; k++) {
          const at = row * STATUSES.length;
          if (logs[d][at + k] + offsets[k] > logs[d][at + best] + offsets[best]) best = k;
        }
        found.set(name, combine(found.get(name), STATUSES[best]));
      });
      for (const [name, status] of found) if (right[d].get(name) === status) tp++;
      predicted += found.size;
      gold += right[d].size;
    });
    return predicted + gold === 0 ? 0 : (2 * tp) / (predicted + gold);
  };
  const offsets = STATUSES.map(() => 0);
  let best = score(offsets);
  for (let round = 0, step = STEP; round < ROUNDS; round++, step /= 2) {
    for (let k = 1; k < STATUSES.length; k++) {
      const centre = offsets[k];
      for (const candidate of [centre - step, centre + step, centre - step / 2, centre + step / 2]) {
        await yieldNow();
        const trial = offsets.with(k, candidate);
        const found = score(trial);
        if (found > best) {
          best = found;
          offsets[k] = candidate;
        }
      }
    }
  }
  return offsets;
}
