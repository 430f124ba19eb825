import { isRecord, missed, refused, type SubmissionShape } from './shape.ts';

const SEPARATOR = '##';

/** CHIP-CDN: terms joined by `##`. */
export const terms: SubmissionShape = {
  ending: '.json',
  form: { kind: 'array', key: 'text' },
  answer: ({ prediction }) => ({
    normalized_result: (prediction && 'terms' in prediction ? prediction.terms : []).join(SEPARATOR),
  }),
  findings(value) {
    const field = 'normalized_result';
    const joined = isRecord(value) ? value[field] : undefined;
    if (typeof joined !== 'string') {
      const message = {
        en: `"${field}" must be one string, terms joined by ##`,
        zh: `“${field}”应为以 ## 连接的字符串`,
      };
      return [refused('wrong-type', field, message)];
    }
    const own = joined.split(SEPARATOR);
    if (own.some((term) => term.trim() === ''))
      return [missed('empty-term', field, { en: 'A term is empty', zh: '有空术语' })];
    if (new Set(own).size === own.length) return [];
    return [missed('duplicate-term', field, { en: 'A term is given twice', zh: '术语重复' })];
  },
};
