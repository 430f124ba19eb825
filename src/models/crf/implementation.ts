import { familyOf } from '../../tasks/families/registry.ts';
import type { Task } from '../../tasks/task.ts';
import type { Fits, FittedModel } from '../contract.ts';
import { answerEach } from '../shared/answer-each.ts';
import { listFeatures } from '../shared/crf/explain.ts';
import { type CrfModel, modelContent } from '../shared/crf/model.ts';
import { crfOptions } from '../shared/crf/parameters.ts';
import { openCrf } from '../shared/crf/store.ts';
import { createTagger } from '../shared/crf/tagger.ts';
import { trainCrf } from '../shared/crf/train.ts';
import { readModelFile, sizeOf, writeModelFile } from '../shared/modelfile.ts';
import type { CrfParameters } from './parameters.ts';
import { fitSymptoms, loadSymptoms } from './symptoms.ts';

const KIND = 'crf';
/** How many features `explain` gives for an entity, and how many other readings it compares. */
const FEATURES_SHOWN = 5;
const READINGS = 3;

function fitted(model: CrfModel): FittedModel<'ner'> {
  const tagger = createTagger(model);
  const content = modelContent(model);
  return {
    bytes: sizeOf(content),
    answer: (inputs, options) => answerEach(inputs, options, ({ text }) => ({ entities: tagger.tag(text) })),
    save: (file) => writeModelFile(file, KIND, content),
    explain({ text }) {
      const entities = tagger.tag(text);
      const confidences = tagger.confidences(text, entities);
      const lines = entities.map((entity, i) => {
        const because = listFeatures(tagger.features(text, entity), FEATURES_SHOWN);
        const { start, end, type } = entity;
        const entityText = `${text.slice(start, end)} [${start}, ${end}) ${type}`;
        const percent = (100 * confidences[i]).toFixed(1);
        return {
          en: `${entityText}, ${percent} %: ${because.en}`,
          zh: `${entityText}，${percent}%：${because.zh}`,
        };
      });
      const readings = tagger.best(text, READINGS).map(({ probability, entities }) => {
        const named = entities.map(({ start, end, type }) => `${text.slice(start, end)}/${type}`).join(' ');
        const percent = (100 * probability).toFixed(1);
        return { en: `${percent} %: ${named || 'no entity'}`, zh: `${percent}%：${named || '无实体'}` };
      });
      return [...lines, ...readings];
    },
  };
}

export const fit: Fits<CrfParameters> = {
  async ner({ train, parameters, onProgress, signal }) {
    const texts = train.map(({ input, gold }) => ({ text: input.text, entities: gold.entities }));
    return fitted(await trainCrf(texts, { ...crfOptions(parameters), onProgress, signal }));
  },
  dialogue: ({ train, parameters, onProgress, signal }) =>
    fitSymptoms(train, { ...crfOptions(parameters), onProgress, signal }),
};

/** Reads a model that `save` wrote. UserError for anything else. */
export async function load(file: string, task: Task): Promise<FittedModel> {
  if (familyOf(task).inputShape === 'turns') return loadSymptoms(file);
  return fitted(openCrf(file, await readModelFile(file, KIND)));
}
