import type { Format, RecordNotice, SourceRecord } from '../format.ts';
import { isAbsent, type JsonRecord } from '../records.ts';
import { hasAnswers, readCblue } from './records.ts';

/** What the official files call the texts, the plain name first. */
const TEXTS: readonly (readonly string[])[] = [
  ['text1', 'text2'],
  ['query', 'title'],
  ['query1', 'query2'],
  ['text'],
  ['query'],
];

/** Stands for a missing label of a pair; the official baseline reads it as `0`. */
const NOT_AVAILABLE = 'NA';

/**
 * CHIP-CTC, CHIP-STS, KUAKE-QIC, KUAKE-QTR and KUAKE-QQR as they are: `{"id", "text" or "query", "label"}`, or two texts
 * (`text1`, `text2`; `query`, `title`; `query1`, `query2`). Texts keep the blanks at their ends and `&gt;`. The label `NA`
 * of KUAKE-QQR is read as `0`, with the notice `label-na`. A file in which no label is filled has no gold.
 */
export const cblueLabels: Format = {
  families: ['classification', 'similarity', 'inference'],
  shape: {
    en: '{"id": "…", "text": "…", "label": "…"}, or "text1" and "text2", in a JSON array',
    zh: 'JSON 数组，元素为 {"id": "…", "text": "…", "label": "…"}，或含 "text1" 与 "text2"',
  },
  async *read(path) {
    const withGold = await hasAnswers(path, ({ label }) => label);
    for await (const records of readCblue(path)) yield records.map((record) => readRecord(record, withGold));
  },
};

function readRecord({ value, line }: JsonRecord, withGold: boolean): SourceRecord {
  const names = TEXTS.find((fields) => fields.every((field) => !isAbsent(value[field]))) ?? ['text'];
  const [first, second] = names.map((name) => value[name]);
  const isNotAvailable = value.label === NOT_AVAILABLE;
  const label = withGold ? (isNotAvailable ? '0' : value.label) : undefined;
  const texts = names.length === 1 ? { text: first } : { textA: first, textB: second };
  return {
    value: { id: value.id, ...texts, label },
    line,
    notices: isNotAvailable ? [LABEL_NA] : undefined,
    origin: (field) => ({ field: field === 'textB' ? names[1] : /^text/.test(field) ? names[0] : field }),
  };
}

const LABEL_NA: RecordNotice = {
  code: 'label-na',
  message: { en: 'The label "NA" is read as "0"', zh: '标签“NA”按“0”读取' },
};
