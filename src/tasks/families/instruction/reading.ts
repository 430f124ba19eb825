import type { Tree } from '../decision-tree/types.ts';
import {
  hasStrayCause,
  hasStrayNode,
  LISTS,
  type ListedAnswer,
  readReportLines,
  readTreeLines,
} from './lines.ts';
import { strip } from './python.ts';
import type { InstructionTypes } from './types.ts';

/** What a text answers. */
export type Reading =
  | { readonly kind: 'label'; readonly label: string }
  /** Each answer once. */
  | { readonly kind: 'set'; readonly answers: readonly ListedAnswer[] }
  /** Empty if the nodes are no tree. */
  | { readonly kind: 'tree'; readonly tree: Tree }
  /** By their names; a text without sections has one, whose name is empty. */
  | { readonly kind: 'text'; readonly sections: Readonly<Record<string, string>> };

/** The two labels of CHIP-STS in the other words that prompts offer for them. */
const SAME_LABEL: ReadonlyMap<string, string> = new Map([
  ['相同', '是的'],
  ['不同', '不是'],
]);

/**
 * Reads the text of an answer as `post_generate_process.py` of PromptCBLUE does
 * (https://github.com/michael-wzhu/PromptCBLUE). A line at which that script would stop is left out.
 */
export function readReply(text: string, { form, choices = [] }: InstructionTypes['input']): Reading {
  if (form === 'text') return { kind: 'text', sections: { '': strip(text) } };
  if (form === 'report') return { kind: 'text', sections: readReportLines(text) };
  if (form === 'tree') return { kind: 'tree', tree: readTreeLines(text) };
  if (form === 'label') {
    const label = strip(text);
    return { kind: 'label', label: SAME_LABEL.get(label) ?? label };
  }
  const answers = new Map(LISTS[form](text, choices).map((one) => [one.key, one]));
  return { kind: 'set', answers: [...answers.values()] };
}

/** Whether `readReply` leaves a line out at which the official script would stop. */
export const leavesOut = (text: string, { form }: InstructionTypes['input']): boolean =>
  form === 'causes' ? hasStrayCause(text) : form === 'tree' && hasStrayNode(text);
