import { EXIT, UserError } from '../ground/errors.ts';
import { didYouMean } from '../ground/nearest.ts';
import { bert } from './bert/kind.ts';
import { bm25 } from './bm25/kind.ts';
import type { ModelKind } from './contract.ts';
import { crf } from './crf/kind.ts';
import { dialogue } from './dialogue/kind.ts';
import { embedding } from './embedding/kind.ts';
import { ensemble } from './ensemble/kind.ts';
import { events } from './events/kind.ts';
import { fasttext } from './fasttext/kind.ts';
import { knn } from './knn/kind.ts';
import { lexicon } from './lexicon/kind.ts';
import { linear } from './linear/kind.ts';
import { gguf } from './llm/gguf/kind.ts';
import { llm } from './llm/kind.ts';
import { ltr } from './ltr/kind.ts';
import { majority } from './majority/kind.ts';
import { relation } from './relation/kind.ts';
import { terms } from './terms/kind.ts';

/** The built-in kinds, in the order of the tables. Only descriptions: a kind loads its implementation when used. */
const builtIn: readonly ModelKind[] = [
  majority,
  bm25,
  ltr,
  lexicon,
  knn,
  linear,
  fasttext,
  crf,
  dialogue,
  relation,
  terms,
  events,
  embedding,
  bert,
  llm,
  gguf,
  ensemble,
];

const registered = new Map<string, ModelKind>();

/**
 * Every kind of model: the built-in ones, then registered ones.
 *
 * @example
 * ```ts
 * import { modelKinds } from 'chineseblue';
 *
 * const forRanking = modelKinds().filter(({ families }) => families.includes('ranking'));
 * forRanking.map(({ id }) => id); // ['majority', 'bm25', 'ltr', 'embedding', 'bert', 'llm', 'gguf', 'ensemble']
 * ```
 */
export const modelKinds = (): readonly ModelKind[] => [...builtIn, ...registered.values()];

/** Whether the kind is registered in every process. */
export const isBuiltIn = (id: string): boolean => builtIn.some((kind) => kind.id === id);

/**
 * Makes a custom kind available by its id in this process. Registering the same id again replaces it.
 * Throws a UserError `model-exists` for the id of a built-in kind.
 *
 * @example
 * ```ts
 * import { defineModel, evaluate, findTask, integer, primaryScore, registerModel, samplesDir } from 'chineseblue';
 *
 * registerModel(
 *   defineModel({
 *     contract: 1,
 *     id: 'nth-label',
 *     version: 1,
 *     summary: { en: 'Always the same label', zh: '总是同一标签' },
 *     families: ['classification'],
 *     parameters: { n: integer({ min: 0, default: 0, summary: { en: 'Which one.', zh: '第几个。' } }) },
 *     seeded: false,
 *     capabilities: { save: false, load: false, explain: false, embed: false },
 *     implementation: async () => ({
 *       fit: {
 *         classification: async ({ task, parameters: { n } }) => ({
 *           answer: async (inputs, { onAnswer }) =>
 *             inputs.forEach((_, i) => onAnswer(i, { raw: { label: task.labels[n].id } })),
 *         }),
 *       },
 *     }),
 *   }),
 * );
 * const task = findTask('cMedIC');
 * const run = await evaluate({ task, model: 'nth-label', parameters: { n: 1 }, dataDir: samplesDir() });
 * primaryScore(run.scores).value; // 0.7
 * ```
 */
export function registerModel(kind: ModelKind): void {
  if (isBuiltIn(kind.id)) {
    throw new UserError(
      'model-exists',
      { en: `There is a built-in model ${kind.id}`, zh: `已有内置模型 ${kind.id}` },
      { field: 'id', hint: { en: 'Choose another id.', zh: '请使用其他 id。' } },
    );
  }
  registered.set(kind.id, kind);
}

/**
 * The kind with that id. Throws a UserError, with the nearest id, if there is none.
 *
 * @example
 * ```ts
 * import { findModel, findTask } from 'chineseblue';
 *
 * const { parameters, resolve } = findModel('linear');
 * console.log(Object.entries(parameters).map(([name, { summary }]) => `${name}: ${summary.en}`));
 * console.log(await resolve({ minDf: 2 }, { task: findTask('cMedIC') }));
 * ```
 */
export function findModel(id: string): ModelKind {
  const kinds = modelKinds();
  const found = kinds.find((kind) => kind.id === id);
  if (found) return found;
  const ids = kinds.map((kind) => kind.id);
  throw new UserError(
    'unknown-model',
    { en: `There is no model "${id}"`, zh: `没有模型“${id}”` },
    {
      hint: {
        en: `${didYouMean(id, ids).en}\`chineseblue kinds\` lists all ${ids.length}.`,
        zh: `${didYouMean(id, ids).zh}\`chineseblue kinds\` 列出全部 ${ids.length} 种。`,
      },
      exitCode: EXIT.usage,
    },
  );
}
