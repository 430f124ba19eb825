import {
  type Finding,
  isRecord,
  labelFinding,
  listFindings,
  missed,
  refused,
  type SubmissionShape,
  textOf,
} from './shape.ts';

/** CMeIE: objects and their types are under `@value`. */
export const triples: SubmissionShape = {
  ending: '.jsonl',
  form: { kind: 'lines', key: 'text' },
  answer({ prediction }) {
    const found = prediction && 'triples' in prediction ? prediction.triples : [];
    return {
      spo_list: found.map(({ subject, predicate, object, subjectType = '', objectType = '' }) => ({
        Combined: false,
        predicate,
        subject,
        subject_type: subjectType,
        object: { '@value': object },
        object_type: { '@value': objectType },
      })),
    };
  },
  findings(value, question, task) {
    const text = textOf(question);
    const seen = new Set<string>();
    return listFindings(value, 'spo_list', (triple, field) => {
      const { subject, predicate, object } = triple;
      const value = isRecord(object) ? object['@value'] : undefined;
      const findings = [
        ...stringFinding(subject, `${field}.subject`),
        ...labelFinding(predicate, `${field}.predicate`, task),
        ...stringFinding(value, `${field}.object.@value`),
      ];
      if (findings.length > 0) return findings;
      const key = JSON.stringify([subject, predicate, value]);
      if (seen.has(key))
        return [missed('duplicate-triple', field, { en: 'The triple is given twice', zh: '三元组重复' })];
      seen.add(key);
      return text === undefined
        ? []
        : [subject, value].flatMap((term) => {
            if (text.includes(String(term))) return [];
            const message = { en: `"${term}" is not in the text`, zh: `“${term}”不在文本中` };
            return [missed('not-in-text', field, message)];
          });
    });
  },
};

function stringFinding(value: unknown, field: string): Finding[] {
  if (typeof value === 'string') return [];
  return [refused('wrong-type', field, { en: `"${field}" must be a string`, zh: `“${field}”应为字符串` })];
}
