import { describeNode } from '../decision-tree/answers.ts';
import type { ComparedParts, ExampleOf, Fault } from '../family.ts';
import { badType, type Line } from '../shared/faults.ts';
import { listed, shownText } from '../shared/listed.ts';
import type { Element } from '../view.ts';
import { type Reading, readReply } from './reading.ts';
import type { InstructionTypes } from './types.ts';

type Answer = InstructionTypes['prediction'];
type Input = InstructionTypes['input'];

const STRING = { en: 'a string', zh: '字符串' };

/** Reads `{"reply": "…"}`. */
export const parseReply = ({ reply }: Line): Answer | readonly Fault[] =>
  typeof reply === 'string' ? { reply } : [badType('reply', STRING, reply)];

/** No answer at all; a control character, so that no model writes it. */
const NOTHING = '\u0000';

export const missingReply = (): Answer => ({ reply: NOTHING });

/** Whether an answer represents a missing one: conventions define how it counts. */
export const isMissing = ({ reply }: Answer): boolean => reply === NOTHING;

export const textOf = (answer: InstructionTypes['gold'] | Answer): string =>
  'reply' in answer ? answer.reply : answer.target;

/** What gold or a prediction answers, piece by piece. */
export function elementsOf(answer: InstructionTypes['gold'] | Answer, input: Input): Element[] {
  const reading = readReply(textOf(answer), input);
  if (reading.kind === 'label') return [{ label: reading.label, surface: '', key: reading.label }];
  if (reading.kind === 'set') return [...reading.answers];
  if (reading.kind === 'tree')
    return reading.tree.map((node) => {
      const surface = describeNode(node);
      return { label: '', surface, key: surface };
    });
  return Object.entries(reading.sections).map(([label, surface]) => ({
    ...{ label, surface, key: JSON.stringify([label, surface]) },
  }));
}

/** The labels that gold holds: what was chosen, or the classes of what is listed. */
export function labelsOf({ input, gold }: ExampleOf<InstructionTypes>): string[] {
  const reading = readReply(gold.target, input);
  if (reading.kind === 'label') return [reading.label];
  if (reading.kind === 'set')
    return reading.answers.map(({ label }) => label).filter((label) => label !== '');
  if (reading.kind === 'tree')
    return reading.tree.flatMap(({ triples }) => triples.map(([, relation]) => relation));
  return [];
}

export const briefReply = (answer: InstructionTypes['gold'] | Answer, input: Input): string =>
  listed(
    elementsOf(answer, input)
      .map(({ label, surface }) => [label, shownText(surface)].filter((part) => part !== '').join('：'))
      .filter((part) => part !== ''),
  );

export const comparedTargets = ({ input, gold }: ExampleOf<InstructionTypes>): ComparedParts => ({
  texts: [input.prompt],
  gold: gold.target,
});

/** Gold and prediction, read; undefined if the form of the example is of another kind. */
export function bothOf<K extends Reading['kind']>(
  kind: K,
  { input, gold, prediction }: { input: Input; gold: InstructionTypes['gold']; prediction: Answer },
): { gold: Extract<Reading, { kind: K }>; prediction: Extract<Reading, { kind: K }> } | undefined {
  const [wanted, given] = [readReply(gold.target, input), readReply(prediction.reply, input)];
  const isKind = (reading: Reading): reading is Extract<Reading, { kind: K }> => reading.kind === kind;
  return isKind(wanted) && isKind(given) ? { gold: wanted, prediction: given } : undefined;
}
