import type { Format, SourceRecord } from '../format.ts';
import { isAbsent } from '../records.ts';
import { type ImcsDialogue, readImcs } from './imcs.ts';

/** IMCS-V2-DAC as it is: every sentence of a dialogue has a `dialogue_act`. A dialogue is an example, under its own id. */
export const imcsActs: Format = {
  families: ['dialogue-acts'],
  shape: {
    en: '{"dialogue": [{"sentence_id": "1", "speaker": "…", "sentence": "…", "dialogue_act": "…"}]} under the id of each dialogue',
    zh: '以对话 id 为键，值为 {"dialogue": [{"sentence_id": "1", "speaker": "…", "sentence": "…", "dialogue_act": "…"}]}',
  },
  async *read(path) {
    yield (await readImcs(path)).map(readDialogue);
  },
};

function readDialogue({ id, sentences, at }: ImcsDialogue): SourceRecord {
  const acts = sentences.map(({ record }) => record.dialogue_act);
  const hasActs = acts.some((act) => !isAbsent(act) && act !== '');
  return {
    value: { id, turns: sentences, acts: hasActs ? acts : undefined },
    origin: (field) => at(field.replace(/^(?:acts|turns)\[(\d+)\].*/, 'dialogue[$1].dialogue_act')),
  };
}
