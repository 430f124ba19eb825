import { EXIT, UserError } from '../../ground/errors.ts';
import { createPace } from '../../ground/yielder.ts';
import type { Task } from '../../tasks/task.ts';
import type { Parameters, Predictor } from '../contract.ts';
import type { Fits } from '../define.ts';
import { sizeOf } from '../shared/modelfile.ts';
import { type CrfModel, modelContent } from './model.ts';
import { loadCrf, saveCrf } from './store.ts';
import { fitSymptoms, loadSymptoms } from './symptoms.ts';
import { createTagger } from './tagger.ts';
import { TEMPLATE_GROUPS, type TemplateGroup } from './templates.ts';
import { type TrainOptions, trainCrf } from './train.ts';

/** How many features `explain` tells an entity, and how many other readings it compares. */
const EVIDENCE = 5;
const READINGS = 3;

/** Parameters of the command line → options of training. UserError (usage) for what they cannot be. */
export function crfOptions(parameters: Parameters): Omit<TrainOptions, 'onProgress' | 'signal'> {
  const groups = String(parameters.templates)
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const wrong = (field: string, message: string, hint: string): UserError =>
    new UserError('bad-parameter', message, { field, hint, exitCode: EXIT.usage });
  const known: readonly string[] = TEMPLATE_GROUPS;
  const stranger = groups.find((group) => !known.includes(group));
  if (stranger !== undefined || groups.length === 0) {
    throw wrong(
      'templates',
      `There are no feature templates "${stranger ?? ''}"`,
      `There are ${known.join(', ')}.`,
    );
  }
  const number = (
    field: 'cutoff' | 'c1' | 'c2' | 'iterations' | 'threads',
    least: number,
    whole: boolean,
  ): number => {
    const value = Number(parameters[field]);
    if (value >= least && (!whole || Number.isInteger(value))) return value;
    throw wrong(field, `${field} is ${value}`, `Give a ${whole ? 'whole ' : ''}number from ${least} up.`);
  };
  return {
    groups: groups as TemplateGroup[],
    cutoff: number('cutoff', 1, true),
    c1: number('c1', 0, false),
    c2: number('c2', 0, false),
    iterations: number('iterations', 1, true),
    threads: number('threads', 1, true),
  };
}

function predictor(model: CrfModel): Predictor<'ner'> {
  const tagger = createTagger(model);
  return {
    bytes: sizeOf(modelContent(model)),
    async predict(inputs, onProgress) {
      const pace = createPace();
      const predictions = [];
      for (const [i, { text }] of inputs.entries()) {
        await pace();
        predictions.push({ entities: tagger.tag(text) });
        onProgress?.((i + 1) / inputs.length);
      }
      return predictions;
    },
    save: (file) => saveCrf(file, model),
    explain({ text }) {
      const entities = tagger.tag(text);
      const confidences = tagger.confidences(text, entities);
      const lines = entities.map((entity, i) => {
        const evidence = tagger.evidence(text, entity).slice(0, EVIDENCE);
        const because = evidence.map(({ feature, weight }) => `${feature} (${weight.toFixed(2)})`).join('; ');
        const { start, end, type } = entity;
        return `${text.slice(start, end)} [${start}, ${end}) ${type}, ${(100 * confidences[i]).toFixed(1)} %: ${because}`;
      });
      const readings = tagger.best(text, READINGS).map(({ probability, entities }) => {
        const named = entities.map(({ start, end, type }) => `${text.slice(start, end)}/${type}`).join(' ');
        return `${(100 * probability).toFixed(1)} %: ${named || 'no entity'}`;
      });
      return [...lines, ...readings];
    },
  };
}

export const fits: Fits = {
  async ner({ train, parameters, onProgress, signal }) {
    const texts = train.map(({ input, gold }) => ({ text: input.text, entities: gold.entities }));
    return predictor(await trainCrf(texts, { ...crfOptions(parameters), onProgress, signal }));
  },
  dialogue: ({ train, parameters, onProgress, signal }) =>
    fitSymptoms(train, { ...crfOptions(parameters), onProgress, signal }),
};

export async function load(file: string, task: Task): Promise<Predictor> {
  if (task.family === 'dialogue') return (await loadSymptoms(file)) as Predictor;
  return predictor(await loadCrf(file)) as Predictor;
}
