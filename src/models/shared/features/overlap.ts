import type { Text } from '../../../ground/language.ts';

/** Texts longer than this many code units are compared only by their beginnings where that takes quadratic time. */
const LONGEST_ALIGNED = 300;

/** How alike two texts are, each measure between 0 (nothing shared) and 1 (the same). */
export const OVERLAP_NAMES = [
  { en: 'shared characters / all', zh: '共有字占比' },
  { en: 'shared bigrams / all', zh: '共有二元组占比' },
  { en: 'shared trigrams / all', zh: '共有三元组占比' },
  { en: 'characters of A in B', zh: 'A 的字见于 B 的比例' },
  { en: 'characters of B in A', zh: 'B 的字见于 A 的比例' },
  { en: 'bigrams of A in B', zh: 'A 的二元组见于 B 的比例' },
  { en: 'bigrams of B in A', zh: 'B 的二元组见于 A 的比例' },
  { en: 'length ratio', zh: '长度比' },
  { en: 'common subsequence', zh: '最长公共子序列' },
  { en: 'edit similarity', zh: '编辑相似度' },
  { en: 'common beginning', zh: '公共前缀' },
  { en: 'common end', zh: '公共后缀' },
  { en: 'same digits', zh: '数字一致' },
  { en: 'same negation', zh: '否定词一致' },
] as const satisfies readonly Text[];

const NEGATION = /[不没无未非别]/gu;

/** The measures of `OVERLAP_NAMES`, in that order. Two empty texts are the same. */
export function overlap(a: string, b: string): number[] {
  const grams = [1, 2, 3].map((n) => compareGrams(a, b, n));
  const shorter = Math.min(a.length, b.length);
  const longer = Math.max(a.length, b.length);
  const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const { subsequence, distance, length } = align(a.slice(0, LONGEST_ALIGNED), b.slice(0, LONGEST_ALIGNED));
  const same = (pattern: RegExp): number => {
    const [x, y] = [a.match(pattern)?.join() ?? '', b.match(pattern)?.join() ?? ''];
    return x === y ? 1 : 0;
  };
  return [
    ...grams.map(({ shared, inA, inB }) => share(shared, inA + inB - shared)),
    share(grams[0].shared, grams[0].inA),
    share(grams[0].shared, grams[0].inB),
    share(grams[1].shared, grams[1].inA),
    share(grams[1].shared, grams[1].inB),
    share(shorter, longer),
    share(subsequence, length),
    1 - (length === 0 ? 0 : distance / length),
    share(start, longer),
    share(end, longer),
    same(/\d+/gu),
    same(NEGATION),
  ];
}

/** Distinct n-grams (of code units) of each text and of both. */
function compareGrams(a: string, b: string, n: number): { shared: number; inA: number; inB: number } {
  const grams = (text: string): Set<string> => {
    const set = new Set<string>();
    for (let i = 0; i + n <= text.length; i++) set.add(text.slice(i, i + n));
    return set;
  };
  const [setA, setB] = [grams(a), grams(b)];
  let shared = 0;
  for (const gram of setA) if (setB.has(gram)) shared++;
  return { shared, inA: setA.size, inB: setB.size };
}

/** Longest common subsequence and Levenshtein distance, with the length of the longer text. */
function align(a: string, b: string): { subsequence: number; distance: number; length: number } {
  const common = new Int32Array(b.length + 1);
  const edits = new Int32Array(b.length + 1).map((_, j) => j);
  for (let i = 0; i < a.length; i++) {
    let commonBefore = 0;
    let editsBefore = edits[0]++;
    const unit = a.charCodeAt(i);
    for (let j = 1; j <= b.length; j++) {
      const equal = unit === b.charCodeAt(j - 1);
      const commonAbove = common[j];
      const editsAbove = edits[j];
      common[j] = equal ? commonBefore + 1 : Math.max(commonAbove, common[j - 1]);
      edits[j] = equal ? editsBefore : 1 + Math.min(editsBefore, editsAbove, edits[j - 1]);
      commonBefore = commonAbove;
      editsBefore = editsAbove;
    }
  }
  return { subsequence: common[b.length], distance: edits[b.length], length: Math.max(a.length, b.length) };
}
