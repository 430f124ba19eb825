import type { Text } from '../../../ground/language.ts';
import { type FieldChecks, optionalStrings, type RecordReader, readSpan } from '../shared/record.ts';
import { readTurns, TURNS_SHAPE } from '../shared/turns.ts';
import type { DialogueTypes, SymptomStatus } from './types.ts';

const STATUS: Text = { en: '"true", "false" or "uncertain"', zh: '"true"、"false" 或 "uncertain"' };
const TURN: Text = { en: 'the 0-based number of a turn', zh: '从 0 开始的句子序号' };

function readStatus(value: unknown, check: FieldChecks, field: string): SymptomStatus {
  if (value === 'true' || value === 'false' || value === 'uncertain') return value;
  throw check.unexpected(value, STATUS, field);
}

/**
 * `{"turns": [{"speaker", "text"}], "symptoms"?: [{"name", "status"}], "entities"?: [{"turn", "start", "end", "name"?,
 * "status"?}]}`.
 */
export const record: RecordReader<DialogueTypes> = {
  shape: TURNS_SHAPE,
  goldField: 'symptoms',
  input: readTurns,
  gold: ({ symptoms, entities = [] }, check, { turns }) => ({
    symptoms: check.array(symptoms, 'symptoms').map((item, i) => {
      const symptom = check.object(item, `symptoms[${i}]`);
      return {
        name: check.string(symptom.name, `symptoms[${i}].name`),
        status: readStatus(symptom.status, check, `symptoms[${i}].status`),
      };
    }),
    entities: check.array(entities, 'entities').map((item, i) => {
      const at = `entities[${i}]`;
      const mention = check.object(item, at);
      const { turn, status } = mention;
      if (typeof turn !== 'number' || turns[turn] === undefined)
        throw check.unexpected(turn, TURN, `${at}.turn`);
      return {
        turn,
        ...readSpan(mention, turns[turn].text, check, at),
        ...optionalStrings(mention, ['name'], check, at),
        ...(status === undefined || status === null
          ? {}
          : { status: readStatus(status, check, `${at}.status`) }),
      };
    }),
  }),
};
