/** What a program may import from `chineseblue/metrics`: scores of plain arrays, no files and no tasks. */
export type { BioRule, TagSpan } from '../../metrics/bio.ts';
export { decodeBio, encodeBio } from '../../metrics/bio.ts';
export type { BootstrapOptions, Interval } from '../../statistics/interval.ts';
export {
  type AveragedScores,
  type ClassOptions,
  type ClassRow,
  type ClassScores,
  classScores,
  type LabelSetScores,
  labelSetScores,
} from './classes.ts';
export { type EntityAnnotation, type EntityOptions, entityScores, type TypedSpan } from './entities.ts';
export type { Intervals, ScoreOptions } from './options.ts';
export { type RankingOptions, type RankingScores, rankingScores } from './rankings.ts';
