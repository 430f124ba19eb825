import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { architectureOf } from '../../encoders/architectures/registry.ts';
import { loadFolder } from '../../encoders/folder/load.ts';
import { readOwn, requireHead } from '../../encoders/folder/own.ts';
import type { Forward } from '../../encoders/inference/forward.ts';
import type { Sequence } from '../../encoders/inference/sequences.ts';
import { describeEvent } from '../../encoders/training/events.ts';
import { train } from '../../encoders/training/finetune.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import { createRandom } from '../../ground/random.ts';
import type { Example, FamilyId } from '../../tasks/examples.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { Task } from '../../tasks/task.ts';
import type { FitRequest, Parameters, Predictor } from '../contract.ts';
import type { Fits } from '../define.ts';
import { createBase, initialParameters, withTokenTypes } from './base.ts';
import { withinBudget } from './budget.ts';
import { FAMILY_DEFAULTS } from './defaults.ts';
import { dialoguePlanner } from './dialogue.ts';
import { labelPlanner, multilabelPlanner } from './labels.ts';
import { nerPlanner } from './ner.ts';
import type { Plan, PlanContext, Planner } from './plan.ts';
import {
  answerAll,
  createPredictor,
  type Fitted,
  openFitted,
  RECORD,
  readRecord,
  weightsOf,
} from './predictor.ts';
import { rankingPlanner } from './ranking.ts';
import { relationPlanner } from './relation.ts';
import { primaryScore } from './score.ts';
import { copiesOf, evidenceOf, settingsOf } from './settings.ts';

const PLANNERS = {
  ner: nerPlanner,
  similarity: labelPlanner,
  inference: labelPlanner,
  classification: labelPlanner,
  multilabel: multilabelPlanner,
  ranking: rankingPlanner,
  relation: relationPlanner,
  dialogue: dialoguePlanner,
} as unknown as Record<FamilyId, Planner<FamilyId, unknown>>;

export const fits: Fits = Object.fromEntries(Object.keys(PLANNERS).map((family) => [family, fit]));

async function fit<F extends FamilyId>(request: FitRequest<F>): Promise<Predictor<F>> {
  const { task, seed, onProgress, signal } = request;
  const texts = (): Iterable<string> => textsOf(task, [...request.train, ...request.dev]);
  const found = await createBase(request.parameters, texts, seed);
  const { tokenizer, pretrained } = found;
  const evidence = evidenceOf(request.parameters, task.family, pretrained);
  const parameters: Parameters = { ...request.parameters, evidence };
  const wanted = Number(parameters['max-length']) || FAMILY_DEFAULTS[task.family].maxLength;
  const maxLength = Math.min(wanted, found.config.maxPositions);
  const planner = PLANNERS[task.family];
  const context = { tokenizer, config: found.config, maxLength, parameters };
  const teach = (from: readonly Example<F>[]) => {
    const learnt = planner.learn(from, parameters);
    return { learnt, plan: planner.plan(learnt, context) as unknown as Plan<F> };
  };
  const whole = teach(request.train);
  const base = withTokenTypes(found, whole.plan.tokenTypes ?? 0);
  const { config } = base;
  const settings = settingsOf(parameters, task.family, {
    ...{ pretrained, seed, hidden: config.hiddenSize },
    eager: whole.plan.eager,
  });
  const copies = copiesOf(parameters, task.family, pretrained);
  const { train: examples, dev } = sample(request, whole.plan, settings.epochs * (1 + copies));
  const { learnt, plan } = examples === request.train ? whole : teach(examples);
  const items = plan.items(examples);
  const random = createRandom(seed, 'copies');
  for (let i = 0; i < copies; i++) items.push(...(plan.copy?.(examples, random) ?? []));
  if (items.length === 0) {
    throw new UserError('nothing-to-learn', `No example of ${task.id} can be learnt from`, {
      hint: 'Queries need documents of different grades.',
    });
  }
  const initial = initialParameters(base, plan.head, seed);
  const inputs = dev.map(({ input }) => input);
  const directory = request.directory ?? (await mkdtemp(join(tmpdir(), 'chineseblue-bert-')));
  try {
    const { weights } = await train({
      config,
      head: plan.head,
      initial,
      items,
      evaluate:
        dev.length > 0
          ? async (forward, current) =>
              primaryScore(task, dev, await answerAll(plan, inputs, forward, current))
          : undefined,
      settings,
      directory,
      checkpointEvery: Number(parameters['checkpoint-minutes']) * 60_000,
      onEvent(event) {
        const share = event.kind === 'step' ? event.share : 0;
        const note = describeEvent(event);
        if (note) onProgress?.(share, note.en);
      },
      signal,
    });
    const record = {
      schema: 'chineseblue/bert@1',
      family: task.family,
      task: task.id,
      maxLength,
      parameters,
      learnt,
    } as const;
    const tensors = new Map(
      Array.from(initial, ([name, { shape }]) => [name, { shape, data: weights.get(name)! }]),
    );
    // saved as the encoder's class, which has a pooler: the head has no use for it, and it keeps its weights
    const { isPooler } = architectureOf(config).parameters;
    if (plan.head.transformersClass === undefined)
      for (const [name, tensor] of base.tensors) if (isPooler(name)) tensors.set(name, tensor);
    const fitted = { config, tokenizer, plan, record, tensors };
    const forward = await openFitted(fitted);
    const settled = await settle({ planner, context, fitted, forward, task, dev });
    return { ...(await createPredictor(settled, forward)), learntFrom: examples.length };
  } finally {
    if (!request.directory) await rm(directory, { recursive: true, force: true });
  }
}

/** The model with the best of the alternatives to what was learnt, by its answers on dev. */
async function settle<F extends FamilyId>({
  planner,
  context,
  fitted,
  forward,
  task,
  dev,
}: {
  planner: Planner<FamilyId, unknown>;
  context: PlanContext;
  fitted: Fitted<F>;
  forward: Forward<unknown>;
  task: Task;
  dev: readonly Example<F>[];
}): Promise<Fitted<F>> {
  const { record, tensors } = fitted;
  const alternatives = dev.length > 0 ? (planner.alternatives?.(record.learnt, record.parameters) ?? []) : [];
  let answers: Promise<unknown[]> | undefined;
  const once: Forward<unknown> = (sequences) => {
    answers ??= forward(sequences);
    return answers;
  };
  const inputs = dev.map(({ input }) => input);
  let best = { fitted, score: Number.NEGATIVE_INFINITY };
  for (const learnt of alternatives) {
    const plan = planner.plan(learnt, context) as unknown as Plan<F>;
    const score = primaryScore(task, dev, await answerAll(plan, inputs, once, weightsOf(tensors)));
    if (score > best.score) best = { fitted: { ...fitted, plan, record: { ...record, learnt } }, score };
  }
  return best.fitted;
}

/** The examples that the parameter `budget` leaves: so many tokens in all epochs together, of train and of dev alike. */
function sample<F extends FamilyId>(
  { train, dev, seed, parameters }: FitRequest<F>,
  plan: Plan<F>,
  passes: number,
): Pick<FitRequest<F>, 'train' | 'dev'> {
  const limit = Number(parameters.budget) / passes;
  if (limit === 0) return { train, dev };
  if (limit < 0) {
    throw new UserError('bad-parameter', `budget is at least 0, not ${parameters.budget}`, {
      field: 'budget',
      exitCode: EXIT.usage,
    });
  }
  const count = (sequences: readonly Sequence[]): number =>
    sequences.reduce((sum, { ids }) => sum + ids.length, 0);
  const learning = (example: Example<F>): number =>
    count(plan.items([example]).flatMap(({ rows }) => rows.map(({ sequence }) => sequence)));
  const asking = ({ input }: Example<F>): number => count(plan.ask(input).sequences);
  return { train: withinBudget(train, limit, learning, seed), dev: withinBudget(dev, limit, asking, seed) };
}

function* textsOf(task: Task, examples: readonly Example[]): Generator<string> {
  for (const { input } of examples) yield* familyOf(task).texts(input);
}

/**
 * A folder that `save` wrote; `answering` overrides how it was fitted to answer (dtype, device, threads, evidence).
 * Throws a UserError for another family's, and for one that lacks a parameter.
 */
export async function load(folder: string, task: Task, answering: Parameters): Promise<Predictor> {
  const fitted = await openKept(folder, answering);
  if (fitted.record.family !== task.family) {
    throw new UserError(
      'other-family',
      `This model was fine-tuned for ${fitted.record.family}, not ${task.family}`,
      { file: folder },
    );
  }
  return createPredictor(fitted);
}

/** Reads a folder that `save` wrote. Throws a UserError where it lacks a parameter. */
export async function openKept(folder: string, answering: Parameters = {}): Promise<Fitted<FamilyId>> {
  const record = await readRecord(folder);
  const { config, tensors: known, tokenizer } = await loadFolder(folder);
  const tensors = new Map([...known, ...(await readOwn(folder))]);
  const { maxLength, learnt, family } = record;
  const parameters = { ...record.parameters, ...answering };
  if ('evidence' in answering) evidenceOf(answering, family, true);
  const context = { tokenizer, config, maxLength, parameters };
  const plan = planOf(family, learnt, context, folder);
  requireHead(plan.head.parameters, tensors, folder);
  return { config, tokenizer, plan, record: { ...record, parameters }, tensors };
}

/** The plan of what a folder says was learnt. Throws a UserError where that is damaged. */
function planOf(family: FamilyId, learnt: unknown, context: PlanContext, folder: string): Plan<FamilyId> {
  try {
    return PLANNERS[family].plan(learnt, context) as unknown as Plan<FamilyId>;
  } catch (error) {
    const damage = { place: { field: 'learnt' }, hint: 'Fine-tune again, or bring the file anew.' };
    const { place, hint } = error instanceof UserError ? error : damage;
    const message = error instanceof UserError ? error.message : 'What this model has learnt is damaged';
    throw new UserError('not-fine-tuned', message, { file: join(folder, RECORD), ...place, hint });
  }
}
