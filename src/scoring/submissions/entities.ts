import { counted } from '../../ground/counted.ts';
import {
  type Finding,
  labelFinding,
  listFindings,
  missed,
  pointsBefore,
  refused,
  type SubmissionShape,
  textOf,
} from './shape.ts';

/** CMeEE: `end_idx` is the last character. */
export const entities: SubmissionShape = {
  ending: '.json',
  form: { kind: 'array', key: 'text' },
  answer({ question, prediction }) {
    const text = textOf(question) ?? '';
    const found = prediction && 'entities' in prediction ? (prediction.entities ?? []) : [];
    return {
      entities: found.flatMap((entity) =>
        'type' in entity
          ? {
              start_idx: pointsBefore(text, entity.start),
              end_idx: pointsBefore(text, entity.end) - 1,
              type: entity.type,
              entity: text.slice(entity.start, entity.end),
            }
          : [],
      ),
    };
  },
  findings(value, question, task) {
    const text = textOf(question);
    const characters = text === undefined ? undefined : Array.from(text);
    const seen = new Set<string>();
    return listFindings(value, 'entities', (entity, field) => {
      const findings = [
        ...offsetFindings(entity, field),
        ...labelFinding(entity.type, `${field}.type`, task),
      ];
      if (findings.length > 0) return findings;
      const key = JSON.stringify([entity.start_idx, entity.end_idx, entity.type]);
      if (seen.has(key)) {
        const message = { en: 'The entity is given twice', zh: '实体重复' };
        return [missed('duplicate-entity', field, message)];
      }
      seen.add(key);
      return characters ? placeFindings(entity, field, characters) : [];
    });
  },
};

function offsetFindings(entity: Readonly<Record<string, unknown>>, field: string): Finding[] {
  return ['start_idx', 'end_idx'].flatMap((name) => {
    if (Number.isInteger(entity[name])) return [];
    const message = { en: `"${field}.${name}" must be a whole number`, zh: `“${field}.${name}”应为整数` };
    return [refused('wrong-type', `${field}.${name}`, message)];
  });
}

function placeFindings(
  entity: Readonly<Record<string, unknown>>,
  field: string,
  characters: readonly string[],
): Finding[] {
  const [start, end] = [Number(entity.start_idx), Number(entity.end_idx)];
  if (start > end) {
    const message = {
      en: `start_idx ${start} is after end_idx ${end}, which is the last character`,
      zh: `start_idx ${start} 大于 end_idx ${end}（end_idx 为末字位置）`,
    };
    return [missed('empty-span', field, message)];
  }
  if (start < 0 || end >= characters.length) {
    const message = {
      en: `${start}–${end} extends beyond the text, which has ${counted(characters.length, 'character')}`,
      zh: `${start}–${end} 越出文本（共 ${characters.length} 字）`,
    };
    return [missed('span-outside-text', field, message)];
  }
  const found = characters.slice(start, end + 1).join('');
  if (typeof entity.entity !== 'string' || entity.entity === found) return [];
  const message = {
    en: `"${entity.entity}" at ${start}–${end}: the text has "${found}"`,
    zh: `${start}–${end} 处写为“${entity.entity}”，原文为“${found}”`,
  };
  return [missed('mention-differs', `${field}.entity`, message)];
}
