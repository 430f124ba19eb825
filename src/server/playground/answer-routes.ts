import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { createItemReader } from '../../datasets/read.ts';
import { UserError } from '../../ground/errors.ts';
import { listed } from '../../ground/language.ts';
import { version } from '../../ground/version.ts';
import type { Answer } from '../../tasks/answer.ts';
import type { Input } from '../../tasks/examples.ts';
import { toDisplayed } from '../../tasks/families/displayed-answer.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { Env } from '../api/context.ts';
import { refusalOf } from '../api/errors.ts';
import { explain } from '../api/explain.ts';
import { answers } from '../api/route.ts';
import type { ServedModel } from './answerer.ts';
import type { Serving } from './app.ts';
import type { Gauge } from './metrics.ts';

/** Inputs of one request. */
const MOST_INPUTS = 64;

const text = z.object({ en: z.string(), zh: z.string() });
const modelSchema = z
  .object({
    name: z.string(),
    kind: text,
    task: z.string(),
    title: text,
    family: z.string(),
    inputShape: z.enum(['text', 'pair', 'turns', 'documents']),
    labels: z.array(z.object({ id: z.string(), meaning: text })),
    ready: z.boolean(),
  })
  .openapi('Model');

const element = z.object({
  label: z.string(),
  surface: z.string(),
  key: z.string(),
  span: z.object({ block: z.number(), start: z.number(), end: z.number() }).optional(),
});
const answerSchema = z
  .object({
    status: z.enum(['answered', 'refused', 'unreadable', 'missing']),
    prediction: z.unknown().optional(),
    view: z
      .object({
        blocks: z.array(z.object({ who: z.string().optional(), text: z.string() })).readonly(),
        elements: z.array(element).readonly(),
        marks: z.array(element).readonly().optional(),
        values: z.array(z.number()).readonly().optional(),
        scores: z.record(z.string(), z.number()).readonly().optional(),
      })
      .optional()
      .openapi({ description: 'The answer in parts, as the pages draw it; offsets are UTF-16 code units' }),
  })
  .openapi('Answer');

const modelsRoute = createRoute({
  method: 'get',
  path: '/api/v1/models',
  summary: 'The served models',
  responses: answers(z.array(modelSchema)),
});

const answerRoute = createRoute({
  method: 'post',
  path: '/api/v1/models/{name}/answer',
  summary: `Answers up to ${MOST_INPUTS} inputs, which share batches with those of other callers`,
  request: {
    params: z.object({ name: z.string() }),
    body: {
      content: {
        'application/json': {
          schema: z.strictObject({ inputs: z.array(z.looseObject({})).min(1).max(MOST_INPUTS) }),
        },
      },
      required: true,
    },
  },
  responses: answers(
    z.object({ model: z.string(), answers: z.array(answerSchema), milliseconds: z.number() }),
  ),
});

const healthRoute = createRoute({
  method: 'get',
  path: '/api/v1/health',
  summary: 'Whether every model is ready: 503 if one is not',
  responses: answers(z.object({ status: z.string(), version: z.string() })),
});

/** The routes that answer, and those by which they are watched. */
export function addAnswerRoutes(app: OpenAPIHono<Env>, serving: Serving): void {
  const { answerer, metrics, batcherOf } = serving;
  const find = (name: string): ServedModel => {
    const found = answerer.models.find((model) => model.name === name);
    if (found) return found;
    throw noModel(answerer.models);
  };
  app.openapi(modelsRoute, (c) =>
    c.json(
      answerer.models.map((model) => describe(model, serving)),
      200,
    ),
  );
  app.openapi(answerRoute, async (c) => {
    const begun = performance.now();
    const model = find(c.req.valid('param').name);
    const batcher = batcherOf(model);
    const status = (code: number): void =>
      metrics.count('chineseblue_requests_total', { model: model.name, status: String(code) });
    try {
      const inputs = readInputs(model, c.req.valid('json').inputs);
      const given = await batcher.ask(inputs, c.req.raw.signal);
      const milliseconds = performance.now() - begun;
      metrics.observe('chineseblue_request_seconds', { model: model.name }, milliseconds / 1000);
      metrics.count('chineseblue_inputs_total', { model: model.name }, inputs.length);
      status(200);
      const shown = given.map((answer, i) => show(model, inputs[i], answer));
      return c.json({ model: model.name, answers: shown, milliseconds }, 200);
    } catch (error) {
      const refusal = refusalOf(explain(error));
      status(refusal.status);
      if (refusal.error.code === 'overloaded') c.header('retry-after', String(batcher.secondsToWait()));
      throw error;
    }
  });
  app.openapi(healthRoute, (c) => {
    const ready = answerer.models.every(({ name }) => answerer.isReady(name));
    if (!ready) throw notReady();
    return c.json({ status: 'ok', version: version() }, 200);
  });
  app.get('/metrics', (c) =>
    c.body(metrics.text(gaugesOf(serving)), 200, { 'content-type': 'text/plain; version=0.0.4' }),
  );
}

const gaugesOf = ({ answerer, batcherOf }: Serving): Gauge[] =>
  answerer.models.flatMap((model): Gauge[] => {
    const labels = { model: model.name };
    return [
      { name: 'chineseblue_waiting_inputs', labels, value: batcherOf(model).waiting() },
      { name: 'chineseblue_model_ready', labels, value: Number(answerer.isReady(model.name)) },
      { name: 'chineseblue_model_starts', labels, value: answerer.starts(model.name) },
    ];
  });

function describe({ name, kind, task }: ServedModel, { answerer }: Serving): z.infer<typeof modelSchema> {
  const { id, title, family, labels } = task;
  return {
    ...{ name, kind, task: id, title, family, ready: answerer.isReady(name) },
    inputShape: familyOf(task).inputShape,
    labels: labels.map((label) => ({ id: label.id, meaning: label.meaning })),
  };
}

/** Inputs in the shape of the model's family. Throws a UserError that names the input by its line, from 1. */
function readInputs({ task }: ServedModel, given: readonly Record<string, unknown>[]): Input[] {
  const read = createItemReader(task, 'inputs', { ignoreGold: true });
  return given.map(({ id: _id, ...value }, i) => read({ value, line: i + 1 }).input);
}

function show({ task }: ServedModel, input: Input, answer: Answer): z.infer<typeof answerSchema> {
  if (answer.status !== 'answered') return { status: answer.status };
  const { status, prediction } = answer;
  return { status, prediction, view: toDisplayed(task, input, prediction) };
}

const noModel = (models: readonly ServedModel[]): UserError => {
  const names = listed(models.map(({ name }) => name));
  return new UserError(
    'no-model',
    { en: 'There is no such model here', zh: '没有这个模型' },
    { field: 'name', hint: { en: `There is ${names.en}.`, zh: `可选：${names.zh}。` } },
  );
};

const notReady = (): UserError =>
  new UserError(
    'model-not-ready',
    { en: 'A model is not ready yet', zh: '模型尚未就绪' },
    { hint: { en: 'Try again in a few seconds.', zh: '请稍候重试。' } },
  );
