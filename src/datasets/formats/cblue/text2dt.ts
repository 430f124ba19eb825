import type { PlainRecord } from '../../../tasks/families/shared/record.ts';
import type { Format, SourceRecord } from '../format.ts';
import { expectArray, expectObject, type JsonRecord } from '../records.ts';
import { hasAnswers, readCblue } from './records.ts';

/**
 * Text2DT as it is: `{"text", "tree": [{"role", "triples": [["…", "…", "…"]], "logical_rel"}]}` in a JSON array, the nodes of a
 * tree in preorder. A file in which every tree is empty has no gold.
 */
export const text2dt: Format = {
  families: ['decision-tree'],
  shape: {
    en: '{"text": "…", "tree": [{"role": "C", "triples": [["…", "…", "…"]], "logical_rel": "null"}]} in a JSON array, nodes in preorder',
    zh: 'JSON 数组，元素为 {"text": "…", "tree": [{"role": "C", "triples": [["…", "…", "…"]], "logical_rel": "null"}]}，节点按前序排列',
  },
  async *read(path) {
    const withGold = await hasAnswers(path, (value) => value.tree);
    for await (const records of readCblue(path))
      yield records.map((record) => readRecord(record, path, withGold));
  },
};

function readRecord({ value, line }: JsonRecord, file: string, withGold: boolean): SourceRecord {
  const { id, text, tree } = value;
  if (!withGold) return { value: { id, text }, line };
  const nodes = expectArray(tree, { file, line, field: 'tree' }).map((item, i): PlainRecord => {
    const { role, triples, logical_rel: logic } = expectObject(item, { file, line, field: `tree[${i}]` });
    return { role, triples, logic };
  });
  const origin = (field: string) => ({ field: field.replace(/\.logic$/, '.logical_rel') });
  return { value: { id, text, tree: nodes }, line, origin };
}
