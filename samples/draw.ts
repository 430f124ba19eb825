import { createRandom } from '../src/ground/random.ts';

/** After changing it, or any template, run `npx node samples/generate.ts` and commit the result. */
const SEED = 20191120;

/** The share of every word list that train never draws from, so that dev and test contain unseen words. */
const UNSEEN_SHARE = 0.2;
/** The probability that dev and test draw an unseen word. */
const UNSEEN_CHANCE = 0.3;

export type SampleSplit = 'train' | 'dev' | 'test';

/** The random choices of one split of one task, from its own random stream. */
export interface Draw {
  below(bound: number): number;
  chance(probability: number): boolean;
  /** Any item of a list, e.g. a template; the same in all splits. */
  pick<T>(items: readonly T[]): T;
  /** A word; train draws from the front of the list only. */
  word(items: readonly string[]): string;
  /** Distinct words in random order. */
  words(items: readonly string[], count: number): string[];
}

export function createDraw(task: string, split: SampleSplit): Draw {
  const random = createRandom(SEED, `${task}/${split}`);
  const below = random.below;
  const chance = (probability: number): boolean => random.next() < probability;
  const pick = <T>(items: readonly T[]): T => items[below(items.length)];
  const word = (items: readonly string[]): string => {
    const seen = Math.ceil(items.length * (1 - UNSEEN_SHARE));
    const unseen = split !== 'train' && seen < items.length && chance(UNSEEN_CHANCE);
    return unseen ? items[seen + below(items.length - seen)] : items[below(seen)];
  };
  const words = (items: readonly string[], count: number): string[] => {
    const chosen = new Set<string>();
    for (let tries = 0; chosen.size < count && tries < 100; tries++) chosen.add(word(items));
    return [...chosen];
  };
  return { below, chance, pick, word, words };
}

export interface Filled {
  readonly text: string;
  /** Offsets in code points, as the corpora count. */
  readonly slots: readonly { readonly name: string; readonly value: string; readonly offset: number }[];
}

/**
 * Fills every `{name}` of a template with the word that `value` chooses for it.
 */
export function fill(template: string, value: (name: string) => string): Filled {
  const slots: { name: string; value: string; offset: number }[] = [];
  let text = '';
  for (const part of template.split(/(\{[^}]+\})/)) {
    if (!part.startsWith('{')) {
      text += part;
      continue;
    }
    const name = part.slice(1, -1);
    const word = value(name);
    slots.push({ name, value: word, offset: Array.from(text).length });
    text += word;
  }
  return { text, slots };
}
