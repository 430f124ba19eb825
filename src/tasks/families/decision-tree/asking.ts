import type { Task } from '../../task.ts';
import type { Asking, Reading } from '../asking.ts';
import { isObject } from '../shared/faults.ts';
import { labelNamed } from '../shared/label-names.ts';
import { isTriple } from './answers.ts';
import { isTree } from './trees.ts';
import { type DecisionTreeTypes, LOGICS, ROLES, type TreeNode, type TreeTriple } from './types.ts';

function readNode(value: unknown, at: string, task: Task): TreeNode | string {
  if (!isObject(value)) return `wrong-type ${at}`;
  const role = ROLES.find((one) => one === value.role);
  if (!role) return `${value.role === undefined ? 'missing-field' : 'wrong-type'} ${at}.role`;
  const logic = LOGICS.find((one) => one === value.logic);
  if (!logic) return `${value.logic === undefined ? 'missing-field' : 'wrong-type'} ${at}.logic`;
  if (!Array.isArray(value.triples)) return `wrong-type ${at}.triples`;
  const triples: TreeTriple[] = [];
  for (const [i, item] of value.triples.entries()) {
    if (!isTriple(item)) return `wrong-type ${at}.triples[${i}]`;
    const relation = labelNamed(item[1], task);
    if (relation === undefined) return `unknown-label ${at}.triples[${i}][1]`;
    triples.push([item[0], relation, item[2]]);
  }
  return { role, triples, logic };
}

function read(answer: unknown, task: Task): Reading<DecisionTreeTypes['prediction']> {
  if (!isObject(answer)) return { unreadable: 'not-an-object' };
  if (!Array.isArray(answer.tree))
    return { unreadable: `${answer.tree === undefined ? 'missing-field' : 'wrong-type'} tree` };
  const tree: TreeNode[] = [];
  for (const [i, value] of answer.tree.entries()) {
    const node = readNode(value, `tree[${i}]`, task);
    if (typeof node === 'string') return { unreadable: node };
    tree.push(node);
  }
  return isTree(tree) ? { prediction: { tree } } : { unreadable: 'bad-tree tree' };
}

export const decisionTreeAsking: Asking<DecisionTreeTypes> = {
  id: 'tree',
  prompt: {
    id: 'prompt/decision-tree/tree@1',
    system: {
      zh: `任务：{{task}}。把文本中的诊疗流程写成一棵二叉决策树。条件节点（C）有两个子节点：条件成立时的左子节点与不成立时的右子节点；决策节点（D）是叶节点，没有决策时三元组为空。节点中的三元组为 [主语, 关系, 宾语]，logic 说明多个三元组是 and 还是 or，不足两个时为 null。

关系：
{{labels}}

只输出 JSON，节点按前序（根、左、右）排列：{"tree": [{"role": "C", "triples": [["主语", "关系", "宾语"]], "logic": "null"}, {"role": "D", "triples": [["主语", "关系", "宾语"]], "logic": "null"}, {"role": "D", "triples": [], "logic": "null"}]}。关系须为上面列出的标识之一。`,
      en: `Task: {{task}}. Write the treatment process of the text as a binary decision tree. A condition (C) has two children: the left one where it holds, the right one where it does not. A decision (D) is a leaf; its triples are empty where nothing is decided. A triple is [subject, relation, object]; logic says whether several triples are joined by and or by or, and is null for fewer than two.

Relations:
{{labels}}

Reply with JSON only, the nodes in preorder (root, left, right): {"tree": [{"role": "C", "triples": [["subject", "relation", "object"]], "logic": "null"}, {"role": "D", "triples": [["subject", "relation", "object"]], "logic": "null"}, {"role": "D", "triples": [], "logic": "null"}]}. Each relation is one of the identifiers listed above.`,
    },
    user: { zh: '文本：{{text}}', en: 'Text: {{text}}' },
  },
  placeholders: ['text'],
  schema: () => ({
    type: 'object',
    properties: {
      tree: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            role: { type: 'string', enum: ROLES },
            triples: { type: 'array', items: { type: 'array', items: { type: 'string' } } },
            logic: { type: 'string', enum: LOGICS },
          },
          required: ['role', 'triples', 'logic'],
          additionalProperties: false,
        },
      },
    },
    required: ['tree'],
    additionalProperties: false,
  }),
  calls: ({ text }) => [{ text }],
  worked: ({ tree }) => [{ tree }],
  read: ([answer], _input, task) => read(answer, task),
};
