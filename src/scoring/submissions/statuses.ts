import { counted } from '../../ground/counted.ts';
import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import { type Finding, isRecord, labelFinding, refused, type SubmissionShape } from './shape.ts';

/** CHIP-MDCFNPC: the raw record with the status of every mention filled in; without an answer it is the first label. */
export const statuses: SubmissionShape = {
  ending: '.jsonl',
  form: { kind: 'lines', key: 'dialog_id', filled: true },
  answer({ prediction, raw }, { labels: [first] }) {
    const answers = prediction && 'statuses' in prediction ? prediction.statuses : [];
    let next = 0;
    return {
      ...raw,
      dialog_info: turnsOf(raw).map((turn) => ({
        ...turn,
        ner: mentionsOf(turn).map((mention) => ({ ...mention, attr: answers[next++] ?? first.id })),
      })),
    };
  },
  findings(value, question, task) {
    const found = turnsOf(isRecord(value) ? value : {}).flatMap((turn, i) =>
      mentionsOf(turn).map((mention, j) => ({ mention, field: `dialog_info[${i}].ner[${j}].attr` })),
    );
    const findings: Finding[] = found.flatMap(({ mention, field }) =>
      labelFinding(mention.attr, field, task),
    );
    const asked = question && 'mentions' in question.input ? question.input.mentions.length : found.length;
    if (found.length >= asked) return findings;
    const message = {
      en: `${counted(found.length, 'mention')}, but the test file has ${asked}`,
      zh: `有 ${found.length} 个提及，而测试文件有 ${asked} 个`,
    };
    return [...findings, refused('missing-record', 'dialog_info', message)];
  },
};

const records = (value: unknown): readonly PlainRecord[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];
const turnsOf = (record: PlainRecord | undefined): readonly PlainRecord[] => records(record?.dialog_info);
const mentionsOf = (turn: PlainRecord): readonly PlainRecord[] => records(turn.ner);
