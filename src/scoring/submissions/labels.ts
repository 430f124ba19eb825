import { isRecord, labelFinding, type SubmissionShape } from './shape.ts';

/** CHIP-CTC, CHIP-STS and the KUAKE tasks: an id and its label. Without an answer it is the first label of the task. */
export const labels: SubmissionShape = {
  ending: '.json',
  form: { kind: 'array', key: 'id' },
  answer: ({ prediction }, { labels: [first] }) => ({
    label: prediction && 'label' in prediction ? prediction.label : first.id,
  }),
  findings: (value, _question, task) =>
    labelFinding(isRecord(value) ? value.label : undefined, 'label', task),
};
