import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { createDirectory } from '../../ground/files.ts';
import type { FamilyId, Input, Prediction } from '../../tasks/examples.ts';
import type { Task } from '../../tasks/task.ts';
import { predictionOf } from '../answers.ts';
import type { AnswerOptions, Fit, FitRequest, Fits, FittedModel, ModelKind } from '../contract.ts';
import { findModel } from '../registry.ts';
import { type Combination, combine, DEFAULT_THRESHOLD } from './combination.ts';
import { ENSEMBLE_FILE, memberPath, readEnsemble, writeEnsemble } from './folder.ts';
import type { EnsembleParameters } from './parameters.ts';
import type { Candidates, Conventions, MemberAnswers, Shape } from './shape.ts';
import { instructionShape, replyShape, treeShape } from './shapes/consensus.ts';
import { eventShape } from './shapes/events.ts';
import { labelShape, multilabelShape } from './shapes/labels.ts';
import { actsShape, statusShape } from './shapes/parts.ts';
import { rankingShape } from './shapes/ranking.ts';
import { spanShape } from './shapes/spans.ts';
import { symptomShape } from './shapes/symptoms.ts';
import { causeShape, termShape, tripleShape } from './shapes/votes.ts';
import { fitStack } from './stack.ts';
import { type Tuning, tuneThreshold, tuneWeights } from './tune.ts';

/** Shares of the work: members answer dev, then the combination is tuned. */
const ANSWERED = 0.8;

interface Opened {
  readonly name: string;
  readonly kind: ModelKind;
  readonly fitted: FittedModel;
}

/** One family: how its ensembles are fitted, and opened from kept members. */
interface Way<F extends FamilyId> {
  readonly fit: Fit<F, EnsembleParameters>;
  open(task: Task, members: readonly Opened[], combination: Combination): FittedModel<F>;
}

/** The ways of a family, from how its predictions are combined. */
function wayOf<F extends FamilyId>(shape: Shape<F>): Way<F> {
  const open: Way<F>['open'] = (task, members, combination) => ({
    bytes: members.reduce((sum, { fitted }) => sum + (fitted.bytes ?? 0), 0),
    answer: (inputs, options) => answer(shape, { task, members, combination }, inputs, options),
    save: (folder) => save(folder, task, members, combination),
  });
  return {
    open,
    async fit(request) {
      const { task, dev, members: named = [], onProgress, signal } = request;
      const members: Opened[] = [];
      for (const { name, kind, load } of named) members.push({ name, kind, fitted: await load() });
      const inputs = dev.map(({ input }) => input);
      const columns = await ask(task, members, inputs, {
        signal,
        onProgress: (share) => onProgress?.(share * ANSWERED),
      });
      const combination = await learn(shape, request, columns);
      onProgress?.(1);
      return open(task, members, combination);
    },
  };
}

/** The predictions of every member, one column each. */
async function ask<F extends FamilyId>(
  task: Task,
  members: readonly Opened[],
  inputs: readonly Input<F>[],
  { signal, onProgress }: Pick<FitRequest, 'signal' | 'onProgress'>,
): Promise<(Prediction<F> | undefined)[][]> {
  const columns: (Prediction<F> | undefined)[][] = [];
  for (const [m, { kind, fitted }] of members.entries()) {
    const column = new Array<Prediction<F> | undefined>(inputs.length);
    let done = 0;
    await fitted.answer(inputs, {
      signal,
      onAnswer(index, { raw }) {
        column[index] = predictionBy<F>(kind, raw, inputs[index], task);
        onProgress?.((m + ++done / inputs.length) / members.length);
      },
    });
    columns.push(column);
  }
  return columns;
}

/** The prediction in a reply. A member answers inputs of the family of its task, which is that of the ensemble. */
const predictionBy = <F extends FamilyId>(
  kind: ModelKind,
  raw: unknown,
  input: Input<F>,
  task: Task,
): Prediction<F> | undefined => predictionOf(kind.interpret(raw, input, task)) as Prediction<F> | undefined;

const saidOf = <F extends FamilyId>(
  columns: readonly (readonly (Prediction<F> | undefined)[])[],
  index: number,
): MemberAnswers<F> => columns.map((column) => column[index]);

/** What is tuned on dev. */
async function learn<F extends FamilyId>(
  shape: Shape<F>,
  request: FitRequest<F, EnsembleParameters>,
  columns: readonly (readonly (Prediction<F> | undefined)[])[],
): Promise<Combination> {
  const { task, signal, parameters } = request;
  const { method, tune, c } = parameters;
  const members = columns.length;
  const decisions =
    method === 'vote' || !columns.flat().every((one) => one !== undefined && shape.scored(one));
  const ways = shape.exclusive([...request.train, ...request.dev]);
  const plain: Combination = {
    ...{ decisions, exclusive: ways[0], threshold: DEFAULT_THRESHOLD },
    weights: new Array<number>(members).fill(1),
    scales: scalesOf(shape, columns),
  };
  const asked = request.dev.map((example, i) => ({ example, said: saidOf(columns, i) }));
  const answered = asked.filter(({ said }) => said.some((one) => one !== undefined));
  if (answered.length === 0 && method === 'stack') throw nothingToLearnFrom(task);
  if (answered.length === 0 || (!tune && method !== 'stack')) return plain;
  const examples = answered.map(({ example }) => example);
  const propose = (exclusive: boolean): Candidates<F>[] => {
    const conventions = conventionsOf(shape, task, { ...plain, exclusive });
    return answered.map(({ example, said }) => shape.propose(example.input, said, conventions));
  };
  const stacked =
    method === 'stack'
      ? await fitStack({
          ...{ examples, members, c, signal, rule: shape.rule, candidates: propose(plain.exclusive) },
        })
      : undefined;
  if (!tune) return { ...plain, stack: stacked?.stack };
  let best: { readonly score: number; readonly combination: Combination } | undefined;
  for (const exclusive of ways) {
    const tuning: Tuning<F> = {
      ...{ candidates: propose(exclusive), signal, threshold: shape.threshold(task) },
      score: (predictions) => request.score(examples, predictions),
    };
    const { score, ...found } = stacked
      ? await tuneThreshold(tuning, stacked.outOfFold)
      : await tuneWeights(tuning, members);
    if (best && !(score > best.score)) continue;
    best = { score, combination: { ...plain, exclusive, stack: stacked?.stack, ...found } };
  }
  return best?.combination ?? plain;
}

/** The scale of every member, from its answers to dev; undefined if there are none. */
function scalesOf<F extends FamilyId>(
  { scale }: Shape<F>,
  columns: readonly (readonly (Prediction<F> | undefined)[])[],
): number[] | undefined {
  const given = columns.map((column) => column.filter((one) => one !== undefined));
  return scale && given.every(({ length }) => length > 0) ? given.map((some) => scale(some)) : undefined;
}

const conventionsOf = <F extends FamilyId>(
  shape: Shape<F>,
  task: Task,
  { decisions, exclusive, scales }: Combination,
): Conventions => ({
  ...{ decisions, exclusive, scales },
  positive: shape.threshold(task) ? task.positive : undefined,
});

const nothingToLearnFrom = ({ id }: Task): UserError =>
  new UserError(
    'empty-dev',
    {
      en: `There are no answers to dev of ${id} to fit a stack on`,
      zh: `${id} 的 dev 上没有可用于拟合 stack 的回答`,
    },
    {
      field: 'method',
      hint: { en: 'Choose average or vote.', zh: '请选择 average 或 vote。' },
    },
  );

interface Ensemble {
  readonly task: Task;
  readonly members: readonly Opened[];
  readonly combination: Combination;
}

/** Members answer one after another; an input's answers are combined once the last member has answered it, or all. */
async function answer<F extends FamilyId>(
  shape: Shape<F>,
  { task, members, combination }: Ensemble,
  inputs: readonly Input<F>[],
  { signal, onAnswer, answered }: AnswerOptions,
): Promise<void> {
  const conventions = conventionsOf(shape, task, combination);
  const columns = members.map(() => new Array<Prediction<F> | undefined>(inputs.length));
  const done = new Set(answered);
  const finish = (index: number): void => {
    const said = saidOf(columns, index);
    if (done.has(index) || said.every((one) => one === undefined)) return;
    done.add(index);
    const candidates: Candidates<F> = shape.propose(inputs[index], said, conventions);
    const scores = combine(combination, candidates, shape.rule);
    onAnswer(index, { raw: candidates.decide(scores, combination.threshold) });
  };
  for (const [m, { kind, fitted }] of members.entries()) {
    await fitted.answer(inputs, {
      ...{ signal, answered },
      onAnswer(index, { raw }) {
        columns[m][index] = predictionBy<F>(kind, raw, inputs[index], task);
        if (m === members.length - 1) finish(index);
      },
    });
  }
  for (const index of inputs.keys()) finish(index);
}

const WAYS = {
  ner: wayOf(spanShape),
  similarity: wayOf(labelShape<'similarity'>()),
  inference: wayOf(labelShape<'inference'>()),
  ranking: wayOf(rankingShape),
  classification: wayOf(labelShape<'classification'>()),
  multilabel: wayOf(multilabelShape),
  relation: wayOf(tripleShape),
  dialogue: wayOf(symptomShape),
  'dialogue-acts': wayOf(actsShape),
  'mention-status': wayOf(statusShape),
  normalisation: wayOf(termShape),
  event: wayOf(eventShape),
  causal: wayOf(causeShape),
  generation: wayOf(replyShape),
  instruction: wayOf(instructionShape),
  'decision-tree': wayOf(treeShape),
} satisfies { readonly [F in FamilyId]?: Way<F> };

export const fit: Fits<EnsembleParameters> = {
  ner: WAYS.ner.fit,
  similarity: WAYS.similarity.fit,
  inference: WAYS.inference.fit,
  ranking: WAYS.ranking.fit,
  classification: WAYS.classification.fit,
  multilabel: WAYS.multilabel.fit,
  relation: WAYS.relation.fit,
  dialogue: WAYS.dialogue.fit,
  'dialogue-acts': WAYS['dialogue-acts'].fit,
  'mention-status': WAYS['mention-status'].fit,
  normalisation: WAYS.normalisation.fit,
  event: WAYS.event.fit,
  causal: WAYS.causal.fit,
  generation: WAYS.generation.fit,
  instruction: WAYS.instruction.fit,
  'decision-tree': WAYS['decision-tree'].fit,
};

/** Writes a folder with the models of the members; the file that makes it one comes last. */
async function save(
  folder: string,
  task: Task,
  members: readonly Opened[],
  combination: Combination,
): Promise<void> {
  await createDirectory(folder);
  await rm(join(folder, ENSEMBLE_FILE), { force: true });
  for (const [index, { fitted }] of members.entries()) {
    const path = memberPath(folder, index);
    await rm(path, { recursive: true, force: true });
    await fitted.save?.(path);
  }
  const names = members.map(({ name, kind }) => ({ name, kind: kind.id }));
  await writeEnsemble(folder, task.family, { members: names, combination });
}

/**
 * Reads a folder that `save` wrote. Throws a UserError if it is damaged, of another family, or has a member of an
 * unknown kind.
 */
export async function load(folder: string, task: Task): Promise<FittedModel> {
  const kept = await readEnsemble(folder, task.family);
  const members: Opened[] = [];
  for (const [index, { name, kind: id }] of kept.members.entries()) {
    const kind = findModel(id);
    members.push({ name, kind, fitted: await kind.load(memberPath(folder, index), task) });
  }
  const ways: { readonly [F in FamilyId]?: Pick<Way<F>, 'open'> } = WAYS;
  const way = ways[task.family];
  if (!way) throw new Error(`No ensemble of the family ${task.family}`);
  return way.open(task, members, kept.combination);
}
