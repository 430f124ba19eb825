import type { ItemRef } from '../datasets/item-ref.ts';
import type { Text } from '../ground/language.ts';
import type { Example } from '../tasks/examples.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { SplitName, Task } from '../tasks/task.ts';
import type { Finding, FindingKind } from './finding.ts';

/** Something in a text that a tokenizer or a reader may stumble over. */
interface Oddity {
  readonly code: string;
  readonly kind: FindingKind;
  readonly message: Text;
  readonly pattern: RegExp;
}

/**
 * Mojibake patterns: UTF-8 read as Latin-1 (`Ã`, `Â`, `â€` before another such letter), UTF-8 read as GBK
 * (锟斤拷, 烫烫烫), and the replacement character.
 */
const ODDITIES: readonly Oddity[] = [
  {
    code: 'control-character',
    kind: 'oddity',
    message: { en: 'a control or invisible format character', zh: '含控制字符或不可见格式字符' },
    // A line break is part of records of several lines.
    pattern: /(?!\r?\n)[\p{Cc}\p{Cf}]/u,
  },
  {
    code: 'special-token',
    kind: 'oddity',
    message: {
      en: 'a literal special token of BERT, such as [UNK]',
      zh: '含 BERT 特殊词元的字面文本，如 [UNK]',
    },
    pattern: /\[(?:UNK|CLS|SEP|PAD|MASK)\]/,
  },
  {
    code: 'html-entity',
    kind: 'oddity',
    message: { en: 'an HTML entity, such as &gt;', zh: '含 HTML 实体，如 &gt;' },
    pattern: /&(?:[a-z]{2,8}|#\d{1,6}|#x[0-9a-f]{1,5});/i,
  },
  {
    code: 'markup',
    kind: 'oddity',
    message: { en: 'an HTML tag', zh: '含 HTML 标签' },
    pattern: /<\/?(?:p|br|div|span|a|b|i|img|td|tr|table|font|strong)\b[^>]*>/i,
  },
  {
    code: 'mojibake',
    kind: 'defect',
    message: { en: 'text in a wrong encoding', zh: '疑似乱码' },
    pattern: /[ÃÂ][\u0080-\u00bf]|â€|锟斤拷|烫烫烫|\ufffd/,
  },
  {
    code: 'private-use-character',
    kind: 'oddity',
    message: {
      en: 'a private-use character, which has no standard meaning',
      zh: '含私用区字符，无通用含义',
    },
    pattern: /\p{Co}/u,
  },
  {
    code: 'edge-space',
    kind: 'oddity',
    message: { en: 'white space at the beginning or end', zh: '首尾有空白' },
    pattern: /^\s|\s$/,
  },
];

/** Collects findings in examples that arrive one by one, split by split. */
export interface Finder {
  /** `number` as in `refOf`. */
  take(example: Example, split: SplitName, number: number): void;
  findings(refOf: (number: number) => ItemRef): Finding[];
}

interface Found extends Oddity {
  readonly numbers: number[];
}

/** Finds items whose text contains irregularities, one finding per irregularity. */
export function createOddities(task: Task): Finder {
  const { texts } = familyOf(task);
  const found = ODDITIES.map((oddity): Found => ({ ...oddity, numbers: [] }));
  return {
    take({ input }, _split, number) {
      const own = texts(input);
      for (const { pattern, numbers } of found)
        if (own.some((text) => pattern.test(text))) numbers.push(number);
    },
    findings: (refOf) =>
      found.flatMap(({ code, kind, message, numbers }) =>
        numbers.length > 0 ? [{ code, kind, message, items: numbers.map(refOf) }] : [],
      ),
  };
}

/** Items with a label that so far occurs in only one split. */
interface Holders {
  readonly split: SplitName;
  /** Undefined once another split has it too. */
  numbers: number[] | undefined;
}

/** Finds gold labels that some splits with gold have and others do not: they cannot be trained, or not be evaluated. */
export function createLonelyLabels(task: Task): Finder {
  const { labels } = familyOf(task);
  const holders = new Map<string, Holders>();
  const splits = new Set<SplitName>();
  return {
    take(example, split, number) {
      splits.add(split);
      for (const label of new Set(labels(example))) {
        const known = holders.get(label);
        if (!known) holders.set(label, { split, numbers: [number] });
        else if (known.split === split) known.numbers?.push(number);
        else known.numbers = undefined;
      }
    },
    findings(refOf) {
      if (splits.size < 2) return [];
      return [...holders]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([label, { split, numbers }]): Finding[] => {
          if (!numbers) return [];
          const message = {
            en: `the label "${label}" occurs in ${split} only`,
            zh: `标签“${label}”只在 ${split} 中出现`,
          };
          return [{ code: 'label-in-one-split', kind: 'oddity', message, items: numbers.map(refOf) }];
        });
    },
  };
}
