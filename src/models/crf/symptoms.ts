import { createPace } from '../../ground/yielder.ts';
import type { Example, Input, Prediction } from '../../tasks/examples.ts';
import { combine } from '../../tasks/families/dialogue/symptom-status.ts';
import type { Symptom, SymptomMention, SymptomStatus } from '../../tasks/families/dialogue/types.ts';
import type { Predictor } from '../contract.ts';
import { namesOf, taggedTurns } from '../dialogue/material.ts';
import { type NameDictionary, readPairs, restoreNames } from '../dialogue/names.ts';
import { type ModelContent, sizeOf } from '../shared/modelfile.ts';
import { type CrfModel, modelContent, restoreModel } from './model.ts';
import { damaged, loadContent, saveContent } from './store.ts';
import { createTagger } from './tagger.ts';
import { type TrainOptions, trainCrf } from './train.ts';

/** The symptom tags of dialogues: mentions whose type is their status, told from their turn alone. */

const KIND = 'crf-dialogue';
/** The type of mentions whose status the corpus does not give. */
const OPEN = 'open';
const STATUSES: readonly string[] = ['true', 'false', 'uncertain'] satisfies SymptomStatus[];
const isStatus = (type: string): type is SymptomStatus => STATUSES.includes(type);
const EVIDENCE = 5;

/** Trains on the turns of dialogues; names come from the mentions of train. */
export async function fitSymptoms(
  train: readonly Example<'dialogue'>[],
  options: TrainOptions,
): Promise<Predictor<'dialogue'>> {
  const texts = taggedTurns(train, ({ status }) => status ?? OPEN);
  return predictor(await trainCrf(texts, options), namesOf(train));
}

function predictor(model: CrfModel, names: NameDictionary): Predictor<'dialogue'> {
  const tagger = createTagger(model);
  const tagged = modelContent(model);
  const content: ModelContent = { ...tagged, header: { ...tagged.header, names: [...names.entries] } };
  const answer = ({ turns }: Input<'dialogue'>): Prediction<'dialogue'> => {
    const symptoms = new Map<string, SymptomStatus>();
    const entities = turns.flatMap(({ text, speaker }, turn) =>
      tagger.tag(text, speaker).map(({ start, end, type }): SymptomMention => {
        const name = names.find(text.slice(start, end));
        if (name === undefined || !isStatus(type)) return { turn, start, end };
        symptoms.set(name, combine(symptoms.get(name), type));
        return { turn, start, end, name, status: type };
      }),
    );
    return { symptoms: Array.from(symptoms, ([name, status]): Symptom => ({ name, status })), entities };
  };
  return {
    bytes: sizeOf(content),
    async predict(inputs, onProgress) {
      const pace = createPace();
      const predictions: Prediction<'dialogue'>[] = [];
      for (const [i, input] of inputs.entries()) {
        await pace();
        predictions.push(answer(input));
        onProgress?.((i + 1) / inputs.length);
      }
      return predictions;
    },
    save: (file) => saveContent(file, KIND, content),
    explain: ({ turns }) =>
      turns.flatMap(({ text, speaker }, turn) =>
        tagger.tag(text, speaker).map((entity) => {
          const mention = text.slice(entity.start, entity.end);
          const because = tagger
            .evidence(text, entity, speaker)
            .slice(0, EVIDENCE)
            .map(({ feature, weight }) => `${feature} (${weight.toFixed(2)})`)
            .join('; ');
          return `turn ${turn}: ${mention} → ${names.find(mention) ?? '?'}, ${entity.type}: ${because}`;
        }),
      ),
  };
}

/** Reads what a predictor of `fitSymptoms` saved. UserError for anything else. */
export async function loadSymptoms(file: string): Promise<Predictor<'dialogue'>> {
  const content = await loadContent(file, KIND);
  const model = restoreModel(content);
  if (typeof model === 'string') throw damaged(file, model);
  const names = readPairs(content.header.names);
  if (!names) throw damaged(file, 'its names are missing');
  return predictor(model, restoreNames(names));
}
