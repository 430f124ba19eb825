import type { Text1 } from '../shared/types.ts';

export interface MultilabelTypes {
  readonly input: Text1;
  readonly gold: { readonly labels: readonly string[] };
  readonly prediction: {
    readonly labels: readonly string[];
    /** One number per label, larger is likelier. */
    readonly scores?: Readonly<Record<string, number>>;
  };
}
