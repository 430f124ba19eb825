import type { Text } from '../../../ground/language.ts';
import { optionalStrings, type RecordReader } from '../shared/record.ts';
import type { RankingTypes } from './types.ts';

const NOT_EMPTY: Text = { en: 'a non-empty array', zh: '非空数组' };
const GRADE: Text = { en: 'a whole number such as "2"', zh: '整数，例如 "2"' };
const AS_MANY: Text = { en: 'one grade for each document', zh: '与 documents 等长的等级数组' };

/** `{"query", "documents": [{"title", "url"?}], "relevance"?: […]}`. The unit is the query, which records may share. */
export const record: RecordReader<RankingTypes> = {
  shape: '{"id": "…", "query": "…", "documents": [{"title": "…"}]}',
  goldField: 'relevance',
  input: ({ query, documents }, check) => {
    const list = check.array(documents, 'documents');
    if (list.length === 0) throw check.unexpected(list, NOT_EMPTY, 'documents');
    return {
      query: check.string(query, 'query'),
      documents: list.map((item, i) => {
        const document = check.object(item, `documents[${i}]`);
        const title = check.string(document.title, `documents[${i}].title`);
        return { title, ...optionalStrings(document, ['url'], check, `documents[${i}]`) };
      }),
    };
  },
  gold: ({ relevance }, check, { documents }) => {
    const grades = check.array(relevance, 'relevance');
    if (grades.length !== documents.length) throw check.unexpected(grades, AS_MANY, 'relevance');
    return {
      relevance: grades.map((item, i) => {
        const grade = typeof item === 'number' ? String(item) : item;
        if (typeof grade !== 'string' || !/^\d{1,9}$/.test(grade))
          throw check.unexpected(item, GRADE, `relevance[${i}]`);
        return Number(check.label(grade, `relevance[${i}]`));
      }),
    };
  },
  unit: ({ query }) => query,
};
