import { createKeyTable, type KeyTable } from '../key-table.ts';
import type { Characters } from './characters.ts';

/** A mention in positions of its text, `to` exclusive, with the index of its type. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly type: number;
}

export interface LexiconText {
  readonly characters: Characters;
  readonly spans: readonly Span[];
}

/** The mentions of the training texts as a trie over folded characters, with how often each was what. */
export interface Lexicon {
  readonly types: number;
  /** (node, character) → the node after it, less one; the root is 0. */
  readonly edges: KeyTable;
  /** Entry that ends at a node, or -1. */
  readonly entryAt: Int32Array;
  /** Mentions of every entry, a column a type. */
  readonly mentions: Uint32Array;
  /** How often the characters of an entry occur, mention or not. */
  readonly occurrences: Uint32Array;
}

/** The contribution of one unit (a document, a dialogue), subtracted when its own features are computed. */
export interface Share {
  readonly mentions: ReadonlyMap<number, number>;
  readonly occurrences: ReadonlyMap<number, number>;
}

/** A match at a position: the position within it, its type, and how often such a match is a mention. */
export interface LexiconTrack {
  /** Index into `WORD_PLACES` plus 1; 0 where nothing matches. */
  readonly places: Uint8Array;
  readonly types: Uint16Array;
  /** 0 to `PURITY_STEPS.length`. */
  readonly purities: Uint8Array;
}

export const PURITY_STEPS = [0.2, 0.5, 0.8, 0.95] as const;
/** Matches that are a mention more rarely than this are not matches. */
const LEAST_PURITY = 0.05;
const LONGEST_ENTRY = 64;

/** Learns the mentions of all texts. */
export function buildLexicon(texts: readonly LexiconText[], types: number): Lexicon {
  const edges = createKeyTable(1 << 12);
  const entries = createKeyTable(1 << 10);
  for (const { characters, spans } of texts) {
    for (const { from, to } of spans) {
      if (to - from > LONGEST_ENTRY) continue;
      let node = 0;
      for (let at = from; at < to; at++) node = edges.add(node, characters.codes[at]) + 1;
      entries.add(node, 0);
    }
  }
  const entryAt = new Int32Array(edges.size() + 1).fill(-1);
  entries.keys().high.forEach((node, entry) => {
    entryAt[node] = entry;
  });
  const lexicon: Lexicon = {
    types,
    edges,
    entryAt,
    mentions: new Uint32Array(entries.size() * types),
    occurrences: new Uint32Array(entries.size()),
  };
  for (const text of texts) {
    const share = shareOf(lexicon, [text]);
    for (const [cell, count] of share.mentions) lexicon.mentions[cell] += count;
    for (const [entry, count] of share.occurrences) lexicon.occurrences[entry] += count;
  }
  return lexicon;
}

/** What these texts contribute to the counts of the lexicon that was built with them. */
export function shareOf(lexicon: Lexicon, texts: readonly LexiconText[]): Share {
  const mentions = new Map<number, number>();
  const occurrences = new Map<number, number>();
  for (const { characters, spans } of texts) {
    for (const { from, to, type } of spans) {
      const entry = find(lexicon, characters, from, to);
      if (entry < 0) continue;
      const cell = entry * lexicon.types + type;
      mentions.set(cell, (mentions.get(cell) ?? 0) + 1);
    }
    for (let from = 0; from < characters.length; from++) {
      eachMatch(lexicon, characters, from, (entry) => {
        occurrences.set(entry, (occurrences.get(entry) ?? 0) + 1);
      });
    }
  }
  return { mentions, occurrences };
}

const find = (lexicon: Lexicon, characters: Characters, from: number, to: number): number => {
  let node = 0;
  for (let at = from; at < to; at++) {
    node = lexicon.edges.find(node, characters.codes[at]) + 1;
    if (node === 0) return -1;
  }
  return lexicon.entryAt[node];
};

function eachMatch(
  lexicon: Lexicon,
  characters: Characters,
  from: number,
  visit: (entry: number, to: number) => void,
): void {
  let node = 0;
  for (let at = from; at < characters.length; at++) {
    node = lexicon.edges.find(node, characters.codes[at]) + 1;
    if (node === 0) return;
    if (lexicon.entryAt[node] >= 0) visit(lexicon.entryAt[node], at + 1);
  }
}

/**
 * Covers a text with matches, leftmost first and longest at each place. `own` excludes what the text's
 * unit contributed to the lexicon, so that training features look as they will on unseen texts.
 */
export function matchLexicon(lexicon: Lexicon, characters: Characters, own?: Share): LexiconTrack {
  const places = new Uint8Array(characters.length);
  const types = new Uint16Array(characters.length);
  const purities = new Uint8Array(characters.length);
  for (let from = 0; from < characters.length; ) {
    let end = from;
    let bestType = 0;
    let bestPurity = 0;
    eachMatch(lexicon, characters, from, (entry, to) => {
      let total = 0;
      let most = 0;
      let type = 0;
      for (let k = 0, cell = entry * lexicon.types; k < lexicon.types; k++, cell++) {
        const count = lexicon.mentions[cell] - (own?.mentions.get(cell) ?? 0);
        total += count;
        if (count > most) {
          most = count;
          type = k;
        }
      }
      const purity = total / (lexicon.occurrences[entry] - (own?.occurrences.get(entry) ?? 0));
      if (total > 0 && purity >= LEAST_PURITY) {
        end = to;
        bestType = type;
        bestPurity = purity;
      }
    });
    if (end === from) {
      from++;
      continue;
    }
    let step = 0;
    while (step < PURITY_STEPS.length && bestPurity >= PURITY_STEPS[step]) step++;
    for (let at = from; at < end; at++) {
      places[at] = end - from === 1 ? 4 : at === from ? 1 : at === end - 1 ? 3 : 2;
      types[at] = bestType;
      purities[at] = step;
    }
    from = end;
  }
  return { places, types, purities };
}

/** An entry as plain data: its folded characters, how often they occur, and its mentions, a number a type. */
export type NamedEntry = readonly [characters: string, occurrences: number, mentions: readonly number[]];

/** All entries in the order of their numbers. */
export function listEntries({ edges, entryAt, mentions, occurrences, types }: Lexicon): NamedEntry[] {
  const { high, low } = edges.keys();
  const spelt: string[] = [''];
  // a node is made after the one before it, so that is spelt already
  for (let edge = 0; edge < high.length; edge++) {
    spelt.push(spelt[high[edge]] + String.fromCharCode(low[edge]));
  }
  const list: NamedEntry[] = [];
  for (const [node, entry] of entryAt.entries()) {
    if (entry < 0) continue;
    const own = mentions.subarray(entry * types, (entry + 1) * types);
    list[entry] = [spelt[node], occurrences[entry], [...own]];
  }
  return list;
}

/** The lexicon of listed entries. */
export function restoreLexicon(list: readonly NamedEntry[], types: number): Lexicon {
  const edges = createKeyTable(1 << 12);
  const ends = list.map(([characters]) => {
    let node = 0;
    for (let at = 0; at < characters.length; at++) node = edges.add(node, characters.charCodeAt(at)) + 1;
    return node;
  });
  const entryAt = new Int32Array(edges.size() + 1).fill(-1);
  for (const [entry, node] of ends.entries()) entryAt[node] = entry;
  return {
    types,
    edges,
    entryAt,
    mentions: Uint32Array.from(list.flatMap(([, , mentions]) => mentions)),
    occurrences: Uint32Array.from(list, ([, occurrences]) => occurrences),
  };
}
