import type { Task } from '../../task.ts';
import type { ComparedParts, ExampleOf, Fault, MadeUp } from '../family.ts';
import {
  asLabel,
  badType,
  isObject,
  knownLabels,
  type Line,
  labelFault,
  readList,
} from '../shared/faults.ts';
import { listed } from '../shared/listed.ts';
import { notInText } from '../shared/not-in-text.ts';
import type { Text1 } from '../shared/types.ts';
import type { ClinicalEvent, EventTypes } from './types.ts';

type Answer = EventTypes['prediction'];

const EXPECTED = {
  en: 'an object {"core", "tendency", "characters", "anatomy"}',
  zh: '对象 {"core", "tendency", "characters", "anatomy"}',
};
const STRING = { en: 'a string', zh: '字符串' };
const STRINGS = { en: 'an array of strings', zh: '字符串数组' };

export const isStrings = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

function readEvent(
  value: unknown,
  prefix: string,
  known: ReadonlySet<string>,
): ClinicalEvent | readonly Fault[] {
  if (!isObject(value)) return [badType(prefix, EXPECTED, value)];
  const { core, characters = [], anatomy = [] } = value;
  const tendency = asLabel(value.tendency);
  const faults: Fault[] = [];
  if (typeof core !== 'string') faults.push(badType(`${prefix}.core`, STRING, core));
  const fault = labelFault(tendency, `${prefix}.tendency`, known);
  if (fault) faults.push(fault);
  for (const [name, list] of Object.entries({ characters, anatomy }))
    if (!isStrings(list)) faults.push(badType(`${prefix}.${name}`, STRINGS, list));
  if (faults.length > 0 || !isStrings(characters) || !isStrings(anatomy)) return faults;
  return { core: String(core), tendency: String(tendency), characters, anatomy };
}

/** Reads `{"events": [{"core", "tendency", "characters", "anatomy"}]}`; the two lists may be left out. */
export function parseEvents(line: Line, _input: object, task: Task): Answer | readonly Fault[] {
  const known = knownLabels(task);
  const events = readList<ClinicalEvent>(line, 'events', (value, prefix) => readEvent(value, prefix, known));
  return 'faults' in events ? events.faults : { events };
}

/** A finding that does not occur in any text. */
const NOTHING = '\u0000';

/** As many events as gold has, at least one, all wrong. */
export function missingEvents({ gold }: ExampleOf<EventTypes>, task: Task): Answer {
  const wrong = gold.events.length > 0 ? gold.events : [{ tendency: task.labels[0]?.id ?? '' }];
  return { events: wrong.map(({ tendency }) => ({ core: NOTHING, tendency, characters: [], anatomy: [] })) };
}

/** Words of events that are not in the text, with the tendency of their event. */
export function wordsNotInText({ events }: Answer, { text }: Text1): MadeUp[] {
  return notInText(
    text,
    events.flatMap(({ core, tendency, characters, anatomy }) =>
      [core, ...characters, ...anatomy].map((quote) => ({ quote, label: tendency })),
    ),
  );
}

const sorted = (words: readonly string[]): string[] => [...new Set(words)].sort();

/** Equal exactly where all attributes are, the lists as sets. */
export const eventKey = ({ core, tendency, characters, anatomy }: ClinicalEvent): string =>
  JSON.stringify([core, tendency, sorted(characters), sorted(anatomy)]);

/** `腹部 阵发性 疼痛=否定`. */
export const describeEvent = ({ core, characters, anatomy }: ClinicalEvent): string =>
  [...anatomy, ...characters, core].join(' ');

export const briefEvents = ({ events }: Answer): string =>
  listed(events.map((event) => `${describeEvent(event)}=${event.tendency}`));

export const comparedEvents = ({ input, gold }: ExampleOf<EventTypes>): ComparedParts => ({
  texts: [input.text],
  gold: gold.events.map(eventKey).sort().join('\n'),
});
