import type { Task } from '../../task.ts';
import type { ComparedParts, ExampleOf, Fault } from '../family.ts';
import {
  asLabel,
  badType,
  isObject,
  knownLabels,
  type Line,
  labelFault,
  readList,
} from '../shared/faults.ts';
import { isTree, treeKey } from './trees.ts';
import { type DecisionTreeTypes, LOGICS, ROLES, type Tree, type TreeNode, type TreeTriple } from './types.ts';

type Answer = DecisionTreeTypes['prediction'];

const NODE = { en: 'an object {"role", "triples", "logic"}', zh: '对象 {"role", "triples", "logic"}' };
const ROLE = { en: '"C" or "D"', zh: '"C" 或 "D"' };
const LOGIC = { en: '"and", "or" or "null"', zh: '"and"、"or" 或 "null"' };
const TRIPLE = { en: 'an array of three strings', zh: '三个字符串组成的数组' };
const ARRAY = { en: 'an array', zh: '数组' };

const NO_TREE: Fault = {
  code: 'bad-tree',
  field: 'tree',
  message: {
    en: '"tree" is not a binary tree in preorder: two children come after each C, none after a D',
    zh: '“tree”不是前序二叉树：每个 C 之后有两个子节点，D 之后没有',
  },
};

export const isTriple = (value: unknown): value is TreeTriple =>
  Array.isArray(value) && value.length === 3 && value.every((part) => typeof part === 'string');

function readNode(value: unknown, at: string, known: ReadonlySet<string>): TreeNode | Fault[] {
  if (!isObject(value)) return [badType(at, NODE, value)];
  const role = ROLES.find((one) => one === value.role);
  const logic = LOGICS.find((one) => one === value.logic);
  const faults: Fault[] = [];
  if (!role) faults.push(badType(`${at}.role`, ROLE, value.role));
  if (!logic) faults.push(badType(`${at}.logic`, LOGIC, value.logic));
  const list: readonly unknown[] = Array.isArray(value.triples) ? value.triples : [];
  if (!Array.isArray(value.triples)) faults.push(badType(`${at}.triples`, ARRAY, value.triples));
  const triples = list.flatMap((item, i): TreeTriple[] => {
    const field = `${at}.triples[${i}]`;
    const named = Array.isArray(item) ? item.map((part, k) => (k === 1 ? asLabel(part) : part)) : item;
    if (!isTriple(named)) {
      faults.push(badType(field, TRIPLE, item));
      return [];
    }
    const fault = labelFault(named[1], `${field}[1]`, known);
    if (fault) faults.push(fault);
    return [named];
  });
  return role && logic && faults.length === 0 ? { role, triples, logic } : faults;
}

/** Reads `{"tree": [{"role", "triples": [["subject", "relation", "object"]], "logic"}]}`, the nodes in preorder. */
export function parseTree(line: Line, _input: object, task: Task): Answer | readonly Fault[] {
  const known = knownLabels(task);
  const tree = readList<TreeNode>(line, 'tree', (value, at) => readNode(value, at, known));
  if ('faults' in tree) return tree.faults;
  return isTree(tree) ? { tree } : [NO_TREE];
}

/** No tree at all: conventions define how it counts. */
export const missingTree = (): Answer => ({ tree: [] });

const describeTriple = ([subject, relation, object]: TreeTriple): string =>
  `${subject} –${relation}→ ${object}`;

/** A node in one line: `C 甲 –临床表现→ 乙 and 甲 –基本情况→ 丙`. */
export const describeNode = ({ role, triples, logic }: TreeNode): string =>
  triples.length === 0 ? `${role} ∅` : `${role} ${triples.map(describeTriple).join(` ${logic} `)}`;

export const briefTree = ({ tree }: { readonly tree: Tree }): string =>
  tree.map(describeNode).join(' ┊ ') || '∅';

export const comparedTrees = ({ input, gold }: ExampleOf<DecisionTreeTypes>): ComparedParts => ({
  texts: [input.text],
  gold: treeKey(gold.tree),
});
