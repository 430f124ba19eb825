import type { Split } from '../datasets/split.ts';
import type { Tokenizer } from '../encoders/tokenizers/tokenizer.ts';
import { longestFirst } from '../encoders/tokenizers/truncate.ts';
import type { Example } from '../tasks/examples.ts';
import type { Family, InputShape } from '../tasks/families/family.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { SplitName, Task } from '../tasks/task.ts';

/** WordPieces a model sees beside its special tokens, for models of 128, 256 and 512 positions. */
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
  readonly gold?: number;
  readonly goldUnseen?: number;
}

/** One row per split and length; empty where models read the texts of an input one by one. */
export function truncationLedger(
  task: Task,
  splits: readonly Pick<Split, 'name' | 'examples'>[],
  tokenizer: Tokenizer,
): TruncationRow[] {
  const family = familyOf(task);
  const lose = LOSSES[family.inputShape];
  if (!lose) return [];
  return splits.flatMap(({ name, examples }) =>
    MODEL_LENGTHS.map((length) => {
      const losses = examples.map((example) => lose(family, example, tokenizer, length));
      const total = (field: keyof Loss): number => losses.reduce((sum, loss) => sum + (loss[field] ?? 0), 0);
      const gold = total('gold');
      const recall = 1 - total('goldUnseen') / gold;
      return {
        split: name,
        length,
        examples: examples.length,
        cut: losses.filter(({ charactersUnseen }) => charactersUnseen > 0).length,
        characters: total('characters'),
        charactersUnseen: total('charactersUnseen'),
        ...(gold > 0 ? { gold, goldUnseen: total('goldUnseen'), oracleF1: (2 * recall) / (1 + recall) } : {}),
      };
    }),
  );
}

/** First code unit that a model of that length does not see. */
export function visibleEnd(text: string, tokenizer: Tokenizer, length: number): number {
  const { ends } = tokenizer.tokenize(text, length + 1);
  return ends.length > length ? ends[length - 1] : text.length;
}

type Lose = (family: Family, example: Example, tokenizer: Tokenizer, length: number) => Loss;

/** What is lost by the shape of an input; turns and titles are read one by one. */
const LOSSES: { readonly [Shape in InputShape]?: Lose } = { text: loseText, pair: losePair };

function loseText(family: Family, { input, gold }: Example, tokenizer: Tokenizer, length: number): Loss {
  const [text] = family.texts(input);
  const seen = visibleEnd(text, tokenizer, length);
  const spans = family.view.side(gold, input).elements.flatMap(({ span }) => span ?? []);
  return {
    characters: text.length,
    charactersUnseen: text.length - seen,
    gold: spans.length,
    goldUnseen: spans.filter(({ end }) => end > seen).length,
  };
}

function losePair({ texts }: Family, { input }: Example, tokenizer: Tokenizer, length: number): Loss {
  const [textA, textB] = texts(input);
  const a = tokenizer.tokenize(textA).ends;
  const b = tokenizer.tokenize(textB).ends;
  const [keptA, keptB] = longestFirst(a.length, b.length, length - 1);
  const unseen = (text: string, ends: Int32Array, kept: number): number =>
    kept < ends.length ? text.length - (kept === 0 ? 0 : ends[kept - 1]) : 0;
  return {
    characters: textA.length + textB.length,
    charactersUnseen: unseen(textA, a, keptA) + unseen(textB, b, keptB),
  };
}
