import type { Task } from '../../task.ts';
import type { ExampleOf, Fault, ReferenceAnswer } from '../family.ts';
import {
  asLabel,
  badType,
  isObject,
  knownLabels,
  type Line,
  labelFault,
  readList,
  spanFaults,
} from '../shared/faults.ts';
import { listed } from '../shared/listed.ts';
import type { Text1 } from '../shared/types.ts';
import { FRAGMENTS, readFragments } from './fragments.ts';
import type { Entity, NerTypes, UnalignedQuote } from './types.ts';

type Answer = NerTypes['prediction'];

function readUnaligned(value: unknown, prefix: string, known: ReadonlySet<string>): UnalignedQuote | Fault[] {
  if (!isObject(value))
    return [badType(prefix, { en: 'an object {"quote", "type"}', zh: '对象 {"quote", "type"}' }, value)];
  const { quote } = value;
  const type = asLabel(value.type);
  const fault = labelFault(type, `${prefix}.type`, known);
  if (typeof quote === 'string' && typeof type === 'string' && !fault) return { quote, type };
  const wrong = badType(`${prefix}.quote`, { en: 'a string', zh: '字符串' }, quote);
  return [...(typeof quote === 'string' ? [] : [wrong]), ...(fault ? [fault] : [])];
}

/** Reads `{"entities": [{"start", "end", "type", "fragments"?}]}`, and `unaligned`, `[{"quote", "type"}]`, where it is given. */
export function parseEntities(line: Line, { text }: Text1, task: Task): Answer | readonly Fault[] {
  const known = knownLabels(task);
  const entities = readList<Entity>(line, 'entities', (value, prefix) => {
    if (!isObject(value)) {
      return [
        badType(
          prefix,
          { en: 'an object {"start", "end", "type"}', zh: '对象 {"start", "end", "type"}' },
          value,
        ),
      ];
    }
    const { start, end } = value;
    const type = asLabel(value.type);
    const faults = spanFaults(start, end, text, prefix);
    const fault = labelFault(type, `${prefix}.type`, known);
    if (fault) faults.push(fault);
    if (faults.length > 0) return faults;
    const entity = { start: start as number, end: end as number, type: type as string };
    if (value.fragments === undefined) return entity;
    const fragments = readFragments(value.fragments, entity);
    return fragments
      ? { ...entity, fragments }
      : [badType(`${prefix}.fragments`, FRAGMENTS, value.fragments)];
  });
  if (line.unaligned === undefined) return 'faults' in entities ? entities.faults : { entities };
  const unaligned = readList<UnalignedQuote>(line, 'unaligned', (value, at) =>
    readUnaligned(value, at, known),
  );
  if ('faults' in entities) return [...entities.faults, ...('faults' in unaligned ? unaligned.faults : [])];
  return 'faults' in unaligned ? unaligned.faults : { entities, unaligned };
}

/** As many entities as gold has, at least one, all of them spurious. */
export function missingEntities({ gold }: ExampleOf<NerTypes>, task: Task): Answer {
  const types = gold.entities.length > 0 ? gold.entities : [{ type: task.labels[0]?.id ?? '' }];
  return { entities: types.map(({ type }) => ({ start: 0, end: 0, type })) };
}

/** `头痛/disease、三天/time`. */
export const briefEntities = ({ entities, unaligned = [] }: Answer, { text }: Text1): string =>
  listed([
    ...entities.map(({ start, end, type }) => `${text.slice(start, end)}/${type}`),
    ...unaligned.map(({ quote, type }) => `“${quote}”/${type}`),
  ]);

export const entityReferences = (
  examples: readonly ExampleOf<NerTypes>[],
  visible: readonly number[],
): ReferenceAnswer<Answer>[] => [
  {
    answer: { en: 'an oracle: all gold entities', zh: '理想模型：全部金标实体' },
    predictions: examples.map(({ gold }) => gold),
  },
  {
    answer: {
      en: 'an oracle that sees what the published script sees',
      zh: '只看得到论文代码所见部分的理想模型',
    },
    predictions: examples.map(({ gold }, i) => ({
      entities: gold.entities.filter(({ end }) => end <= visible[i]),
    })),
    // Tags before the cut count even where their entity continues after it.
    asPublished: examples.map(({ gold }, i) => ({
      entities: gold.entities
        .filter(({ start }) => start < visible[i])
        .map((entity) => ({ ...entity, end: Math.min(entity.end, visible[i]) })),
    })),
  },
  {
    answer: { en: 'a constant: no entity anywhere', zh: '常数：没有任何实体' },
    predictions: examples.map(() => ({ entities: [] })),
  },
];
