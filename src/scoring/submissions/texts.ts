import { readReport, SECTIONS } from '../../tasks/cblue/report.ts';
import { type Finding, isRecord, missed, refused, type SubmissionShape } from './shape.ts';

/** IMCS-V2-MRG: the six sections of a report, extracted from the generated text. */
export const reports: SubmissionShape = {
  ending: '.json',
  form: { kind: 'objects' },
  answer: ({ prediction }) => readReport(prediction && 'reply' in prediction ? prediction.reply : ''),
  findings(value) {
    const sections = isRecord(value) ? value : {};
    const wrong = SECTIONS.filter((section) => typeof sections[section] !== 'string').map(
      (section): Finding => {
        const message = { en: `"${section}" must be a string`, zh: `“${section}”应为字符串` };
        return refused('wrong-type', section, message);
      },
    );
    if (wrong.length > 0 || SECTIONS.some((section) => String(sections[section]).trim() !== '')) return wrong;
    return [missed('empty-text', 'report', { en: 'All sections are empty', zh: '各部分均为空' })];
  },
};

/** MedDG: the raw record with its output. */
export const outputs: SubmissionShape = {
  ending: '.json',
  form: { kind: 'array', key: 'id', filled: true },
  answer: ({ prediction, raw }) => ({
    ...raw,
    output: prediction && 'reply' in prediction ? prediction.reply : '',
  }),
  findings(value) {
    const output = isRecord(value) ? value.output : undefined;
    if (typeof output !== 'string')
      return [refused('wrong-type', 'output', { en: '"output" must be a string', zh: '“output”应为字符串' })];
    if (output.trim() !== '') return [];
    return [missed('empty-text', 'output', { en: 'The reply is empty', zh: '回复为空' })];
  },
};
