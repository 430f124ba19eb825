import type { ItemRef } from '../datasets/item-ref.ts';
import type { Split } from '../datasets/split.ts';
import type { Text } from '../ground/language.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { Task } from '../tasks/task.ts';
import type { Finding, FindingKind } from './finding.ts';

type NamedSplit = Pick<Split, 'name' | 'examples'>;

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
      en: 'a character of the private use area, which has no meaning of its own',
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

/** Items whose text holds something odd, one finding an oddity. */
export function findTextOddities(task: Task, splits: readonly NamedSplit[]): Finding[] {
  const { texts } = familyOf(task);
  return ODDITIES.flatMap(({ code, kind, message, pattern }) => {
    const items: ItemRef[] = splits.flatMap(({ name, examples }) =>
      examples
        .filter(({ input }) => texts(input).some((text) => pattern.test(text)))
        .map(({ id }) => ({ split: name, id })),
    );
    return items.length > 0 ? [{ code, kind, message, items }] : [];
  });
}

/** Labels of the gold that some splits with gold have and others have not: they cannot be learnt, or not be judged. */
export function findLonelyLabels(task: Task, splits: readonly NamedSplit[]): Finding[] {
  if (splits.length < 2) return [];
  const { labels } = familyOf(task);
  const holders = new Map<string, ItemRef[]>();
  for (const { name, examples } of splits) {
    for (const example of examples) {
      for (const label of new Set(labels(example))) {
        const items = holders.get(label) ?? [];
        items.push({ split: name, id: example.id });
        holders.set(label, items);
      }
    }
  }
  return [...holders]
    .filter(([, items]) => new Set(items.map(({ split }) => split)).size === 1)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, items]) => ({
      code: 'label-in-one-split',
      kind: 'oddity',
      message: {
        en: `the label "${label}" occurs in ${items[0].split} only`,
        zh: `标签“${label}”只在 ${items[0].split} 中出现`,
      },
      items,
    }));
}
