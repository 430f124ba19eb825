import { counted } from '../../../ground/counted.ts';
import { combine } from '../../../tasks/families/dialogue/symptom-status.ts';
import type { SymptomStatus } from '../../../tasks/families/dialogue/types.ts';
import type { PlainRecord } from '../../../tasks/families/shared/record.ts';
import type { Format, RecordNotice, SourceRecord } from '../format.ts';
import {
  badField,
  expectArray,
  expectObject,
  expectString,
  isAbsent,
  isObject,
  type ValuePlace,
} from '../records.ts';
import { type ImcsDialogue, type ImcsSentence, readImcs } from './imcs.ts';
import { decodeTags } from './imcs-ner.ts';

/** The meanings of the official numbers. */
export const IMCS_STATUS: Readonly<Record<string, SymptomStatus>> = { 0: 'false', 1: 'true', 2: 'uncertain' };

const SYMPTOM = 'Symptom';

/**
 * IMCS-V2-SR as it is: in every sentence the standard names of its symptoms (`symptom_norm`) with their status
 * (`symptom_type`: 1 present, 0 absent, 2 unclear), one for each `Symptom` span of its tags. The symptoms of the dialogue are
 * those of `implicit_info.Symptom`; where that is absent, those of its sentences, of which present beats absent beats unclear.
 */
export const imcsSymptoms: Format = {
  families: ['dialogue'],
  shape: {
    en: '{"dialogue": [{"sentence_id": "1", "speaker": "…", "sentence": "…", "BIO_label": "…", "symptom_norm": ["…"], "symptom_type": ["1"]}]} under the id of each dialogue',
    zh: '以对话 id 为键，值为 {"dialogue": [{"sentence_id": "1", "speaker": "…", "sentence": "…", "BIO_label": "…", "symptom_norm": ["…"], "symptom_type": ["1"]}]}',
  },
  async *read(path) {
    yield (await readImcs(path)).map(readDialogue);
  },
};

function readDialogue({ id, record, sentences, at }: ImcsDialogue): SourceRecord {
  const value = { id, turns: sentences };
  const origin = (field: string) => at(field);
  if (sentences.every(({ record: own }) => isAbsent(own.symptom_norm))) return { value, origin };
  const notices: RecordNotice[] = [];
  const statuses = new Map<string, SymptomStatus>();
  const entities: PlainRecord[] = [];
  for (const [turn, sentence] of sentences.entries()) {
    const own = symptomsOf(sentence);
    for (const { name, status } of own) statuses.set(name, combine(statuses.get(name), status));
    const spans = spansOf(sentence);
    if (spans.length !== own.length) notices.push(misaligned(spans.length, own.length));
    for (const [i, span] of spans.entries())
      entities.push({ turn, ...span, ...(spans.length === own.length && own[i]) });
  }
  const symptoms = dialogueSymptoms(record, at) ?? [...statuses].map(([name, status]) => ({ name, status }));
  return { value: { ...value, symptoms, entities }, origin, notices };
}

/** The gold of the dialogue as a whole. */
function dialogueSymptoms(record: PlainRecord, at: (field: string) => ValuePlace): PlainRecord[] | undefined {
  const whole = isObject(record.implicit_info) ? record.implicit_info[SYMPTOM] : undefined;
  if (isAbsent(whole)) return undefined;
  const field = 'implicit_info.Symptom';
  return Object.entries(expectObject(whole, at(field))).map(([name, value]) => ({
    name,
    status: readStatus(value, at(`${field}.${name}`)),
  }));
}

function symptomsOf({
  record,
  at,
}: ImcsSentence): { readonly name: string; readonly status: SymptomStatus }[] {
  const names = expectArray(record.symptom_norm ?? [], at('symptom_norm'));
  const types = expectArray(record.symptom_type ?? [], at('symptom_type'));
  return names.map((name, i) => ({
    name: expectString(name, at(`symptom_norm[${i}]`)),
    status: readStatus(types[i], at(`symptom_type[${i}]`)),
  }));
}

function readStatus(value: unknown, place: ValuePlace): SymptomStatus {
  if ((typeof value === 'string' || typeof value === 'number') && Object.hasOwn(IMCS_STATUS, value))
    return IMCS_STATUS[value];
  throw badField(value, { en: '"0", "1" or "2"', zh: '"0"、"1" 或 "2"' }, place);
}

/** The symptom spans of a sentence; none where it has no tags. */
function spansOf({ record, text, at }: ImcsSentence): { readonly start: number; readonly end: number }[] {
  if (isAbsent(record.BIO_label)) return [];
  return decodeTags(expectString(record.BIO_label, at('BIO_label')), text, at('BIO_label'))
    .filter(({ type }) => type === SYMPTOM)
    .map(({ start, end }) => ({ start, end }));
}

const misaligned = (spans: number, names: number): RecordNotice => ({
  code: 'symptoms-misaligned',
  message: {
    en: `${counted(spans, 'mention')} but ${counted(names, 'name')}`,
    zh: `${spans} 处提及，${names} 个症状名`,
  },
});
