import { readJsonValues } from '../../../ground/json-values.ts';
import type { PlainRecord } from '../../../tasks/families/shared/record.ts';
import type { Format, SourceRecord } from '../format.ts';
import {
  expectArray,
  expectObject,
  expectString,
  isAbsent,
  parseJson,
  parseObject,
  type ValuePlace,
} from '../records.ts';

/** The names of the speakers in training dialogues and in the histories of test. */
const SPEAKERS: ReadonlyMap<string, string> = new Map([
  ['Doctor', '医生'],
  ['Patient', '患者'],
  ['Patients', '患者'],
]);
const DOCTOR = 'Doctor';
/** The fields with the entities of a sentence. */
const KINDS = ['Symptom', 'Medicine', 'Test', 'Attribute', 'Disease'] as const;
const COLON = '：';

/**
 * MedDG as it is, a JSON array. A dialogue is a list of `{"id": "Doctor", "Sentence", "Symptom": [], "Medicine": [], "Test": [],
 * "Attribute": [], "Disease": []}`: every sentence of a doctor that something came before is an example with the id
 * `DIALOGUE/SENTENCE`, its independent unit the dialogue, its entities those of that sentence. An object `{"id", "history":
 * ["患者：…"], "output"}`, as in test, is an example; a file in which no output is filled has no gold.
 */
export const meddg: Format = {
  families: ['generation'],
  shape: {
    en: 'dialogues [{"id": "Patients", "Sentence": "…"}, {"id": "Doctor", "Sentence": "…", "Symptom": ["…"]}], or {"id": 1, "history": ["患者：…"], "output": "…"}, in a JSON array',
    zh: 'JSON 数组，元素为对话 [{"id": "Patients", "Sentence": "…"}, {"id": "Doctor", "Sentence": "…", "Symptom": ["…"]}] 或 {"id": 1, "history": ["患者：…"], "output": "…"}',
  },
  async *read(path) {
    const isFilled = await hasOutputs(path);
    let number = 0;
    for await (const { text, line } of readJsonValues(path)) {
      const records = text.trimStart().startsWith('[')
        ? readDialogue(text, { file: path, line, number })
        : [readHistory(text, { file: path, line }, isFilled)];
      number++;
      yield records;
    }
  },
};

async function hasOutputs(path: string): Promise<boolean> {
  for await (const { text, line } of readJsonValues(path)) {
    if (text.trimStart().startsWith('[')) return true;
    const { output } = parseObject(text, path, line);
    if (!isAbsent(output) && output !== '') return true;
  }
  return false;
}

interface DialoguePlace {
  readonly file: string;
  readonly line: number;
  /** The number of the dialogue in its file, from 0. */
  readonly number: number;
}

/** One example for each reply of the doctor. */
function readDialogue(text: string, { file, line, number }: DialoguePlace): SourceRecord[] {
  const at = (field: string): ValuePlace => ({ file, line, id: String(number), field });
  const sentences = expectArray(parseJson(text, file, line), at('dialogue')).map((item, i) => {
    const { id, Sentence, ...entities } = expectObject(item, at(`[${i}]`));
    const who = expectString(id, at(`[${i}].id`));
    return { who, text: expectString(Sentence, at(`[${i}].Sentence`)), entities };
  });
  const turns = sentences.map(({ who, text: said }) => ({ speaker: SPEAKERS.get(who) ?? who, text: said }));
  return sentences.flatMap(({ who, text: reply, entities }, i): SourceRecord[] => {
    if (who !== DOCTOR || i === 0) return [];
    const names = KINDS.flatMap((kind) =>
      expectArray(entities[kind] ?? [], at(`[${i}].${kind}`)).map((name, k) =>
        expectString(name, at(`[${i}].${kind}[${k}]`)),
      ),
    );
    const value: PlainRecord = {
      ...{ id: `${number}/${i}`, group: String(number), turns: turns.slice(0, i) },
      ...{ references: [reply], names: [...new Set(names)] },
    };
    return [{ value, line, origin: (field) => ({ field: `[${i}].${field}` }) }];
  });
}

/** A history of test, whose lines begin with the speaker. */
function readHistory(
  text: string,
  place: { readonly file: string; readonly line: number },
  isFilled: boolean,
): SourceRecord {
  const { id, history, output } = parseObject(text, place.file, place.line);
  const turns = expectArray(history, { ...place, field: 'history' }).map((item, i) => {
    const whole = expectString(item, { ...place, field: `history[${i}]` });
    const end = whole.indexOf(COLON);
    return { speaker: whole.slice(0, Math.max(0, end)), text: whole.slice(end + 1) };
  });
  const { line } = place;
  if (!isFilled) return { value: { id, turns }, line };
  return {
    value: { id, turns, references: [expectString(output, { ...place, field: 'output' })] },
    line,
    origin: (field) => ({ field: field.replace(/^references.*/, 'output').replace(/^turns/, 'history') }),
  };
}
