import type { Question } from '../../datasets/dataset.ts';
import type { Example, Gold } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';
import { decrypt, type Keyring } from '../keyring.ts';
import { unpack } from './pack.ts';
import { SMALLEST_CELL } from './parameters.ts';
import type { Asked } from './requests.ts';
import { type Member, showableSubsets } from './small-cells.ts';

/** The encrypted part of an example. */
export interface SealedGold {
  readonly gold: Gold;
  readonly group?: string;
  /** Names of the subsets that it is in. */
  readonly subsets?: readonly string[];
}

/** The purpose to which the encrypted gold of a split is bound. */
export const purposeOf = (challenge: string, split: string): string => `gold of ${challenge}, ${split}`;

/** Questions without gold. */
export interface QuestionsOfTask {
  readonly task: Task;
  readonly questions: readonly Question[];
}

/** Questions with their gold. */
export interface ExamplesOfTask {
  readonly task: Task;
  readonly examples: readonly (Example & Member)[];
  /** Ids by name of the subsets that may be shown so that no cell is smaller than `least`. */
  subsets(least?: number): Readonly<Record<string, ReadonlySet<string>>>;
}

/** Memory budget of a scoring process for recently used corpora. */
export interface Corpora {
  questionsOf(asked: Asked): QuestionsOfTask;
  /** Decrypted. Throws the UserErrors of `decrypt`. */
  examplesOf(asked: Asked, sealedGold: Uint8Array, keys: Keyring): ExamplesOfTask;
}

/** Corpora that are cached: questions and gold of one split each. */
const KEPT = 4;

/** Caches a few parsed corpora, each for as long as the same bytes are requested. */
export function createCorpora(): Corpora {
  const questions = createRecall<QuestionsOfTask>();
  const examples = createRecall<ExamplesOfTask>();
  const questionsOf = (asked: Asked): QuestionsOfTask =>
    questions(asked, [asked.questions], () => ({ task: asked.task, questions: unpack(asked.questions) }));
  return {
    questionsOf,
    examplesOf: (asked, sealedGold, keys) =>
      examples(asked, [asked.questions, sealedGold], () => {
        const purpose = purposeOf(asked.challenge, asked.split);
        const gold: readonly SealedGold[] = unpack(decrypt(sealedGold, purpose, keys));
        return withGold(questionsOf(asked), gold);
      }),
  };
}

function withGold({ task, questions }: QuestionsOfTask, gold: readonly SealedGold[]): ExamplesOfTask {
  const examples = questions.map((question, i) => ({
    ...question,
    ...gold[i],
    subsets: gold[i].subsets ?? [],
  }));
  const bySize = new Map<number, ReturnType<ExamplesOfTask['subsets']>>();
  return {
    task,
    examples,
    subsets(least = SMALLEST_CELL) {
      const found = bySize.get(least) ?? showableSubsets(examples, least);
      bySize.set(least, found);
      return found;
    },
  };
}

/** Returns what was made from the same bytes for the same split before, and makes it otherwise. */
function createRecall<T>() {
  const kept = new Map<string, { readonly bytes: readonly Uint8Array[]; readonly value: T }>();
  return ({ challenge, split }: Asked, bytes: readonly Uint8Array[], make: () => T): T => {
    const key = JSON.stringify([challenge, split]);
    const known = kept.get(key);
    const isKnown = known?.bytes.every((part, i) => Buffer.compare(part, bytes[i]) === 0);
    const entry = known && isKnown ? known : { bytes, value: make() };
    kept.delete(key);
    kept.set(key, entry);
    const [oldest] = kept.keys();
    if (kept.size > KEPT) kept.delete(oldest);
    return entry.value;
  };
}
