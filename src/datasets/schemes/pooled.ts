import { UserError } from '../../ground/errors.ts';
import type { Text } from '../../ground/language.ts';
import type { Example } from '../../tasks/examples.ts';
import { SPLITS, type SplitName } from '../../tasks/task.ts';
import { createSplit, type Split } from '../split.ts';
import { provenance } from './released.ts';
import type { SplitFiles, SplitScheme } from './scheme.ts';

/** Splits that were made again, and the rule. */
export interface Parts {
  readonly splits: Readonly<Record<SplitName, Split>>;
  readonly rule: Text;
}

/** A scheme with its own splits, evaluated on its test part; `deal` is called when the first is read. */
export const pooledScheme = (
  id: string,
  summary: Text,
  deal: (files: SplitFiles) => Promise<Parts>,
): SplitScheme => ({
  summary,
  asReleased: false,
  open(files) {
    let dealt: Promise<Parts> | undefined;
    const parts = (): Promise<Parts> => {
      dealt ??= deal(files);
      return dealt;
    };
    return {
      splits: files.splits.length > 0 ? SPLITS : [],
      read: async (name) => (await parts()).splits[name],
      async divide(judged) {
        const { splits, rule } = await parts();
        if (judged !== 'test') throw onlyTest(id, judged);
        const { train, dev, test } = splits;
        const { files, notices, synthetic } = test;
        return { train: train.examples, dev: dev.examples, evaluated: test, rule, files, notices, synthetic };
      },
    };
  },
});

/** Splits of the given examples, which come from the files of `pooled`. */
export function partsOf(
  pooled: readonly Split[],
  examples: Readonly<Record<SplitName, readonly Example[]>>,
): Parts['splits'] {
  const known = provenance(pooled);
  const part = (name: SplitName): Split => createSplit({ ...known, name, items: examples[name] });
  return { train: part('train'), dev: part('dev'), test: part('test') };
}

const onlyTest = (id: string, judged: SplitName): UserError =>
  new UserError('split-absent', {
    en: `${id} is evaluated on its test part, not on ${judged}`,
    zh: `${id} 只以其测试部分评测，不用 ${judged}`,
  });
