import type { Tokenizer } from '../encoders/tokenizers/tokenizer.ts';
import { longestFirst } from '../encoders/tokenizers/truncate.ts';
import type { Example } from '../tasks/examples.ts';
import type { Family, InputShape } from '../tasks/families/family.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { SplitName, Task } from '../tasks/task.ts';

/** WordPieces that a model reads besides its special tokens, for models of 128, 256 and 512 positions. */
export const MODEL_LENGTHS = [126, 254, 510] as const;

/** What a model that cuts text off at one length cannot see of one split. */
export interface TruncationRow {
  readonly split: SplitName;
  /** WordPieces without special tokens; a pair has one more special token and so one WordPiece less. */
  readonly length: number;
  readonly examples: number;
  /** Examples that lose anything. */
  readonly cut: number;
  readonly characters: number;
  readonly charactersUnseen: number;
  /** Entities of the gold, where the family has any. */
  readonly gold?: number;
  readonly goldUnseen?: number;
  /** Strict micro F1 of an oracle that finds every entity it can see and nothing else: 2R/(1+R). */
  readonly oracleF1?: number;
}

interface Loss {
  readonly characters: number;
  readonly charactersUnseen: number;
  readonly gold: number;
  readonly goldUnseen: number;
}

/** What examples that come one by one lose. */
export interface TruncationLedger {
  take(example: Example, split: SplitName): void;
  /** One row per split and length; empty if models read the texts of an input one by one. */
  rows(): TruncationRow[];
}

export function createTruncationLedger(task: Task, tokenizer: Tokenizer): TruncationLedger {
  const family = familyOf(task);
  const lose = LOSSES[family.inputShape];
  const sums = new Map<SplitName, Sum[]>();
  return {
    take(example, split) {
      if (!lose) return;
      const own = sums.get(split) ?? MODEL_LENGTHS.map(emptySum);
      sums.set(split, own);
      const lossAt = lose(family, example, tokenizer);
      for (const sum of own) addTo(sum, lossAt(sum.length));
    },
    rows: () => [...sums].flatMap(([split, own]) => own.map((sum) => rowOf(split, sum))),
  };
}

interface Sum extends Loss {
  readonly length: number;
  examples: number;
  cut: number;
  characters: number;
  charactersUnseen: number;
  gold: number;
  goldUnseen: number;
}

const emptySum = (length: number): Sum => ({
  ...{ length, examples: 0, cut: 0, characters: 0, charactersUnseen: 0, gold: 0, goldUnseen: 0 },
});

function addTo(sum: Sum, loss: Loss): void {
  sum.examples++;
  if (loss.charactersUnseen > 0) sum.cut++;
  sum.characters += loss.characters;
  sum.charactersUnseen += loss.charactersUnseen;
  sum.gold += loss.gold;
  sum.goldUnseen += loss.goldUnseen;
}

function rowOf(split: SplitName, sum: Sum): TruncationRow {
  const { length, examples, cut, characters, charactersUnseen, gold, goldUnseen } = sum;
  const recall = 1 - goldUnseen / gold;
  return {
    ...{ split, length, examples, cut, characters, charactersUnseen },
    ...(gold > 0 ? { gold, goldUnseen, oracleF1: (2 * recall) / (1 + recall) } : {}),
  };
}

/** First code unit that a model of that length does not see, from where tokens end. */
export const visibleEnd = (text: string, ends: Int32Array, length: number): number =>
  ends.length > length ? ends[length - 1] : text.length;

/** What an example loses at each length. */
type Lose = (family: Family, example: Example, tokenizer: Tokenizer) => (length: number) => Loss;

/** What is lost by the shape of an input; turns and titles are read one by one. */
const LOSSES: { readonly [Shape in InputShape]?: Lose } = { text: loseText, pair: losePair };

const LONGEST = Math.max(...MODEL_LENGTHS);

function loseText(family: Family, { input, gold }: Example, tokenizer: Tokenizer): (length: number) => Loss {
  const [text] = family.texts(input);
  const { ends } = tokenizer.tokenize(text, LONGEST + 1);
  const spans = family.view.side(gold, input).elements.flatMap(({ span }) => span ?? []);
  return (length) => {
    const seen = visibleEnd(text, ends, length);
    return {
      characters: text.length,
      charactersUnseen: text.length - seen,
      gold: spans.length,
      goldUnseen: spans.filter(({ end }) => end > seen).length,
    };
  };
}

function losePair({ texts }: Family, { input }: Example, tokenizer: Tokenizer): (length: number) => Loss {
  const [textA, textB] = texts(input);
  const a = tokenizer.tokenize(textA).ends;
  const b = tokenizer.tokenize(textB).ends;
  const unseen = (text: string, ends: Int32Array, kept: number): number =>
    kept < ends.length ? text.length - (kept === 0 ? 0 : ends[kept - 1]) : 0;
  return (length) => {
    const [keptA, keptB] = longestFirst(a.length, b.length, length - 1);
    return {
      characters: textA.length + textB.length,
      charactersUnseen: unseen(textA, a, keptA) + unseen(textB, b, keptB),
      gold: 0,
      goldUnseen: 0,
    };
  };
}
