import { familyIds } from '../../tasks/families/registry.ts';
import type { Format, SourceRecord } from './format.ts';
import { readJsonRecords } from './records.ts';

/** Plain records of any family, one JSON object on each line, in the shape that the family itself reads. */
export const jsonl: Format = {
  families: familyIds,
  shape: {
    en: 'one JSON object of the task family on each line',
    zh: '每行一个任务族对应的 JSON 对象',
  },
  async *read(path) {
    for await (const records of readJsonRecords(path)) yield records satisfies SourceRecord[];
  },
};
