import type { Question } from '../../datasets/dataset.ts';
import { counted } from '../../ground/counted.ts';
import {
  type Finding,
  labelFinding,
  missed,
  pointsBefore,
  refused,
  type SubmissionShape,
  textOf,
} from './shape.ts';

/** A mention, which may contain anything but a tab, two offsets and a type. */
const MENTION = /([^\t]*)\t(\d+)\t(\d+)\t([^\t;]*);/uy;

/** The number of a text, which its name ends in. */
const numberOf = ({ id }: Question): string => /(\d+)$/.exec(id)?.[1] ?? id;

/**
 * CCKS 2018: a line for each text, its number, a comma, and `mention<TAB>start<TAB>end<TAB>type;` for every entity, where `end` is
 * one past the last character.
 */
export const mentionLines: SubmissionShape = {
  ending: '.txt',
  form: { kind: 'columns', separator: ',', keyOf: numberOf },
  answer({ question, prediction }) {
    const text = textOf(question) ?? '';
    const found = prediction && 'entities' in prediction ? (prediction.entities ?? []) : [];
    return found
      .flatMap((entity) => {
        if (!('type' in entity)) return [];
        const { start, end, type } = entity;
        // one line per text: line breaks cannot be part of a mention
        const mention = text.slice(start, end).replaceAll(/[\t\r\n]/g, ' ');
        return `${mention}\t${pointsBefore(text, start)}\t${pointsBefore(text, end)}\t${type};`;
      })
      .join('');
  },
  findings(value, question, task) {
    const line = String(value);
    const text = textOf(question);
    const characters = text === undefined ? undefined : Array.from(text);
    const seen = new Set<string>();
    const findings: Finding[] = [];
    let at = 0;
    for (let number = 0; at < line.length; number++) {
      MENTION.lastIndex = at;
      const [whole, mention, start, end, type] = MENTION.exec(line) ?? [];
      const field = `entities[${number}]`;
      if (whole === undefined) return [...findings, refused('wrong-form', field, FORM)];
      at += whole.length;
      findings.push(...labelFinding(type, `${field}.type`, task));
      if (seen.has(whole)) findings.push(missed('duplicate-entity', field, TWICE));
      seen.add(whole);
      if (characters)
        findings.push(...placeFindings(mention, [Number(start), Number(end)], field, characters));
    }
    return findings;
  },
};

const FORM = {
  en: 'Expected a mention, two offsets and a type, separated by tabs, and a semicolon',
  zh: '应为以制表符分隔的 提及、起点、终点、类型，并以分号结尾',
};
const TWICE = { en: 'The entity is given twice', zh: '实体重复' };

function placeFindings(
  mention: string,
  [start, end]: readonly [number, number],
  field: string,
  characters: readonly string[],
): Finding[] {
  if (start >= end || end > characters.length) {
    const message = {
      en: `${start}–${end} is not a span of the text, which has ${counted(characters.length, 'character')}`,
      zh: `${start}–${end} 不是文本（共 ${characters.length} 字）中的有效位置`,
    };
    return [missed('span-outside-text', field, message)];
  }
  const found = characters
    .slice(start, end)
    .join('')
    .replaceAll(/[\t\r\n]/g, ' ');
  if (mention === found) return [];
  const message = {
    en: `"${mention}" at ${start}–${end}: the text has "${found}"`,
    zh: `${start}–${end} 处写为“${mention}”，原文为“${found}”`,
  };
  return [missed('mention-differs', field, message)];
}
