import { EXIT, UserError } from '../../ground/errors.ts';
import type { Text } from '../../ground/language.ts';
import type { Entity } from '../../tasks/families/ner/types.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { Task } from '../../tasks/task.ts';
import type { Fits, FittedModel } from '../contract.ts';
import { answerEach } from '../shared/answer-each.ts';
import { listFeatures } from '../shared/crf/explain.ts';
import type { CrfModel } from '../shared/crf/model.ts';
import { crfOptions } from '../shared/crf/parameters.ts';
import { createTagger, type Tagger } from '../shared/crf/tagger.ts';
import { type TaggedText, trainCrf } from '../shared/crf/train.ts';
import { readModelFile, sizeOf, writeModelFile } from '../shared/modelfile.ts';
import { layersContent, layersOf, openLayers } from './layers.ts';
import type { CrfParameters } from './parameters.ts';
import { fitSymptoms, loadSymptoms } from './symptoms.ts';

const KIND = 'crf';
/** How many features `explain` lists for an entity, and how many other readings it compares. */
const FEATURES_SHOWN = 5;
const READINGS = 3;

function fitted(models: readonly CrfModel[]): FittedModel<'ner'> {
  const taggers = models.map(createTagger);
  const content = layersContent(models);
  const tag = (text: string): Entity[] => taggers.flatMap((tagger) => tagger.tag(text));
  return {
    bytes: sizeOf(content),
    answer: (inputs, options) =>
      answerEach(inputs, options, ({ text }) => ({ entities: inOrder(tag(text)) })),
    save: (file) => writeModelFile(file, KIND, content),
    explain: ({ text }) => [
      ...taggers.flatMap((tagger) => explainEntities(tagger, text)),
      ...taggers.flatMap((tagger) => explainReadings(tagger, text)),
    ],
  };
}

/** By place, an entity before those in it. */
const inOrder = (entities: readonly Entity[]): Entity[] =>
  entities.toSorted((a, b) => a.start - b.start || b.end - a.end);

/** The entities of a text with their probabilities and heaviest features. */
function explainEntities(tagger: Tagger, text: string): Text[] {
  const entities = tagger.tag(text);
  const confidences = tagger.confidences(text, entities);
  return entities.map((entity, i) => {
    const because = listFeatures(tagger.features(text, entity), FEATURES_SHOWN);
    const { start, end, type } = entity;
    const entityText = `${text.slice(start, end)} [${start}, ${end}) ${type}`;
    const percent = (100 * confidences[i]).toFixed(1);
    return {
      en: `${entityText}, ${percent} %: ${because.en}`,
      zh: `${entityText}，${percent}%：${because.zh}`,
    };
  });
}

/** The likeliest readings of a text. */
const explainReadings = (tagger: Tagger, text: string): Text[] =>
  tagger.best(text, READINGS).map(({ probability, entities }) => {
    const named = entities.map(({ start, end, type }) => `${text.slice(start, end)}/${type}`).join(' ');
    const percent = (100 * probability).toFixed(1);
    return { en: `${percent} %: ${named || 'no entity'}`, zh: `${percent}%：${named || '无实体'}` };
  });

export const fit: Fits<CrfParameters> = {
  async ner({ train, parameters, onProgress, signal }) {
    const texts = train.map(({ input, gold }) => ({ text: input.text, entities: gold.entities }));
    const layers = layersOf(texts, parameters.nested);
    const models: CrfModel[] = [];
    for (const [i, types] of layers.entries()) {
      const own = layers.length === 1 ? texts : texts.map((text) => withTypes(text, types));
      models.push(
        await trainCrf(own, {
          ...crfOptions(parameters),
          onProgress: (share, note) => onProgress?.((i + share) / layers.length, note),
          signal,
        }),
      );
    }
    return fitted(models);
  },
  dialogue({ train, parameters, onProgress, signal }) {
    if (parameters.nested !== undefined) throw onlyEntities();
    return fitSymptoms(train, { ...crfOptions(parameters), onProgress, signal });
  },
};

const withTypes = ({ text, entities }: TaggedText, types: readonly string[]): TaggedText => ({
  text,
  entities: entities.filter(({ type }) => types.includes(type)),
});

const onlyEntities = (): UserError =>
  new UserError(
    'bad-parameter',
    {
      en: 'nested is for entities only, not for dialogue',
      zh: '参数 nested 仅用于实体识别，不能用于 dialogue',
    },
    {
      field: 'nested',
      hint: { en: 'Leave it out.', zh: '请省略该参数。' },
      exitCode: EXIT.usage,
    },
  );

/** Reads a model that `save` wrote. UserError for anything else. */
export async function load(file: string, task: Task): Promise<FittedModel> {
  if (familyOf(task).inputShape === 'turns') return loadSymptoms(file);
  return fitted(openLayers(file, await readModelFile(file, KIND)));
}
