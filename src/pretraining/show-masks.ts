import { loadFolder } from '../encoders/folder/load.ts';
import { createBatches } from './masks/batch.ts';
import type { NextLabel } from './masks/plan.ts';
import { countKinds, type ShownUnit, showUnits } from './masks/show.ts';
import type { Kind } from './masks/units.ts';
import type { Observer } from './observer.ts';
import { type PreparationOptions, preparePretraining } from './prepare.ts';

export interface ShownMasks {
  readonly epoch: number;
  /** In all sequences, special tokens aside. */
  readonly tokens: number;
  /** Tokens to predict, by kind of unit. */
  readonly masked: Readonly<Record<Kind, number>>;
  readonly sequences: readonly { readonly next: NextLabel; readonly units: readonly ShownUnit[] }[];
}

/**
 * The first `count` sequences of an epoch (counted from 0) as a model would be trained on them; nothing is trained. With
 * `init`, a model that is continued, they are of its tokens.
 * Throws the UserErrors of `preparePretraining`, `loadFolder` and `createBatches`.
 */
export async function showMasks(
  options: PreparationOptions,
  { count, epoch, init }: { readonly count: number; readonly epoch: number; readonly init?: string },
  observer: Pick<Observer, 'signal'> = {},
): Promise<ShownMasks> {
  const base = init === undefined ? undefined : (await loadFolder(init)).tokenizer.reading('as-text');
  const { tokenizer, train, batches } = await preparePretraining(options, { ...observer, tokenizer: base });
  const { sequence } = createBatches(train, tokenizer.vocabulary, { ...batches, batchSize: 1 });
  const sequences = Array.from({ length: count }, (_, index) => sequence(epoch, index));
  return {
    epoch,
    ...countKinds(sequences),
    sequences: sequences.map((item) => ({ next: item.next, units: showUnits(item, tokenizer.vocabulary) })),
  };
}
