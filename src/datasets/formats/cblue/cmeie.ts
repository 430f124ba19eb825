import type { Format } from '../format.ts';
import { readTriples } from '../triples-jsonl.ts';
import { hasAnswers, readCblue } from './records.ts';

/**
 * CMeIE, both versions, as they are: `{"text", "spo_list": [{"subject", "predicate", "object": {"@value"}, …}]}` on each
 * line, whatever the file is called. A file in which every list is empty has no gold. What `triples-jsonl` notices is
 * noticed here.
 */
export const cmeie: Format = {
  families: ['relation'],
  shape: {
    en: '{"text": "…", "spo_list": [{"subject": "…", "predicate": "…", "object": {"@value": "…"}}]} on each line',
    zh: '每行 {"text": "…", "spo_list": [{"subject": "…", "predicate": "…", "object": {"@value": "…"}}]}',
  },
  async *read(path) {
    const withGold = await hasAnswers(path, (value) => value.spo_list);
    for await (const records of readCblue(path)) {
      yield records.map(({ value, line }) =>
        readTriples({ value: withGold ? value : { ...value, spo_list: undefined }, line }, path),
      );
    }
  },
};
