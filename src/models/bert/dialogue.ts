import * as z from 'zod';
import type { Example } from '../../tasks/examples.ts';
import { combine } from '../../tasks/families/dialogue/symptom-status.ts';
import type { Symptom, SymptomMention, SymptomStatus, Turn } from '../../tasks/families/dialogue/types.ts';
import type { Entity } from '../../tasks/families/ner/types.ts';
import { namesOf } from '../shared/mentions/dialogues.ts';
import { type NameDictionary, restoreNames } from '../shared/mentions/names.ts';
import { type DialogueText, dialogueText } from './dialogue-text.ts';
import { definePlanner, hideTypes, type Plan, type Question } from './plan.ts';
import { type Choice, createTagging } from './tagging.ts';

const learntDialogue = z.object({
  /** Types of mentions: their statuses, and `none` for a mention without one. */
  types: z.array(z.string()),
  /** Mention text → standard name. */
  names: z.array(z.tuple([z.string(), z.string()])),
  /** Which mentions are emitted, by the probability of a mention and its status together. */
  choice: z.object({ threshold: z.number(), offsets: z.array(z.number()) }),
});
type LearntDialogue = z.infer<typeof learntDialogue>;

const NO_STATUS = 'none';
const typeOf = (mention: SymptomMention): string => mention.status ?? NO_STATUS;
const isStatus = (type: string): type is SymptomStatus => type !== NO_STATUS;

/** Without dev to choose a better one. Below a half: the statuses of a certain mention may share its probability. */
const DEFAULT_THRESHOLD = 0.4;
const THRESHOLDS = [0.3, 0.4, 0.5, 0.6];
/** Offsets to try: `combine` favours `true`, then `false`. */
const TRUE_OFFSETS = [0, -0.5, -1, -1.5];
const UNCERTAIN_OFFSETS = [0, -0.5, 0.5];

/**
 * Symptoms of a dialogue: the dialogue is read as one text, in windows, and tagged with mentions whose type is their status,
 * so that a question is read with its answer; standard names come from the mentions of the training dialogues.
 */
export const dialoguePlanner = definePlanner<'dialogue', LearntDialogue>({
  schema: learntDialogue,
  learn: (examples) => ({
    types: [...new Set(examples.flatMap(({ gold }) => gold.entities.map(typeOf)))].sort(),
    names: [...namesOf(examples).entries],
    choice: { threshold: DEFAULT_THRESHOLD, offsets: [] },
  }),
  plan(learnt, context) {
    const tagging = createTagging(learnt.types, context);
    const names = restoreNames(new Map(learnt.names));
    const askWith =
      (choice: Choice) =>
      ({ turns }: { turns: readonly Turn[] }): Question<'dialogue', Float32Array> => {
        const dialogue = dialogueText(turns);
        const cut = tagging.cut(dialogue.text);
        return {
          sequences: cut.sequences,
          decode(scores, parameter) {
            const found = tagging.decode(cut, scores, parameter, choice);
            const entities = found.flatMap((entity) => mentionOf(entity, turns, dialogue, names));
            return { symptoms: symptomsOf(entities), entities };
          },
        };
      };
    const plan: Plan<'dialogue', Int32Array, Float32Array> = {
      head: tagging.head,
      labels: tagging.labels,
      items: (examples) =>
        examples.flatMap((example) => {
          const { text, entities } = taggedText(example);
          return tagging.examples(text, entities).map((row) => ({ rows: [row] }));
        }),
      ask: askWith(learnt.choice),
      decodings: choicesOf(learnt.types).map((choice) => ({
        learnt: { ...learnt, choice },
        ask: askWith(choice),
      })),
      judgedByDecodings: true,
    };
    return hideTypes(plan);
  },
});

const choicesOf = (types: readonly string[]): Choice[] =>
  UNCERTAIN_OFFSETS.flatMap((uncertain) =>
    TRUE_OFFSETS.flatMap((yes) => {
      const offsets = types.map((type) => (type === 'true' ? yes : type === 'uncertain' ? uncertain : 0));
      return THRESHOLDS.map((threshold) => ({ threshold, offsets }));
    }),
  );

/** The dialogue as one text, and its mentions as entities of that text. */
function taggedText({ input, gold }: Example<'dialogue'>): { text: string; entities: Entity[] } {
  const { text, starts } = dialogueText(input.turns);
  const entities = gold.entities.map((mention) => ({
    start: starts[mention.turn] + mention.start,
    end: starts[mention.turn] + mention.end,
    type: typeOf(mention),
  }));
  return { text, entities };
}

/** An entity of the text as a mention of the turn that it lies in; none if it reaches beyond the text of a turn. */
function mentionOf(
  { start, end, type }: Entity,
  turns: readonly Turn[],
  { starts }: DialogueText,
  names: NameDictionary,
): SymptomMention[] {
  const turn = starts.findLastIndex((first) => first <= start);
  if (turn < 0 || end > starts[turn] + turns[turn].text.length) return [];
  const place = { turn, start: start - starts[turn], end: end - starts[turn] };
  const name = names.find(turns[turn].text.slice(place.start, place.end));
  if (name === undefined) return [place];
  return [isStatus(type) ? { ...place, name, status: type } : { ...place, name }];
}

/** The symptoms of all mentions that have a name and a status. */
function symptomsOf(mentions: readonly SymptomMention[]): Symptom[] {
  const symptoms = new Map<string, SymptomStatus>();
  for (const { name, status } of mentions) {
    if (name !== undefined && status !== undefined) symptoms.set(name, combine(symptoms.get(name), status));
  }
  return Array.from(symptoms, ([name, status]) => ({ name, status }));
}
