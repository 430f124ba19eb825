import { createRowsBuilder, type Rows } from './rows.ts';

/** The features present in one item, by name; a name counts at most once. */
export type Bag = Iterable<string>;

/** Features that have a column, by name. */
export interface NamedFeatures {
  readonly names: readonly string[];
  rows(bags: Iterable<Bag>): Rows;
  column(name: string): number | undefined;
}

/** The features that occur in at least `cutoff` bags, in the order in which they first appear. */
export function learnFeatures(bags: Iterable<Bag>, cutoff: number): NamedFeatures {
  const counts = new Map<string, number>();
  for (const bag of bags) for (const name of new Set(bag)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return restoreFeatures([...counts].filter(([, count]) => count >= cutoff).map(([name]) => name));
}

/** The features of these names, column by column. Rows are binary. */
export function restoreFeatures(names: readonly string[]): NamedFeatures {
  const columns = new Map(names.map((name, column) => [name, column]));
  return {
    names,
    column: (name) => columns.get(name),
    rows(bags) {
      const builder = createRowsBuilder();
      for (const bag of bags) {
        for (const name of new Set(bag)) {
          const column = columns.get(name);
          if (column !== undefined) builder.add(column, 1);
        }
        builder.endRow();
      }
      return builder.finish(names.length);
    },
  };
}
