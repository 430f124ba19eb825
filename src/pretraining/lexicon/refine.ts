import { type Automaton, buildAutomaton, eachLongestMatch } from '../../text/aho-corasick.ts';
import { foldUnits } from '../../text/normalise.ts';
import type { AnnotatedText } from './annotations.ts';
import type { Candidates } from './candidates.ts';

/** A term of the domain. */
export interface LexiconEntry {
  readonly text: string;
  /** How often it was listed or annotated, by type. */
  readonly types: Readonly<Record<string, number>>;
  /** Occurrences in the corpus that are not part of a longer term; 0 where no corpus was counted. */
  readonly frequency: number;
  /** Share of its occurrences that are annotated, in the tasks that annotate it; NaN if none does. */
  readonly purity: number;
}

/** Why a term is not part of a lexicon. */
export type LexiconReason = 'too-short' | 'too-long' | 'not-a-term' | 'common-word' | 'ambiguous' | 'rare';

/** In code points. */
export const TERM_LENGTH = { min: 2, max: 20 } as const;
/** A term that is annotated in a smaller share of its occurrences is usually an ordinary word. */
export const MIN_PURITY = 0.05;
/** With fewer occurrences, purity is meaningless. */
const OCCURRENCES_TO_JUDGE = 3;

/** Words that occur in word lists but name nothing. */
const COMMON = new Set(
  (
    '没有 不要 不能 不会 不是 注意 小心 防止 避免 禁止 难以 忘记 放弃 拒绝 患者 病人 医生 医院 治疗 检查 症状 疾病 ' +
    '药物 手术 身体 出现 情况 时候 时间 今天 昨天 现在 左右 以上 以下 一般 正常 异常 其他 其它 可能 比较 严重 一些 这个 那个'
  ).split(' '),
);

export interface RefineOptions {
  /** Texts on which ambiguity is measured. */
  readonly annotated: Iterable<AnnotatedText>;
  /** Sentences in which terms are counted, where there is a corpus. */
  readonly corpus?: AsyncIterable<readonly string[]>;
  /** Minimum occurrences in the corpus; without a corpus no term is rare. */
  readonly minFrequency: number;
}

export interface Refined {
  /** By frequency, then text. */
  readonly kept: readonly LexiconEntry[];
  readonly rejected: readonly { readonly entry: LexiconEntry; readonly reason: LexiconReason }[];
}

/** Keeps the terms that are worth masking as a whole, and gives a reason for each of the others. */
export async function refineLexicon(candidates: Candidates, options: RefineOptions): Promise<Refined> {
  const all = [...candidates.keys()];
  const keys = all.filter((key) => shapeFault(key) === undefined);
  const automaton = buildAutomaton(keys);
  const purity = judgePurity(automaton, keys, options.annotated);
  const counts = new Float64Array(keys.length);
  for await (const sentences of options.corpus ?? []) {
    for (const sentence of sentences) {
      eachLongestMatch(automaton, foldUnits(sentence), (_start, _end, entry) => {
        counts[entry]++;
      });
    }
  }
  const kept: LexiconEntry[] = [];
  const rejected: { entry: LexiconEntry; reason: LexiconReason }[] = [];
  const entryOf = (key: string, frequency: number, share: number): LexiconEntry => {
    const { text, types } = candidates.get(key)!;
    return { text, types: Object.fromEntries(types), frequency, purity: share };
  };
  for (const key of all) {
    const reason = shapeFault(key);
    if (reason) rejected.push({ entry: entryOf(key, 0, Number.NaN), reason });
  }
  keys.forEach((key, i) => {
    const entry = entryOf(key, counts[i], purity.share[i]);
    const ambiguous = purity.occurrences[i] >= OCCURRENCES_TO_JUDGE && entry.purity < MIN_PURITY;
    const rare = options.corpus !== undefined && entry.frequency < options.minFrequency;
    if (ambiguous || rare) rejected.push({ entry, reason: ambiguous ? 'ambiguous' : 'rare' });
    else kept.push(entry);
  });
  kept.sort((a, b) => b.frequency - a.frequency || (a.text < b.text ? -1 : 1));
  return { kept, rejected };
}

function shapeFault(key: string): LexiconReason | undefined {
  const length = [...key].length;
  if (length < TERM_LENGTH.min) return 'too-short';
  if (length > TERM_LENGTH.max) return 'too-long';
  if (/[。！？；!?;\p{C}]/u.test(key) || (key.match(/\p{L}/gu)?.length ?? 0) < 2) return 'not-a-term';
  return COMMON.has(key) ? 'common-word' : undefined;
}

/** In the tasks that annotate a term at all: how often it occurs outside longer terms, and the share of annotated occurrences. */
function judgePurity(automaton: Automaton, keys: readonly string[], texts: Iterable<AnnotatedText>) {
  const occurrences = new Float64Array(keys.length);
  const annotated = new Float64Array(keys.length);
  const byTask = Map.groupBy(texts, ({ task }) => task);
  for (const own of byTask.values()) {
    const known = new Set(
      own.flatMap(({ text, mentions }) =>
        mentions.map(({ start, end }) => foldUnits(text.slice(start, end))),
      ),
    );
    for (const { text, mentions } of own) {
      const bounds = new Set(mentions.map(({ start, end }) => start * 0x4000000 + end));
      eachLongestMatch(automaton, foldUnits(text), (start, end, entry) => {
        if (!known.has(keys[entry])) return;
        occurrences[entry]++;
        if (bounds.has(start * 0x4000000 + end)) annotated[entry]++;
      });
    }
  }
  return { occurrences, share: annotated.map((count, i) => count / occurrences[i]) };
}
