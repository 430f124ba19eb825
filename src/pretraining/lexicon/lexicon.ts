import { basename, extname } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { readLineBatches, writeAtomic } from '../../ground/files.ts';
import { type Automaton, buildAutomaton, eachLongestMatch } from '../../text/aho-corasick.ts';
import { foldUnits } from '../../text/normalise.ts';
import type { AnnotatedText } from './annotations.ts';

/** A term of the domain. */
export interface LexiconEntry {
  readonly text: string;
  /** How often it was listed or annotated as what. */
  readonly types: Readonly<Record<string, number>>;
  /** Occurrences in the corpus that are not part of a longer term; 0 where no corpus was counted. */
  readonly frequency: number;
  /** Share of its occurrences that are annotated, in the tasks that annotate it; NaN where there is none. */
  readonly purity: number;
}

export const LEXICON_REASONS = [
  'too-short',
  'too-long',
  'not-a-term',
  'common-word',
  'ambiguous',
  'rare',
] as const;
export type LexiconReason = (typeof LEXICON_REASONS)[number];

/** In code points. */
export const TERM_LENGTH = { least: 2, most: 20 } as const;
/** A term that is annotated in a smaller share of its occurrences is a plain word as a rule. */
export const LEAST_PURITY = 0.05;
/** Fewer occurrences say nothing about purity. */
const OCCURRENCES_TO_JUDGE = 3;

/** Words that word lists hold and that name nothing. */
const COMMON = new Set(
  (
    '没有 不要 不能 不会 不是 注意 小心 防止 避免 禁止 难以 忘记 放弃 拒绝 患者 病人 医生 医院 治疗 检查 症状 疾病 ' +
    '药物 手术 身体 出现 情况 时候 时间 今天 昨天 现在 左右 以上 以下 一般 正常 异常 其他 其它 可能 比较 严重 一些 这个 那个'
  ).split(' '),
);
const HEADER = ['entry', 'types', 'frequency', 'purity'];
const OPENERS = /[（([【《「“‘{]/g;
const CLOSERS = /[）)\]】》」”’}]/g;

/** Candidates by their folded form. */
export type Candidates = Map<string, { readonly text: string; readonly types: Map<string, number> }>;

export const createCandidates = (): Candidates => new Map();

/** Adds a term: outer white space and punctuation off, width and case folded for comparing. */
export function addCandidate(candidates: Candidates, term: string, type: string, count = 1): void {
  const text = trimEdges(term);
  const key = foldUnits(text);
  if (key === '') return;
  const known = candidates.get(key);
  if (known) known.types.set(type, (known.types.get(type) ?? 0) + count);
  else candidates.set(key, { text, types: new Map([[type, count]]) });
}

/** Takes outer white space and punctuation off, but no bracket whose other half is inside: 糖尿病(2型). */
function trimEdges(term: string): string {
  const [, before, core, after] = /^([\s\p{P}]*)(.*?)([\s\p{P}]*)$/su.exec(term)!;
  const open = (core.match(OPENERS)?.length ?? 0) - (core.match(CLOSERS)?.length ?? 0);
  if (open < 0 && before.at(-1)?.match(OPENERS)) return before.at(-1) + core;
  return open > 0 && after[0]?.match(CLOSERS) ? core + after[0] : core;
}

/**
 * Adds the terms of a word list: one a line, alone or followed by a tab and its type (or `type:count,…`); the type
 * of a bare term is the file's name. Files written by `writeLexicon` are word lists too.
 * Throws a UserError for what is not UTF-8.
 */
export async function addWordList(candidates: Candidates, file: string): Promise<void> {
  const type = basename(file, extname(file));
  for await (const lines of readLineBatches(file)) {
    for (const { text, number } of lines) {
      const [term, types] = text.split('\t');
      if (number === 1 && term === HEADER[0] && types === HEADER[1]) continue;
      if (!types?.trim()) addCandidate(candidates, term, type);
      else {
        for (const part of types.split(',')) {
          const [, name, count] = /^(.*?)(?::(\d+))?$/.exec(part.trim())!;
          addCandidate(candidates, term, name || type, count ? Number(count) : 1);
        }
      }
    }
  }
}

export function addAnnotations(candidates: Candidates, texts: Iterable<AnnotatedText>): void {
  for (const { text, mentions } of texts) {
    for (const { start, end, type } of mentions) addCandidate(candidates, text.slice(start, end), type);
  }
}

export interface RefineOptions {
  /** Texts to judge ambiguity on. */
  readonly annotated: Iterable<AnnotatedText>;
  /** Sentences to count in, where there is a corpus. */
  readonly corpus?: AsyncIterable<readonly string[]>;
  /** Least occurrences in the corpus; without a corpus nothing is rare. */
  readonly minFrequency: number;
}

export interface Refined {
  /** By frequency, then text. */
  readonly kept: readonly LexiconEntry[];
  readonly rejected: readonly { readonly entry: LexiconEntry; readonly reason: LexiconReason }[];
}

/** Keeps the terms that are worth masking as a whole; says why the others are not. */
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
    const ambiguous = purity.occurrences[i] >= OCCURRENCES_TO_JUDGE && entry.purity < LEAST_PURITY;
    const rare = options.corpus !== undefined && entry.frequency < options.minFrequency;
    if (ambiguous || rare) rejected.push({ entry, reason: ambiguous ? 'ambiguous' : 'rare' });
    else kept.push(entry);
  });
  kept.sort((a, b) => b.frequency - a.frequency || (a.text < b.text ? -1 : 1));
  return { kept, rejected };
}

function shapeFault(key: string): LexiconReason | undefined {
  const length = [...key].length;
  if (length < TERM_LENGTH.least) return 'too-short';
  if (length > TERM_LENGTH.most) return 'too-long';
  if (/[。！？；!?;\p{C}]/u.test(key) || (key.match(/\p{L}/gu)?.length ?? 0) < 2) return 'not-a-term';
  return COMMON.has(key) ? 'common-word' : undefined;
}

/** In the tasks that annotate an entry at all: how often it occurs by itself, and in which share it is annotated. */
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

/** Tab-separated, with a header: entry, types as `type:count,…`, frequency, purity (empty where unknown). */
export async function writeLexicon(file: string, entries: readonly LexiconEntry[]): Promise<void> {
  await writeAtomic(file, lexiconLines(entries));
}

function* lexiconLines(entries: readonly LexiconEntry[]): Generator<string> {
  yield `${HEADER.join('\t')}\n`;
  for (let from = 0; from < entries.length; from += 10_000) {
    yield entries
      .slice(from, from + 10_000)
      .map(({ text, types, frequency, purity }) => {
        const named = Object.entries(types).map(
          ([type, count]) => `${type.replace(/[\t\n,:]/g, ' ')}:${count}`,
        );
        return `${text}\t${named.join(',')}\t${frequency}\t${Number.isNaN(purity) ? '' : purity.toFixed(3)}\n`;
      })
      .join('');
  }
}

/** The folded terms of word lists or of a file of `writeLexicon`, as they are: one of each. Throws a UserError. */
export async function readTerms(files: readonly string[]): Promise<string[]> {
  const candidates = createCandidates();
  for (const file of files) await addWordList(candidates, file);
  if (files.length > 0 && candidates.size === 0) {
    throw new UserError('lexicon-empty', 'The word list has no word', {
      file: files.join(', '),
      hint: 'Write one word a line, if you like with a tab and its type.',
    });
  }
  return [...candidates.keys()];
}
