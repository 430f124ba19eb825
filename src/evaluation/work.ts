import { findModel } from '../models/registry.ts';
import type { Plan } from './plan.ts';

/**
 * The number of evaluations with a fast model that take about as long as one with a slow model. With it the time left that is
 * shown fits runs of the quick models, on the samples and on the real corpora.
 */
const SLOW_WORK = 20;

/** The expected work of an evaluation, for progress: 1 with a fast model. */
export const workOf = ({ model }: Plan): number => (findModel(model).slow ? SLOW_WORK : 1);

/** The expected work of several evaluations. */
export const totalWork = (plans: readonly Plan[]): number =>
  plans.reduce((sum, plan) => sum + workOf(plan), 0);
