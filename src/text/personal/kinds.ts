import type { Text } from '../../ground/language.ts';

/** Kinds of personal data that texts are searched for. */
export const PERSONAL_KINDS = {
  'identity-number': { en: 'identity numbers', zh: '身份证号' },
  mobile: { en: 'mobile numbers', zh: '手机号' },
  landline: { en: 'landline numbers', zh: '固定电话' },
  email: { en: 'e-mail addresses', zh: '电子邮箱' },
  passport: { en: 'passport numbers', zh: '护照号' },
  'record-number': { en: 'medical record numbers', zh: '住院号、病历号等' },
  'birth-date': { en: 'dates of birth', zh: '出生日期' },
  address: { en: 'addresses', zh: '地址' },
  name: { en: 'names', zh: '姓名' },
} as const satisfies Readonly<Record<string, Text>>;

export type PersonalKind = keyof typeof PERSONAL_KINDS;

/** A place in a text: UTF-16 offsets, `end` exclusive. */
export interface PersonalSpan {
  readonly kind: PersonalKind;
  readonly start: number;
  readonly end: number;
}
