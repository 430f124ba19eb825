// Results are plain JSON: each section reads what its bench writes.
// biome-ignore lint/suspicious/noExplicitAny: a page over a dozen unrelated shapes
export type Result = any;

/** A target and its measurement. */
export interface Goal {
  readonly what: string;
  readonly measured: number;
  readonly goal: number;
  readonly unit: 'times' | 'percent' | 'seconds' | 'MiB' | 'MB';
  /** Whether lower is better. */
  readonly atMost?: boolean;
}

/** A section of docs/performance.md: the results of one bench. */
export interface Section {
  readonly title: string;
  /** File name in bench/results, without `.json`. */
  readonly result: string;
  readonly command: string;
  readonly body: (result: Result) => readonly string[];
  /** The goals its result is checked against. */
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
