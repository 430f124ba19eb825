import { missed, refused, type SubmissionShape } from './shape.ts';

/** What is submitted for each query. */
const PASSAGES = 10;

/** KUAKE-IR: the ids of the best passages, joined by commas; without an answer those that are listed first. */
export const passages: SubmissionShape = {
  ending: '.tsv',
  form: { kind: 'columns', separator: '\t' },
  answer({ question, prediction }) {
    const documents = 'documents' in question.input ? question.input.documents : [];
    const given = prediction && 'scores' in prediction ? prediction.scores : [];
    const scores: readonly number[] = Array.isArray(given) ? given : [];
    return documents
      .map(({ url = '' }, i) => ({ url, score: scores[i] ?? 0 }))
      .sort((a, b) => b.score - a.score)
      .slice(0, PASSAGES)
      .map(({ url }) => url)
      .join(',');
  },
  findings(value) {
    const ids = String(value).split(',');
    if (ids.length !== PASSAGES) {
      const message = {
        en: `There are ${ids.length} passages instead of ${PASSAGES}`,
        zh: `有 ${ids.length} 个段落，应为 ${PASSAGES} 个`,
      };
      return [refused('wrong-count', 'passages', message)];
    }
    if (new Set(ids).size === ids.length) return [];
    return [missed('duplicate-passage', 'passages', { en: 'A passage is given twice', zh: '段落重复' })];
  },
};
