import type { SymptomStatus } from './types.ts';

/**
 * The status of a symptom in a dialogue from those of its mentions, taken one after another: true beats
 * false beats uncertain. See `readDialogueJson` for the reason.
 */
export function combine(before: SymptomStatus | undefined, now: SymptomStatus): SymptomStatus {
  if (before === 'true' || now === 'true') return 'true';
  return before === 'false' || now === 'false' ? 'false' : 'uncertain';
}
