import type { Turn } from '../../tasks/families/shared/types.ts';

/** Between turns. */
const BREAK = '\n';

/** A dialogue as one text: each turn after its speaker. */
export interface DialogueText {
  readonly text: string;
  /** For each turn, the offset in `text` (UTF-16 code units) at which its own text begins. */
  readonly starts: readonly number[];
}

export function dialogueText(turns: readonly Turn[]): DialogueText {
  let text = '';
  const starts = turns.map((turn) => {
    text += `${turn.speaker}：`;
    const start = text.length;
    text += turn.text + BREAK;
    return start;
  });
  return { text, starts };
}
