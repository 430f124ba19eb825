import { createUnknownCounter } from '../../encoders/tokenizers/unknown.ts';
import type { Item } from '../../encoders/training/finetune.ts';
import { removeCheckpoints } from '../../encoders/training/record.ts';
import { UserError } from '../../ground/errors.ts';
import { createRandom } from '../../ground/random.ts';
import type { Example, FamilyId } from '../../tasks/examples.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { Task } from '../../tasks/task.ts';
import type { Fit, FitRequest, FittedModel } from '../contract.ts';
import { weightsOf } from './answer.ts';
import { type Base, createBase, withTokenTypes } from './base.ts';
import { sampleExamples } from './budget.ts';
import { chooseDecoding } from './decoding.ts';
import { createModel, openReader } from './kept.ts';
import type { BertParameters } from './parameters.ts';
import type { FamilyPlan, Plan, Planner } from './plan.ts';
import { recordOf } from './record.ts';
import { fineTune } from './train.ts';

type Request<F extends FamilyId> = FitRequest<F, BertParameters>;

/** Everything that training needs. */
interface Prepared<F extends FamilyId> {
  readonly base: Base;
  readonly learnt: unknown;
  readonly plan: FamilyPlan<F>;
  /** Training examples: all, or a sample of them. */
  readonly train: readonly Example<F>[];
  readonly dev: readonly Example<F>[];
}

/** Fits a family by its planner: prepares, fine-tunes, chooses how to decode, and returns the model, ready to answer. */
export const fitWith =
  <F extends FamilyId>(planner: Planner<F>): Fit<F, BertParameters> =>
  async (request) => {
    const prepared = await prepare(planner, request);
    return prepared.plan.use((plan) => fitPlan(plan, prepared, request));
  };

/** Reads or draws the weights to start from, learns what the plan needs, and samples the examples within the budget. */
async function prepare<F extends FamilyId>(planner: Planner<F>, request: Request<F>): Promise<Prepared<F>> {
  const { task, parameters, seed } = request;
  const texts = (): Iterable<string> => textsOf(task, [...request.train, ...request.dev]);
  const base = await createBase(parameters, texts, seed);
  const context = { tokenizer: base.tokenizer, config: base.config, parameters };
  const learn = async (examples: readonly Example<F>[]) => {
    const learnt = await planner.learn(examples, parameters, task);
    return { learnt, plan: await planner.plan(learnt, context) };
  };
  noteUnknown(base.tokenizer, request);
  const whole = await learn(request.train);
  const { train, dev } = sampleExamples(request, whole.plan);
  return {
    ...(train === request.train ? whole : await learn(train)),
    base: withTokenTypes(base, whole.plan.tokenTypes ?? 0),
    train,
    dev,
  };
}

/** Warns if the vocabulary covers the training texts poorly. */
function noteUnknown<F extends FamilyId>(
  tokenizer: Base['tokenizer'],
  { task, train, onNote }: Request<F>,
): void {
  if (!onNote) return;
  const counter = createUnknownCounter(tokenizer);
  for (const text of textsOf(task, train)) counter.add(text);
  const note = counter.note();
  if (note) onNote({ en: `${task.id}: ${note.en}`, zh: `${task.id}：${note.zh}` });
}

async function fitPlan<F extends FamilyId, Target, Answer>(
  plan: Plan<F, Target, Answer>,
  prepared: Prepared<F>,
  request: Request<F>,
): Promise<FittedModel<F>> {
  const { base, train, dev } = prepared;
  const { task, parameters } = request;
  const items = await itemsOf(plan, train, request);
  const tensors = await fineTune({ request, base, plan, items, dev });
  const { config, tokenizer, sentence } = base;
  const record = recordOf(task, parameters, prepared.learnt);
  const fitted = { config, tokenizer, sentence, plan: prepared.plan, record, parameters, tensors };
  const answering = {
    ask: plan.ask,
    forward: await openReader(plan.head, fitted),
    weights: weightsOf(tensors),
  };
  const { learnt, ask } = await chooseDecoding(plan, answering, dev, request);
  const model = createModel(
    { ...fitted, record: { ...record, learnt: learnt ?? prepared.learnt } },
    { ...answering, ask },
  );
  return {
    ...model,
    learntFrom: train.length,
    async save(folder) {
      await model.save?.(folder);
      if (request.directory !== undefined) await removeCheckpoints(request.directory);
    },
  };
}

/** Items of the examples and of the requested number of altered copies. Throws a UserError if there are none. */
async function itemsOf<F extends FamilyId, Target>(
  plan: Plan<F, Target, unknown>,
  examples: readonly Example<F>[],
  { task, parameters, seed, signal }: Request<F>,
): Promise<Item<Target>[]> {
  const items = (await plan.mine?.(examples, signal)) ?? plan.items(examples);
  const random = createRandom(seed, 'copies');
  for (let i = 0; i < parameters.copies; i++) items.push(...(plan.copy?.(examples, random) ?? []));
  if (items.length > 0) return items;
  throw new UserError(
    'nothing-to-learn',
    { en: `No example of ${task.id} can be used for training`, zh: `${task.id} 没有可用于训练的样本` },
    {
      hint: {
        en: 'Queries need documents of different grades.',
        zh: '每个查询需要有等级不同的文档。',
      },
    },
  );
}

function* textsOf(task: Task, examples: readonly Example[]): Generator<string> {
  for (const { input } of examples) yield* familyOf(task).texts(input);
}
