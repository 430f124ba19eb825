import type { Example, Input, Prediction } from '../../tasks/examples.ts';
import { combine } from '../../tasks/families/dialogue/symptom-status.ts';
import type { Symptom, SymptomMention, SymptomStatus } from '../../tasks/families/dialogue/types.ts';
import type { FittedModel } from '../contract.ts';
import { answerEach } from '../shared/answer-each.ts';
import { listFeatures } from '../shared/crf/explain.ts';
import { type CrfModel, modelContent } from '../shared/crf/model.ts';
import { openCrf } from '../shared/crf/store.ts';
import { createTagger } from '../shared/crf/tagger.ts';
import { type TrainOptions, trainCrf } from '../shared/crf/train.ts';
import { namesOf, taggedTurns } from '../shared/mentions/dialogues.ts';
import { type NameDictionary, namesJson, restoreNames } from '../shared/mentions/names.ts';
import { isStatus } from '../shared/mentions/statuses.ts';
import { damaged, type ModelContent, readModelFile, sizeOf, writeModelFile } from '../shared/modelfile.ts';

/** The symptom tags of dialogues: mentions whose type is their status, decided from their turn alone. */

const KIND = 'crf-dialogue';
/** The type of mentions without a status in the corpus. */
const OPEN = 'open';
const FEATURES_SHOWN = 5;

/** Trains on the turns of dialogues; names come from the mentions of train. */
export async function fitSymptoms(
  train: readonly Example<'dialogue'>[],
  options: TrainOptions,
): Promise<FittedModel<'dialogue'>> {
  const texts = taggedTurns(train, ({ status }) => status ?? OPEN);
  return fitted(await trainCrf(texts, options), namesOf(train));
}

function fitted(model: CrfModel, names: NameDictionary): FittedModel<'dialogue'> {
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
    answer: (inputs, options) => answerEach(inputs, options, answer),
    save: (file) => writeModelFile(file, KIND, content),
    explain: ({ turns }) =>
      turns.flatMap(({ text, speaker }, turn) =>
        tagger.tag(text, speaker).map((entity) => {
          const mention = text.slice(entity.start, entity.end);
          const because = listFeatures(tagger.features(text, entity, speaker), FEATURES_SHOWN);
          const found = `${mention} → ${names.find(mention) ?? '?'}`;
          return {
            en: `turn ${turn}: ${found}, ${entity.type}: ${because.en}`,
            zh: `轮次 ${turn}：${found}，${entity.type}：${because.zh}`,
          };
        }),
      ),
  };
}

/** Reads what a model of `fitSymptoms` saved. UserError for anything else. */
export async function loadSymptoms(file: string): Promise<FittedModel<'dialogue'>> {
  const content = await readModelFile(file, KIND);
  const model = openCrf(file, content);
  const names = namesJson.safeParse(content.header.names);
  if (!names.success) throw damaged(file, { en: 'its names are missing', zh: '缺少名称' });
  return fitted(model, restoreNames(new Map(names.data)));
}
