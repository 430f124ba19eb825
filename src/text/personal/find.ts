import { isIdentityNumber } from './identity-number.ts';
import type { PersonalKind, PersonalSpan } from './kinds.ts';
import { INTRODUCED_NAME, isName, LABELLED_NAME, TITLED_NAME } from './names.ts';

/** A pattern whose group `value` (or else the whole match) is of a kind where `holds` agrees. */
interface Rule {
  readonly kind: PersonalKind;
  readonly pattern: RegExp;
  readonly holds?: (value: string) => boolean;
}

const NUMBER_LABELS =
  '住院号|病历号|病案号|门诊号|就诊号|就诊卡号|诊疗卡号|登记号|病人号|患者编号|病人ID|患者ID|检查号|影像号|医保卡号|社保卡号|健康卡号';
const DATE = '\\d{4}[年./-]\\d{1,2}(?:[月./-](?:\\d{1,2}日?)?)?|\\d{8}';
const PLACE_LABELS =
  '家庭住址|现住址|住址|家庭地址|联系地址|通讯地址|地址|户籍地?|户口所在地|居住地|现居住?于?|家住|住在';
const HAN = '\\p{Script=Han}';
const HOUSE = '(?:号院|号楼|号|栋|幢|座|单元|室|弄|组|楼|层)';

/** In the order in which they win where they overlap. */
const RULES: readonly Rule[] = [
  {
    kind: 'identity-number',
    pattern: /(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])|(?<![0-9A-Za-z])\d{15}(?![0-9A-Za-z])/gu,
    holds: isIdentityNumber,
  },
  { kind: 'email', pattern: /[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}/gu },
  {
    kind: 'record-number',
    pattern: new RegExp(
      `(?:${NUMBER_LABELS})(?:码)?[ ]?(?:[:：为是]|)[ ]?(?<value>[A-Za-z]{0,4}-?\\d[\\dA-Za-z-]{2,19})`,
      'gu',
    ),
  },
  {
    kind: 'mobile',
    pattern: /(?<![\dA-Za-z.])(?:\+?86[- ]?)?1[3-9]\d(?:([- ]?)\d{4}\1\d{4})(?![\dA-Za-z])/gu,
  },
  {
    kind: 'landline',
    pattern:
      /(?<![\dA-Za-z.-])(?:[(（]0\d{2,3}[)）]|0(?:10|2\d|[3-9]\d{2})[- —]|400-?\d-?)\d{3,4}[- ]?\d{3,4}(?:[-转]\d{1,4})?(?![\dA-Za-z])/gu,
  },
  {
    kind: 'landline',
    pattern:
      /(?:电话|座机|传真|联系方式|Tel|TEL)(?:号码)?[ ]?[:：]?[ ]?(?<value>(?:0\d{2,3})?[2-9]\d{6,7})(?!\d)/gu,
  },
  {
    kind: 'passport',
    pattern:
      /护照(?:号码?)?[ ]?[:：为]?[ ]?(?<value>[A-Za-z]{1,2}\d{7,8})(?!\d)|(?<![0-9A-Za-z])(?:[EG]\d{8}|E[A-HJ-NP-Z]\d{7})(?![0-9A-Za-z])/gu,
  },
  {
    kind: 'birth-date',
    pattern: new RegExp(
      `(?:出生(?:日期|年月日?|时间)?|生日|生于|DOB)[ ]?[:：为于]?[ ]?(?<value>${DATE})|(?<!\\d)(?<born>\\d{4}年\\d{1,2}月\\d{1,2}日)(?:出生|生)`,
      'gu',
    ),
  },
  {
    kind: 'address',
    pattern: new RegExp(
      `(?:${PLACE_LABELS})[ ]?[:：]?[ ]?(?<value>(?:${HAN}|\\d|[A-Za-z-])*?(?:省|市|区|县|镇|乡|村|路|街|巷|弄|小区|街道)(?:${HAN}|\\d|[A-Za-z-]){0,30}?)(?=[，,。;；、\\s）)]|电话|联系|邮编|$)`,
      'gu',
    ),
    holds: (value) => /\d|(?:省|市).*(?:区|县|镇|乡|村|路|街)/u.test(value),
  },
  {
    kind: 'address',
    pattern: new RegExp(
      `(?:${HAN}{2,7}(?:省|自治区))?${HAN}{2,7}?(?:市|州|县|区)${HAN}{0,12}?(?:区|县|镇|乡|街道|路|街|大道|巷|村|小区)(?:${HAN}{0,10}?\\d+${HOUSE})+`,
      'gu',
    ),
  },
  { kind: 'name', pattern: LABELLED_NAME, holds: isName },
  { kind: 'name', pattern: INTRODUCED_NAME, holds: isName },
  { kind: 'name', pattern: TITLED_NAME, holds: isName },
];

/** Full-width digits, letters and signs as half-width ones; offsets do not change. */
const narrowed = (text: string): string =>
  text.replace(/[\uff01-\uff5e]/gu, (sign) => {
    const narrow = String.fromCharCode(sign.charCodeAt(0) - 0xfee0);
    return /[0-9A-Za-z@.+-]/.test(narrow) ? narrow : sign;
  });

/**
 * Finds personal data, which must not leave a hospital, by patterns: identity numbers by their check digit, the rest by their
 * form or by the words before them. In order, without overlaps. A name in the middle of a sentence, without such a clue, is not
 * found.
 */
export function findPersonal(text: string): PersonalSpan[] {
  const narrow = narrowed(text);
  const taken: PersonalSpan[] = [];
  for (const { kind, pattern, holds } of RULES) {
    for (const match of narrow.matchAll(pattern)) {
      const value = match.groups?.value ?? match.groups?.born ?? match[0];
      const start = match.index + match[0].lastIndexOf(value);
      const end = start + value.length;
      if (value === '' || (holds && !holds(value))) continue;
      if (taken.every((other) => other.end <= start || end <= other.start)) taken.push({ kind, start, end });
    }
  }
  return taken.sort((a, b) => a.start - b.start);
}

/** Replacements of names and addresses, and of numbers. */
const WORD = '某';
const SIGN = '*';

/** A text with its personal data replaced by as many UTF-16 code units of 某 (names, addresses) or `*`: offsets do not change. */
export function maskPersonal(text: string, spans: readonly PersonalSpan[]): string {
  let masked = '';
  let from = 0;
  for (const { kind, start, end } of spans) {
    const sign = kind === 'name' || kind === 'address' ? WORD : SIGN;
    masked += text.slice(from, start) + sign.repeat(end - start);
    from = end;
  }
  return masked + text.slice(from);
}
