import { isTriple } from '../../tasks/families/decision-tree/answers.ts';
import { isTree, sizeOfFirst } from '../../tasks/families/decision-tree/trees.ts';
import { LOGICS, ROLES, type Tree } from '../../tasks/families/decision-tree/types.ts';
import { type Finding, isRecord, listFindings, missed, refused, type SubmissionShape } from './shape.ts';

/** A tree in which nothing is decided: an empty one stops the official script. */
const NOTHING: Tree = [{ role: 'D', triples: [], logic: 'null' }];

/** Text2DT: the nodes of a tree in preorder. */
export const trees: SubmissionShape = {
  ending: '.json',
  form: { kind: 'array', key: 'text' },
  answer({ prediction }) {
    const found =
      prediction && 'tree' in prediction && prediction.tree.length > 0 ? prediction.tree : NOTHING;
    return { tree: found.map(({ role, triples, logic }) => ({ role, triples, logical_rel: logic })) };
  },
  findings(value, _question, { labels }) {
    const known = new Set(labels.map(({ id }) => id));
    const findings = listFindings(value, 'tree', (node, field) => nodeFindings(node, field, known));
    if (findings.length > 0) return findings;
    const nodes = isRecord(value) && Array.isArray(value.tree) ? value.tree : [];
    if (isTree(nodes)) return [];
    const message = {
      en: 'The nodes do not form a binary tree in preorder: two children come after each C, none after a D',
      zh: '节点不是前序二叉树：每个 C 之后有两个子节点，D 之后没有',
    };
    // the official checker stops at the first complete tree, so extra nodes pass
    const passes = sizeOfFirst(nodes) !== undefined;
    return [passes ? missed('bad-tree', 'tree', message) : refused('bad-tree', 'tree', message)];
  },
};

function nodeFindings(
  { role, triples, logical_rel: logic }: Readonly<Record<string, unknown>>,
  field: string,
  known: ReadonlySet<string>,
): Finding[] {
  const findings: Finding[] = [];
  const one = (name: string, value: unknown, allowed: readonly string[]): void => {
    if (allowed.some((option) => option === value)) return;
    const message = {
      en: `"${field}.${name}" must be one of ${allowed.join(', ')}`,
      zh: `“${field}.${name}”应为 ${allowed.join('、')} 之一`,
    };
    findings.push(refused('unknown-label', `${field}.${name}`, message));
  };
  one('role', role, ROLES);
  one('logical_rel', logic, LOGICS);
  if (!Array.isArray(triples)) {
    const message = { en: `"${field}.triples" must be an array`, zh: `“${field}.triples”应为数组` };
    return [...findings, refused('wrong-type', `${field}.triples`, message)];
  }
  for (const [i, triple] of triples.entries()) {
    const at = `${field}.triples[${i}]`;
    if (!isTriple(triple)) {
      const message = { en: `"${at}" must be three strings`, zh: `“${at}”应为三个字符串` };
      findings.push(refused('wrong-type', at, message));
    } else if (!known.has(triple[1])) {
      const message = { en: `There is no relation "${triple[1]}"`, zh: `没有关系“${triple[1]}”` };
      findings.push(refused('unknown-label', at, message));
    }
  }
  return findings;
}
