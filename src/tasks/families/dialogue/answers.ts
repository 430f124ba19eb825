import { createQuoteFinder } from '../../../text/quotes.ts';
import type { ExampleOf, Fault, MadeUpFinder } from '../family.ts';
import { badType, isObject, type Line, labelFault, readList, spanFaults } from '../shared/faults.ts';
import {
  type DialogueTypes,
  STATUSES,
  type Symptom,
  type SymptomMention,
  type SymptomStatus,
} from './types.ts';

type Answer = DialogueTypes['prediction'];

const STRING = { en: 'a string', zh: '字符串' };
const STATUS_SET: ReadonlySet<string> = new Set(STATUSES);

function readSymptom(value: unknown, prefix: string): Symptom | readonly Fault[] {
  if (!isObject(value))
    return [badType(prefix, { en: 'an object {"name", "status"}', zh: '对象 {"name", "status"}' }, value)];
  const { name, status } = value;
  const faults: Fault[] = [];
  if (typeof name !== 'string') faults.push(badType(`${prefix}.name`, STRING, name));
  const fault = labelFault(status, `${prefix}.status`, STATUS_SET);
  if (fault) faults.push(fault);
  return faults.length > 0 ? faults : { name: name as string, status: status as SymptomStatus };
}

function readMention(
  value: unknown,
  prefix: string,
  { turns }: DialogueTypes['input'],
): SymptomMention | readonly Fault[] {
  if (!isObject(value))
    return [
      badType(
        prefix,
        { en: 'an object {"turn", "start", "end"}', zh: '对象 {"turn", "start", "end"}' },
        value,
      ),
    ];
  const { turn, start, end, name, status } = value;
  const faults: Fault[] = [];
  if (typeof turn !== 'number')
    faults.push(
      badType(`${prefix}.turn`, { en: 'the 0-based index of a turn', zh: '轮次序号（从 0 起）' }, turn),
    );
  else if (turns[turn] === undefined) {
    const message = {
      en: `"${prefix}.turn" is ${turn}, but the dialogue has turns 0 to ${turns.length - 1}`,
      zh: `“${prefix}.turn”为 ${turn}，而对话的轮次为 0 至 ${turns.length - 1}`,
    };
    faults.push({ code: 'turn-outside-dialogue', field: `${prefix}.turn`, message });
  } else faults.push(...spanFaults(start, end, turns[turn].text, prefix));
  if (name !== undefined && typeof name !== 'string') faults.push(badType(`${prefix}.name`, STRING, name));
  const fault = status === undefined ? undefined : labelFault(status, `${prefix}.status`, STATUS_SET);
  if (fault) faults.push(fault);
  if (faults.length > 0) return faults;
  return {
    turn: turn as number,
    start: start as number,
    end: end as number,
    ...(name === undefined ? {} : { name: name as string }),
    ...(status === undefined ? {} : { status: status as SymptomStatus }),
  };
}

/** Reads `{"symptoms": [{"name", "status"}], "entities": [{"turn", "start", "end"}]}`; `entities` is optional. */
export function parseSymptoms(line: Line, input: DialogueTypes['input']): Answer | readonly Fault[] {
  const symptoms = readList(line, 'symptoms', readSymptom);
  const entities =
    line.entities === undefined
      ? undefined
      : readList(line, 'entities', (value, prefix) => readMention(value, prefix, input));
  const faults = [
    ...('faults' in symptoms ? symptoms.faults : []),
    ...(entities && 'faults' in entities ? entities.faults : []),
  ];
  if (faults.length > 0 || 'faults' in symptoms || (entities && 'faults' in entities)) return faults;
  return entities === undefined ? { symptoms } : { symptoms, entities };
}

/** Finds names of symptoms that are no standard names, as far as `golds` has them, and not words of the dialogue either. */
export function namesFromNowhere(golds: Iterable<DialogueTypes['gold']>): MadeUpFinder<DialogueTypes> {
  const known = new Set<string>();
  for (const { symptoms } of golds) for (const { name } of symptoms) known.add(name);
  return {
    find({ symptoms }, { turns }) {
      const others = symptoms.filter(({ name }) => !known.has(name));
      if (others.length === 0) return [];
      const { occurrences } = createQuoteFinder(turns.map(({ text }) => text).join('\n'));
      return others
        .filter(({ name }) => occurrences(name).length === 0)
        .map(({ name, status }) => ({ quote: name, label: status }));
    },
  };
}

/** A name that no symptom has. */
const NOTHING = '\u0000';

/** As many symptoms and mentions as gold has, at least one of each, all wrong. */
export function missingSymptoms({ gold }: ExampleOf<DialogueTypes>): Answer {
  const statuses: readonly { readonly status: SymptomStatus }[] =
    gold.symptoms.length > 0 ? gold.symptoms : [{ status: STATUSES[0] }];
  return {
    symptoms: statuses.map(({ status }, i) => ({ name: `${NOTHING}${i}`, status })),
    entities: Array.from({ length: Math.max(gold.entities.length, 1) }, () => ({
      turn: 0,
      start: 0,
      end: 0,
    })),
  };
}
