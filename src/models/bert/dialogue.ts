import * as z from 'zod';
import { combine } from '../../tasks/families/dialogue/symptom-status.ts';
import type { Symptom, SymptomMention, SymptomStatus, Turn } from '../../tasks/families/dialogue/types.ts';
import type { Entity } from '../../tasks/families/ner/types.ts';
import { namesOf } from '../shared/mentions/dialogues.ts';
import { restoreNames } from '../shared/mentions/names.ts';
import { definePlanner, hideTypes, type Plan } from './plan.ts';
import { createTagging } from './tagging.ts';

const learntDialogue = z.object({
  /** Types of mentions: their statuses, and `none` for a mention without one. */
  types: z.array(z.string()),
  /** Mention text → standard name. */
  names: z.array(z.tuple([z.string(), z.string()])),
});

const NO_STATUS = 'none';
const typeOf = (mention: SymptomMention): string => mention.status ?? NO_STATUS;
const isStatus = (type: string): type is SymptomStatus => type !== NO_STATUS;
/** Between the turns that are read together. */
const BREAK = '\n';
/** Number of characters of the preceding turns that are read as context. */
const CONTEXT = 48;

/**
 * Symptoms of a dialogue: every turn is tagged, preceded by the end of the turns before it, with mentions whose type is
 * their status; standard names come from the mentions of the training dialogues.
 */
export const dialoguePlanner = definePlanner<'dialogue', z.infer<typeof learntDialogue>>({
  schema: learntDialogue,
  learn: (examples) => ({
    types: [...new Set(examples.flatMap(({ gold }) => gold.entities.map(typeOf)))].sort(),
    names: [...namesOf(examples).entries],
  }),
  plan({ types, names: pairs }, context) {
    const tagging = createTagging(types, context);
    const names = restoreNames(new Map(pairs));
    const plan: Plan<'dialogue', Int32Array, Float32Array> = {
      head: tagging.head,
      labels: tagging.labels,
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
            return tagging.examples(text, entities).map((row) => ({ rows: [row] }));
          }),
        ),
      ask({ turns }) {
        const parts = textsOf(turns).map(({ text, offset }) => ({ cut: tagging.cut(text), offset }));
        return {
          sequences: parts.flatMap(({ cut }) => cut.sequences),
          decode(scores, parameter) {
            let at = 0;
            const entities = parts.flatMap(({ cut, offset }, turn) => {
              const own = scores.slice(at, at + cut.sequences.length);
              at += own.length;
              return tagging
                .decode(cut, own, parameter)
                .filter(({ start }) => start >= offset)
                .map(({ start, end, type }): SymptomMention => {
                  const place = { turn, start: start - offset, end: end - offset };
                  const name = names.find(turns[turn].text.slice(place.start, place.end));
                  if (name === undefined) return place;
                  return isStatus(type) ? { ...place, name, status: type } : { ...place, name };
                });
            });
            return { symptoms: symptomsOf(entities), entities };
          },
        };
      },
    };
    return hideTypes(plan);
  },
});

/** The input of each turn: the end of the preceding turns, its speaker, then its text; `offset` is where its own text begins. */
function textsOf(turns: readonly Turn[]): { text: string; offset: number }[] {
  let before = '';
  return turns.map(({ speaker, text }) => {
    const lead = `${before.slice(-CONTEXT)}${speaker}：`;
    before = `${before}${speaker}：${text}${BREAK}`;
    return { text: lead + text, offset: lead.length };
  });
}

/** The symptoms of all mentions that have a name and a status. */
function symptomsOf(mentions: readonly SymptomMention[]): Symptom[] {
  const symptoms = new Map<string, SymptomStatus>();
  for (const { name, status } of mentions) {
    if (name !== undefined && status !== undefined) symptoms.set(name, combine(symptoms.get(name), status));
  }
  return Array.from(symptoms, ([name, status]) => ({ name, status }));
}
