import type { Text } from '../../../ground/language.ts';
import { type FieldChecks, type RecordReader, readText, TEXT_SHAPE } from '../shared/record.ts';
import { isTree } from './trees.ts';
import { type DecisionTreeTypes, LOGICS, ROLES, type TreeNode, type TreeTriple } from './types.ts';

const ROLE: Text = { en: '"C" or "D"', zh: '"C" 或 "D"' };
const LOGIC: Text = { en: '"and", "or" or "null"', zh: '"and"、"or" 或 "null"' };
const TRIPLE: Text = { en: 'an array of subject, relation and object', zh: '由主语、关系、宾语组成的数组' };
const TREE: Text = {
  en: 'a binary tree in preorder: two children after each C, none after a D',
  zh: '前序二叉树：每个 C 之后有两个子节点，D 之后没有',
};

/** `{"text", "tree"?: [{"role", "triples": [["subject", "relation", "object"]], "logic"}]}`, the nodes in preorder. */
export const record: RecordReader<DecisionTreeTypes> = {
  shape: TEXT_SHAPE,
  goldField: 'tree',
  input: readText,
  gold: ({ tree }, check) => {
    const nodes = check.array(tree, 'tree').map((item, i) => readNode(item, `tree[${i}]`, check));
    if (!isTree(nodes)) throw check.unexpected(tree, TREE, 'tree');
    return { tree: nodes };
  },
};

function readNode(value: unknown, at: string, check: FieldChecks): TreeNode {
  const node = check.object(value, at);
  const role = ROLES.find((one) => one === node.role);
  if (!role) throw check.unexpected(node.role, ROLE, `${at}.role`);
  const logic = LOGICS.find((one) => one === node.logic);
  if (!logic) throw check.unexpected(node.logic, LOGIC, `${at}.logic`);
  const triples = check.array(node.triples, `${at}.triples`).map((item, i): TreeTriple => {
    const field = `${at}.triples[${i}]`;
    const parts = check.array(item, field);
    if (parts.length !== 3) throw check.unexpected(item, TRIPLE, field);
    const [subject, relation, object] = parts;
    return [
      check.string(subject, `${field}[0]`),
      check.label(relation, `${field}[1]`),
      check.string(object, `${field}[2]`),
    ];
  });
  return { role, triples, logic };
}
