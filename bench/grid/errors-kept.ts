import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KindId } from '../../src/report/error-kinds.ts';
import { CELLS, keptCells } from './cells.ts';
import { RECIPES } from './recipes.ts';

/** Examples, or gold elements, with some property in common. */
export interface Group {
  readonly group: string;
  readonly count: number;
}
export interface WrongGroup extends Group {
  readonly wrong: number;
}
export interface ScoredGroup extends Group {
  readonly score: number;
  /** Absent if there are too few units. */
  readonly low?: number;
  readonly high?: number;
}

/** The errors of one model on dev; scores are shares of 1. */
export interface Errors {
  readonly task: string;
  readonly arm: string;
  readonly run: string;
  readonly split: string;
  readonly examples: number;
  readonly units: number;
  readonly score: number;
  readonly errors: number;
  readonly kinds: readonly { readonly id: KindId; readonly count: number }[];
  /** Of predictions that overlap gold but differ in boundaries. */
  readonly boundaries: readonly Group[];
  readonly classes: readonly {
    readonly label: string;
    readonly gold: number;
    readonly answered: number;
    readonly right: number;
    readonly f1: number;
  }[];
  /** The most frequent confusions between classes. */
  readonly confusions: readonly Group[];
  /** Primary score by the length of texts. */
  readonly lengths: readonly ScoredGroup[];
  /** Recall by how often train has the same mention, name or label. */
  readonly frequencies: readonly ScoredGroup[];
  /** By the characters that the texts of a pair, or a query and its documents, share. */
  readonly overlaps: readonly WrongGroup[];
  /** Of the first document of the highest grade. */
  readonly places: readonly Group[];
}

export const errorsFile = (task: string): string => join(CELLS, task, 'errors.json');

export function keptErrors(task: string): Errors | undefined {
  const file = errorsFile(task);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** Whether no arm of a task reaches its goal on test, or the goal is not a number. */
export function missed(task: string): boolean {
  const goal = Number(RECIPES[task].goal);
  const arms = Map.groupBy(keptCells(task).cells, ({ arm }) => arm);
  const means = [...arms.values()].map((cells) => {
    const scores = cells.flatMap(({ score }) => score ?? []);
    return (100 * scores.reduce((a, b) => a + b, 0)) / scores.length;
  });
  return !means.some((mean) => mean >= goal);
}
