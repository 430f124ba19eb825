import type { Text } from '../../ground/language.ts';
import type { Entity } from '../../tasks/families/ner/types.ts';
import { pointsOfUnits } from '../formats/code-points.ts';
import type { ExportGold, ExportRecord } from './export-format.ts';

/** Every reason for which a format cannot hold a record. */
export const OBSTACLES = {
  'blank-text': { en: 'a text is blank', zh: '文本为空白' },
  'label-space': { en: 'a label begins or ends with white space', zh: '标签首尾含空白' },
  'label-blank': { en: 'a label contains white space', zh: '标签含空白' },
  'label-separator': { en: 'a label contains #, |, ; or ；', zh: '标签含 #、|、; 或 ；' },
  'inside-character': { en: 'an entity begins or ends inside a character', zh: '实体边界位于字符内部' },
  discontinuous: { en: 'an entity has several parts', zh: '实体不连续' },
  overlapping: { en: 'entities are nested or overlap', zh: '实体嵌套或重叠' },
  'line-break': { en: 'a text has several lines', zh: '文本含换行' },
  'crlf-break': { en: 'a text has Windows line ends (CRLF)', zh: '文本含 CRLF 换行' },
  'byte-order-mark': { en: 'a text begins with U+FEFF', zh: '文本以 U+FEFF 开头' },
  'lone-surrogate': { en: 'a text has half a character (a lone surrogate)', zh: '文本含孤立的代理项' },
  'relation-end-untyped': { en: 'a subject or object has no type', zh: '主体或客体没有类型' },
  unanswered: { en: 'the model gave no valid answer', zh: '模型没有有效的回答' },
  'relation-end-not-in-text': { en: 'a subject or object is not in the text', zh: '主体或客体不在文本中' },
} as const satisfies Readonly<Record<string, Text>>;

export type Obstacle = keyof typeof OBSTACLES;

/** A reason, or none. */
export type Check = (record: ExportRecord) => Obstacle | undefined;

/** All annotations: gold, and predictions next to it. */
const marksOf = ({ gold, predicted }: ExportRecord): readonly ExportGold[] =>
  [gold, predicted].filter((one) => one !== undefined);

const spansOf = (record: ExportRecord): readonly Entity[] => marksOf(record).flatMap(({ spans }) => spans);

const namesOf = (record: ExportRecord): readonly string[] =>
  marksOf(record).flatMap(({ labels, spans, relations }) => [
    ...labels,
    ...spans.map(({ type }) => type),
    ...relations.map(({ type }) => type),
  ]);

/** The first reason that any of several checks gives. */
export const firstOf =
  (...checks: readonly Check[]): Check =>
  (record) => {
    for (const check of checks) {
      const found = check(record);
      if (found) return found;
    }
    return undefined;
  };

/** What no importable format can represent. */
export const unreadable: Check = (record) => {
  if (record.texts.some((text) => text.trim() === '')) return 'blank-text';
  return namesOf(record).some((name) => name.trim() !== name || name === '') ? 'label-space' : undefined;
};

export const blankInLabel: Check = (record) =>
  namesOf(record).some((name) => /\s/u.test(name)) ? 'label-blank' : undefined;

export const separatorInLabel: Check = (record) =>
  namesOf(record).some((name) => /[#|;；]/u.test(name)) ? 'label-separator' : undefined;

export const halfCharacter: Check = (record) => {
  const toPoints = pointsOfUnits(record.texts[0]);
  const ends = spansOf(record).flatMap(({ start, end, fragments }) => fragments?.flat() ?? [start, end]);
  return ends.some((unit) => toPoints(unit) === undefined) ? 'inside-character' : undefined;
};

export const severalParts: Check = (record) =>
  spansOf(record).some(({ fragments }) => fragments !== undefined) ? 'discontinuous' : undefined;

export const overlap: Check = ({ gold }) => {
  const spans = [...(gold?.spans ?? [])].sort((a, b) => a.start - b.start || a.end - b.end);
  return spans.some(({ start }, i) => i > 0 && start < spans[i - 1].end) ? 'overlapping' : undefined;
};

export const lineBreak: Check = ({ texts }) =>
  texts.some((text) => /[\n\r]/.test(text)) ? 'line-break' : undefined;

export const windowsBreak: Check = ({ texts }) =>
  texts.some((text) => text.includes('\r\n')) ? 'crlf-break' : undefined;

/** What UTF-8 cannot represent. */
export const loneSurrogate: Check = ({ texts }) =>
  texts.some((text) => !text.isWellFormed()) ? 'lone-surrogate' : undefined;

/** What a plain text file cannot represent. */
export const plainText: Check = (record) =>
  record.texts.some((text) => text.startsWith('\ufeff')) ? 'byte-order-mark' : loneSurrogate(record);
