import type { FieldChecks, PlainRecord } from './record.ts';
import type { Turn } from './types.ts';

export const TURNS_SHAPE = '{"id": "…", "turns": [{"speaker": "…", "text": "…"}]}';

/** The turns of a dialogue. */
export const readTurns = (
  { turns }: PlainRecord,
  check: FieldChecks,
): { readonly turns: readonly Turn[] } => ({
  turns: check.array(turns, 'turns').map((item, i) => {
    const turn = check.object(item, `turns[${i}]`);
    return {
      speaker: check.string(turn.speaker, `turns[${i}].speaker`),
      text: check.string(turn.text, `turns[${i}].text`),
    };
  }),
});
