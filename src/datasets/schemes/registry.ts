import { UserError } from '../../ground/errors.ts';
import type { Text } from '../../ground/language.ts';
import { SPLITS, type SplitName } from '../../tasks/task.ts';
import { carved } from './carved.ts';
import { fold } from './folds.ts';
import { regrouped } from './regrouped.ts';
import { released } from './released.ts';
import type { SplitScheme } from './scheme.ts';

/** Every split scheme by its id. */
export const schemes = {
  released,
  carved,
  'regrouped@1': regrouped,
  'fold-1-of-5@1': fold(1),
  'fold-2-of-5@1': fold(2),
  'fold-3-of-5@1': fold(3),
  'fold-4-of-5@1': fold(4),
  'fold-5-of-5@1': fold(5),
} satisfies Record<string, SplitScheme>;

/** A way to split: `released`, `carved` (dev carved from train where it is absent), `regrouped@1` or one of five folds. */
export type SchemeId = keyof typeof schemes;

/** The scheme of evaluations that name a split and nothing else. */
export const DEFAULT_SCHEME: SchemeId = 'carved';

/** A split as named by `--split` and records: a released one, or a scheme with its own splits, for its test part. */
export type JudgedSplit = SplitName | SchemeId;

const ids = Object.keys(schemes).filter((id): id is SchemeId => id in schemes);
/** Schemes with their own splits, which `--split` names by their id. */
export const ownSplits: readonly SchemeId[] = ids.filter((id) => !schemes[id].asReleased);
/** The parts of a cross-validation, in order. */
export const foldSplits: readonly SchemeId[] = ids.filter((id) => id.startsWith('fold-'));
export const isFold = (split: JudgedSplit): boolean => foldSplits.some((fold) => fold === split);
/** Every split that `--split` may name. */
export const splitNames: readonly JudgedSplit[] = [...SPLITS, ...ownSplits];

const isSplitName = (name: string): name is SplitName => SPLITS.some((split) => split === name);

/** The scheme that a split is read under, and which of its splits it is. */
export const schemeOf = (split: JudgedSplit): { readonly scheme: SchemeId; readonly part: SplitName } =>
  isSplitName(split) ? { scheme: DEFAULT_SCHEME, part: split } : { scheme: split, part: 'test' };

/** Refuses features that exist only for released splits. Throws a UserError `split-regrouped`. */
export function requireReleased(split: JudgedSplit, what: Text): SplitName {
  if (isSplitName(split)) return split;
  throw new UserError(
    'split-regrouped',
    {
      en: `${what.en} are about the splits as released, not about ${split}`,
      zh: `${what.zh}只适用于按发布的划分，不适用于 ${split}`,
    },
    { hint: { en: `Leave out --split ${split}.`, zh: `请去掉 --split ${split}。` } },
  );
}
