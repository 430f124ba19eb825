import { describe, expect, it } from 'vitest';
import { createRandom } from '../../ground/random.ts';
import { findPersonal, maskPersonal } from './find.ts';
import { checkDigitOf, isIdentityNumber } from './identity-number.ts';
import type { PersonalKind } from './kinds.ts';

const random = createRandom(18, 'personal');
const pick = <T>(list: readonly T[]): T => list[random.below(list.length)];
const digits = (count: number): string => Array.from({ length: count }, () => random.below(10)).join('');
const two = (value: number): string => String(value).padStart(2, '0');

const name = (): string =>
  pick(['王', '李', '张', '欧阳', '陈', '高', '黄', '白']) +
  pick(['伟', '秀英', '敏', '建国', '静', '桂兰', '晓东', '雪']);

/** Invented values of each kind, each in the words of a note. */
const MADE: Readonly<Record<PersonalKind, () => readonly [before: string, value: string, after: string]>> = {
  'identity-number': () => {
    const body = `${pick(['110101', '330106', '510104'])}${1930 + random.below(80)}${two(1 + random.below(12))}${two(1 + random.below(28))}${digits(3)}`;
    return [
      pick(['身份证号：', '证件号', '身份证号码为']),
      body + checkDigitOf(body),
      pick(['，', '。', ' ']),
    ];
  },
  mobile: () => [
    pick(['联系电话：', '手机', '']),
    `1${pick(['38', '59', '77', '91'])}${digits(8)}`,
    pick(['。', '（本人）']),
  ],
  landline: () =>
    pick([
      () => ['电话：', `0571-8${digits(7)}`, '，'],
      () => ['电话', `8${digits(7)}`, '。'],
    ] as const)() as [string, string, string],
  email: () => ['邮箱', `a${digits(4)}@example.org`, '，'],
  passport: () => ['护照号：', `E${digits(8)}`, '。'],
  'record-number': () => [
    pick(['住院号：', '病历号', '门诊号: ', '登记号为']),
    pick([digits(8), `Z${digits(7)}`]),
    '，',
  ],
  'birth-date': () => [
    pick(['出生日期：', '出生于', '生于']),
    `${1940 + random.below(60)}年${1 + random.below(12)}月${1 + random.below(28)}日`,
    '，',
  ],
  address: () => [
    '住址：',
    `浙江省杭州市西湖区${pick(['文三路', '天目山路'])}${1 + random.below(300)}号${1 + random.below(20)}幢${digits(3)}室`,
    '，',
  ],
  name: () =>
    pick([
      () => ['姓名：', name(), '，'],
      () => ['患者', name(), '，男，45岁，'],
      () => ['患儿', name(), '，女，3岁，'],
      () => ['家属：', name(), '。'],
      () => ['主治医师：', name(), '。'],
      () => ['请', name(), '主任医师会诊。'],
      () => ['姓名 ', name(), ' 性别 女'],
    ] as const)() as [string, string, string],
};

const HARMLESS = [
  ...[
    '因反复咳嗽3天入院。',
    '体温36.5℃，血压130/80mmHg，',
    '白细胞12.5×10^9/L，',
    '患者高血压病史10年，',
    '患者：头痛怎么办？',
    '患者男，65岁，',
  ],
  ...[
    '2023年5月6日行CT检查，',
    '予阿莫西林0.5g口服每日3次，',
    '患者王某某，女，50岁，',
    '医生：您好，',
    '编号20230506001。',
    '孕38周，',
    '订单号123456789012345678，',
  ],
];

describe('personal data', () => {
  it('is found with its exact place in invented notes, with hardly any false positives', () => {
    const counts = { made: 0, found: 0, right: 0 };
    const missed: string[] = [];
    for (let note = 0; note < 1500; note++) {
      let text = '';
      const gold: string[] = [];
      for (let part = 0; part < 6; part++) {
        if (random.below(2)) {
          text += pick(HARMLESS);
          continue;
        }
        const kind = pick(Object.keys(MADE) as PersonalKind[]);
        const [before, value, after] = MADE[kind]();
        gold.push(`${kind} ${text.length + before.length} ${text.length + before.length + value.length}`);
        text += before + value + after;
      }
      const found = findPersonal(text).map(({ kind, start, end }) => `${kind} ${start} ${end}`);
      counts.made += gold.length;
      counts.found += found.length;
      counts.right += found.filter((one) => gold.includes(one)).length;
      missed.push(...gold.filter((one) => !found.includes(one)).map((one) => `${one}: ${text}`));
    }
    expect(missed.slice(0, 3)).toEqual([]);
    expect(counts.right / counts.made).toBeGreaterThan(0.99);
    expect(counts.right / counts.found).toBeGreaterThan(0.99);
  });

  it('recognises identity numbers by province, date and check digit', () => {
    expect(isIdentityNumber('11010519491231002X')).toBe(true);
    expect(isIdentityNumber('110105194912310021')).toBe(false);
    expect(isIdentityNumber('11010519491331002X')).toBe(false);
    expect(isIdentityNumber('110105491231002')).toBe(true);
    expect(isIdentityNumber('990105491231002')).toBe(false);
  });

  it('recognises full-width digits, and counts UTF-16 code units', () => {
    expect(findPersonal('😀手机１３８１２３４５６７８。')).toEqual([{ kind: 'mobile', start: 4, end: 15 }]);
  });

  it('is masked at equal length', () => {
    const text = '😀姓名：王小明，电话13812345678，咳嗽';
    const masked = maskPersonal(text, findPersonal(text));
    expect(masked).toBe('😀姓名：某某某，电话***********，咳嗽');
    expect([masked.length, findPersonal(masked)]).toEqual([text.length, []]);
  });
});
