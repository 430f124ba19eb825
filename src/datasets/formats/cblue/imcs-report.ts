import { SECTIONS, writeReport } from '../../../tasks/cblue/report.ts';
import type { PlainRecord } from '../../../tasks/families/shared/record.ts';
import type { Format, SourceRecord } from '../format.ts';
import { expectArray, expectString, isAbsent, isObject, type ValuePlace } from '../records.ts';
import { type ImcsDialogue, readImcs } from './imcs.ts';

/** The speaker of the `self_report`, with which the dialogue begins. */
const PATIENT = '患者';

/**
 * IMCS-V2-MRG as it is: a dialogue, `self_report` before it, and two reports (`report`), each an object of six sections or one
 * string. A report of sections is a text with a line `SECTION：…` for each. A dialogue is an example, under its own id.
 */
export const imcsReport: Format = {
  families: ['generation'],
  shape: {
    en: '{"self_report": "…", "dialogue": [{"sentence_id": "1", "speaker": "…", "sentence": "…"}], "report": [{"主诉": "…", …}, {…}]} under the id of each dialogue',
    zh: '以对话 id 为键，值为 {"self_report": "…", "dialogue": [{"sentence_id": "1", "speaker": "…", "sentence": "…"}], "report": [{"主诉": "…", …}, {…}]}',
  },
  async *read(path) {
    yield (await readImcs(path)).map(readDialogue);
  },
};

function readDialogue({ id, record, sentences, at }: ImcsDialogue): SourceRecord {
  const { self_report: selfReport, report } = record;
  const opening =
    isAbsent(selfReport) || selfReport === ''
      ? []
      : [{ speaker: PATIENT, text: expectString(selfReport, at('self_report')) }];
  const value: PlainRecord = { id, turns: [...opening, ...sentences] };
  const hasReport = !isAbsent(report) && report !== '' && !(Array.isArray(report) && report.length === 0);
  const origin = (field: string) => at(field.replace(/^references/, 'report'));
  if (!hasReport) return { value, origin };
  const references = expectArray(report, at('report')).map((item, i) => readReport(item, at, `report[${i}]`));
  return { value: { ...value, references }, origin };
}

function readReport(item: unknown, at: (field: string) => ValuePlace, field: string): string {
  if (!isObject(item)) return expectString(item, at(field));
  return writeReport(
    Object.fromEntries(
      SECTIONS.map((section) => [section, expectString(item[section] ?? '', at(`${field}.${section}`))]),
    ),
  );
}
