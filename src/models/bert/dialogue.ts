import { combine } from '../../tasks/families/dialogue/symptom-status.ts';
import type { Symptom, SymptomMention, SymptomStatus } from '../../tasks/families/dialogue/types.ts';
import type { Entity } from '../../tasks/families/ner/types.ts';
import { namesOf } from '../dialogue/material.ts';
import { restoreNames } from '../dialogue/names.ts';
import type { Plan, Planner } from './plan.ts';
import { createTagging } from './tagging.ts';

export interface LearntDialogue {
  /** Types of mentions: their statuses, and `` for a mention without one. */
  readonly types: readonly string[];
  /** Mention text → standard name. */
  readonly names: readonly (readonly [string, string])[];
}

const NO_STATUS = 'none';
const typeOf = (mention: SymptomMention): string => mention.status ?? NO_STATUS;
/** Between the turns that are read together. */
const BREAK = '\n';
/** Of the turns before, as many characters are read as context. */
const CONTEXT = 48;

/**
 * Symptoms of a dialogue: every turn is tagged, after the end of what was said before it, with mentions whose type is
 * the status; standard names come from the mentions of the training dialogues.
 */
export const dialoguePlanner: Planner<'dialogue', LearntDialogue> = {
  learn: (examples) => ({
    types: [...new Set(examples.flatMap(({ gold }) => gold.entities.map(typeOf)))].sort(),
    names: [...namesOf(examples).entries],
  }),
  plan({ types, names: pairs }, context) {
    const tagging = createTagging(types, context.parameters.head !== 'softmax', context);
    const names = restoreNames(new Map(pairs));
    const textsOf = (
      turns: readonly { speaker: string; text: string }[],
    ): { text: string; offset: number }[] => {
      let before = '';
      return turns.map(({ speaker, text }) => {
        const lead = `${before.slice(-CONTEXT)}${speaker}：`;
        before = `${before}${speaker}：${text}${BREAK}`;
        return { text: lead + text, offset: lead.length };
      });
    };
    const plan: Plan<'dialogue', Int32Array, Float32Array> = {
      head: tagging.head,
      labels: tagging.labels,
      eager: true,
      items: (examples) =>
        examples.flatMap(({ input, gold }) =>
          textsOf(input.turns).flatMap(({ text, offset }, turn) => {
            const entities: Entity[] = gold.entities
              .filter((mention) => mention.turn === turn)
              .map((mention) => ({
                start: mention.start + offset,
                end: mention.end + offset,
                type: typeOf(mention),
              }));
            return tagging.teach(text, entities).map((row) => ({ rows: [row] }));
          }),
        ),
      ask({ turns }) {
        const parts = textsOf(turns).map(({ text, offset }) => ({ cut: tagging.cut(text), offset }));
        return {
          sequences: parts.flatMap(({ cut }) => cut.sequences),
          decode(scores, parameter) {
            const symptoms = new Map<string, SymptomStatus>();
            const entities: SymptomMention[] = [];
            let at = 0;
            for (const [turn, { cut, offset }] of parts.entries()) {
              const own = scores.slice(at, at + cut.sequences.length);
              at += own.length;
              const found = tagging.decode(cut, own, parameter);
              for (const { start, end, type } of found) {
                if (start < offset) continue;
                const place = { turn, start: start - offset, end: end - offset };
                const name = names.find(turns[turn].text.slice(place.start, place.end));
                if (type === NO_STATUS || name === undefined) {
                  entities.push({ ...place, ...(name !== undefined && { name }) });
                  continue;
                }
                const status = type as SymptomStatus;
                entities.push({ ...place, name, status });
                symptoms.set(name, combine(symptoms.get(name), status));
              }
            }
            return {
              symptoms: Array.from(symptoms, ([name, status]): Symptom => ({ name, status })),
              entities,
            };
          },
        };
      },
    };
    return plan as unknown as Plan<'dialogue', never, never>;
  },
};
