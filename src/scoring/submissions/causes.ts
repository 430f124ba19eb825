import { counted } from '../../ground/counted.ts';
import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import type { Task } from '../../tasks/task.ts';
import {
  type Finding,
  isRecord,
  listFindings,
  missed,
  pointsBefore,
  refused,
  type SubmissionShape,
  textOf,
} from './shape.ts';

/** CMedCausal: labels are numbers, and `end_idx` is one past the last character. */
export const causes: SubmissionShape = {
  ending: '.json',
  form: { kind: 'array', key: 'text' },
  answer({ question, prediction }) {
    const text = textOf(question) ?? '';
    const mention = ({ start, end }: { readonly start: number; readonly end: number }) => ({
      mention: text.slice(start, end),
      start_idx: pointsBefore(text, start),
      end_idx: pointsBefore(text, end),
    });
    const found = prediction && 'relations' in prediction ? prediction.relations : [];
    return {
      relation_of_mention: found.map(({ head, relation, tail }) => ({
        head: mention(head),
        relation: Number(relation),
        tail:
          'relation' in tail
            ? {
                type: 'relation',
                head: mention(tail.head),
                relation: Number(tail.relation),
                tail: { type: 'mention', ...mention(tail.tail) },
              }
            : { type: 'mention', ...mention(tail) },
      })),
    };
  },
  findings(value, question, task) {
    const text = textOf(question);
    const characters = text === undefined ? undefined : Array.from(text);
    const seen = new Set<string>();
    return listFindings(value, 'relation_of_mention', (relation, field) => {
      const findings = relationFindings(relation, field, task, characters);
      if (findings.length > 0) return findings;
      const key = keyOf(relation);
      if (seen.has(key))
        return [missed('duplicate-relation', field, { en: 'The relation is given twice', zh: '关系重复' })];
      seen.add(key);
      return [];
    });
  },
};

const CONDITION = 2;

const keyOf = ({ head, relation, tail }: PlainRecord): string => {
  const place = (value: unknown) => (isRecord(value) ? [value.start_idx, value.end_idx] : []);
  const right = isRecord(tail) ? tail : {};
  return JSON.stringify([
    place(head),
    relation,
    place(tail),
    right.relation,
    place(right.head),
    place(right.tail),
  ]);
};

function relationFindings(
  { head, relation, tail }: PlainRecord,
  field: string,
  task: Task,
  characters: readonly string[] | undefined,
): Finding[] {
  const label = numberFinding(
    relation,
    `${field}.relation`,
    task.labels.map(({ id }) => Number(id)),
  );
  if (label.length > 0) return label;
  const first = mentionFindings(head, `${field}.head`, characters);
  const type = relation === CONDITION ? 'relation' : 'mention';
  if (!isRecord(tail) || tail.type !== type) {
    const message = {
      en: `"${field}.tail.type" must be "${type}" for relation ${relation}`,
      zh: `关系 ${relation} 的“${field}.tail.type”应为 "${type}"`,
    };
    return [...first, refused('wrong-type', `${field}.tail.type`, message)];
  }
  if (relation !== CONDITION) return [...first, ...mentionFindings(tail, `${field}.tail`, characters)];
  return [
    ...first,
    ...numberFinding(tail.relation, `${field}.tail.relation`, [1, 3]),
    ...mentionFindings(tail.head, `${field}.tail.head`, characters),
    ...mentionFindings(tail.tail, `${field}.tail.tail`, characters),
  ];
}

function numberFinding(value: unknown, field: string, known: readonly number[]): Finding[] {
  if (known.some((one) => one === value)) return [];
  const message = {
    en: `"${field}" must be one of the numbers ${known.join(', ')}`,
    zh: `“${field}”应为数字 ${known.join('、')} 之一`,
  };
  return [refused('unknown-label', field, message)];
}

function mentionFindings(
  value: unknown,
  field: string,
  characters: readonly string[] | undefined,
): Finding[] {
  const { mention, start_idx: start, end_idx: end } = isRecord(value) ? value : {};
  if (mention === undefined || !isWhole(start) || !isWhole(end)) {
    const message = {
      en: `"${field}" needs a mention, and whole numbers as start_idx and end_idx`,
      zh: `“${field}”应有 mention，且 start_idx 与 end_idx 为整数`,
    };
    return [refused('wrong-type', field, message)];
  }
  if (start >= end) {
    const message = {
      en: `start_idx ${start} is not before end_idx ${end}, which is one past the last character`,
      zh: `start_idx ${start} 不小于 end_idx ${end}（end_idx 为末字之后的位置）`,
    };
    return [missed('empty-span', field, message)];
  }
  if (!characters) return [];
  if (start < 0 || end > characters.length) {
    const message = {
      en: `${start}–${end} extends beyond the text, which has ${counted(characters.length, 'character')}`,
      zh: `${start}–${end} 越出文本（共 ${characters.length} 字）`,
    };
    return [missed('span-outside-text', field, message)];
  }
  const found = characters.slice(start, end).join('');
  if (mention === found) return [];
  const message = {
    en: `"${mention}" at ${start}–${end}: the text has "${found}"`,
    zh: `${start}–${end} 处写为“${mention}”，原文为“${found}”`,
  };
  return [missed('mention-differs', field, message)];
}

const isWhole = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value);
