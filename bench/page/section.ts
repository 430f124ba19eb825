// The results are plain JSON of the benches; what a section reads is what its bench writes.
// biome-ignore lint/suspicious/noExplicitAny: a page over a dozen unrelated shapes
export type Result = any;

/** What was asked of a measurement, and what came out. */
export interface Goal {
  readonly what: string;
  readonly measured: number;
  readonly goal: number;
  readonly unit: 'times' | 'percent' | 'seconds' | 'MiB' | 'MB';
  /** Whether less is better. */
  readonly atMost?: boolean;
}

/** A part of docs/performance.md: the results of one bench. */
export interface Section {
  readonly title: string;
  /** Below bench/results, without `.json`. */
  readonly result: string;
  readonly command: string;
  readonly body: (result: Result) => readonly string[];
  /** The goals that its result is held against. */
  readonly goals?: (result: Result) => readonly Goal[];
}

export const seconds = (value: number): string =>
  value < 0.1 ? `${(value * 1000).toFixed(1)} ms` : `${value.toFixed(2)} s`;

export const times = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)}×`;

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${head.join(' | ')} |`,
  `| ${head.map((_, i) => (i === 0 ? '---' : '---:')).join(' | ')} |`,
  ...rows.map((cells) => `| ${cells.join(' | ')} |`),
];
