import { SECTIONS } from '../../cblue/report.ts';
import { isTriple } from '../decision-tree/answers.ts';
import { isTree } from '../decision-tree/trees.ts';
import { LOGICS, ROLES, type Tree, type TreeNode } from '../decision-tree/types.ts';
import { listedIn, readPythonList, strip } from './python.ts';

/** One thing that a text of an answer lists. */
export interface ListedAnswer {
  /** Its class: a type, a predicate, a status. */
  readonly label: string;
  readonly surface: string;
  /** Equal exactly where the answers are. */
  readonly key: string;
}

type Choices = readonly string[];
type ReadList = (text: string, choices: Choices) => readonly ListedAnswer[];

const answer = (label: string, parts: readonly unknown[], surface: string): ListedAnswer => ({
  ...{ label, surface, key: JSON.stringify([label, ...parts]) },
});

/** `TYPE实体：甲，乙` on a separate line for each requested type. */
const entities: ReadList = (text, choices) =>
  choices.flatMap((type) =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`${type}实体`))
      .flatMap((line) => listedIn(line.replaceAll(`${type}实体：`, '')))
      .map((name) => answer(type, [name], name)),
  );

const HEADS = '关系的头尾实体对';
const OBJECT = '，尾实体为';

/** `具有PREDICATE关系的头尾实体对如下：头实体为甲，尾实体为乙。` on each line. */
const triples: ReadList = (text) =>
  text.split('\n').flatMap((line) => {
    // the first two characters are 具有
    const predicate = strip(Array.from(line.split(HEADS)[0]).slice(2).join(''));
    const pairs = line.replaceAll(`具有${predicate}${HEADS}如下：`, '').split('。');
    return pairs.flatMap((pair): ListedAnswer[] => {
      const [head, tail] = pair.split(OBJECT);
      if (tail === undefined) return [];
      const subject = strip(head.replaceAll('头实体为', ''));
      const object = strip(tail.replaceAll('尾实体为', ''));
      return [answer(predicate, [subject, object], `${subject} → ${object}`)];
    });
  });

const CAUSE = '因果关系';
const CONDITION = '条件关系';
const HYPERNYM = '上下位关系';
const NO_CAUSES = '给定的文本没有指定关系的三元组';
const [FIRST, SECOND, WHOLE] = ['头实体：', '；尾实体：', '；尾三元组：'];
const RELATION = '；关系：';

/**
 * Headings, and below each a line a triple: `头实体：甲；尾实体：乙`, or below 条件关系 `头实体：甲；尾三元组：头实体：…；尾实体：…；关系：因果关系`,
 * whose subject keeps `；尾三元组：` at its end, as the official script leaves it there.
 */
const causes: ReadList = (text) => readCauses(text).found;

/** Whether a line below the headings is no triple of its kind: the official script stops there. */
export const hasStrayCause = (text: string): boolean => readCauses(text).hasStray;

function readCauses(text: string): { readonly found: readonly ListedAnswer[]; readonly hasStray: boolean } {
  const found: ListedAnswer[] = [];
  let hasStray = false;
  let relation = '';
  for (const line of text.split('\n').map(strip)) {
    const heading = headingOf(line);
    if (heading !== undefined) relation = heading;
    else if (line.includes(NO_CAUSES)) break;
    else if (line !== '') {
      const here = relation === CONDITION ? conditionIn(line) : causeIn(line, relation);
      hasStray ||= here.length === 0;
      found.push(...here);
    }
  }
  return { found, hasStray };
}

/** The relation that a line announces; undefined if it is no heading. */
function headingOf(line: string): string | undefined {
  if (line.includes('因果关系三元组如下')) return CAUSE;
  if (line.includes('条件关系三元组')) return CONDITION;
  return line.includes(HYPERNYM) ? HYPERNYM : undefined;
}

/** The subject and the object of a line; undefined if it has none. */
function pairIn(line: string): readonly [subject: string, object: string] | undefined {
  const subject = line.split(FIRST)[1]?.split(SECOND)[0];
  const object = line.split(SECOND)[1];
  return subject === undefined || object === undefined ? undefined : [subject, object];
}

function causeIn(line: string, relation: string): ListedAnswer[] {
  const pair = pairIn(line);
  return pair ? [answer(relation, pair, pair.join(' → '))] : [];
}

function conditionIn(line: string): ListedAnswer[] {
  const subject = line.split(FIRST)[1]?.split(SECOND)[0];
  const pair = pairIn(line.split(WHOLE)[1] ?? '');
  if (subject === undefined || !pair) return [];
  const [object, relation] = pair[1].split(RELATION);
  if (relation !== CAUSE) return [];
  return [answer(CONDITION, [subject, [pair[0], object]], `${subject} → (${pair[0]} → ${object})`)];
}

const CORE = '主体词';
const STATE = '发生状态';
const DESCRIPTIONS = '描述词';
const PLACES = '解剖部位';
const EVENT_KEYS = [CORE, STATE, DESCRIPTIONS, PLACES] as const;

/** `主体词：甲；发生状态：；描述词：乙，丙；解剖部位：丁` on each line after the first. */
const events: ReadList = (text) =>
  text
    .split('\n')
    .slice(1)
    .map((line) => {
      const fields: Record<string, string> = {};
      for (const part of line.split('；')) {
        let rest = part;
        for (const key of EVENT_KEYS) {
          if (!rest.startsWith(`${key}：`)) continue;
          rest = strip(rest.replaceAll(`${key}：`, ''));
          fields[key] = rest;
        }
      }
      const lists = [DESCRIPTIONS, PLACES].map((key) => listedIn(fields[key] ?? ''));
      const [core, state] = [fields[CORE] ?? '', fields[STATE] ?? ''];
      return answer(state, [core, ...lists], [core, ...lists.flat()].join(' '));
    });

const UNCLEAR = '无法根据上下文确定病人是否患有该症状';
const NOT_MARKED = '不标注';

/** `甲：STATUS` on each line after the first; a status that was not requested is the empty one. */
const statuses: ReadList = (text, choices) =>
  text
    .split('\n')
    .slice(1)
    .flatMap((line): ListedAnswer[] => {
      const [name, status, ...more] = line.split('：');
      if (status === undefined || more.length > 0) return [];
      const other = choices.includes(UNCLEAR) ? UNCLEAR : NOT_MARKED;
      return [answer(choices.includes(status) ? status : other, [strip(name)], strip(name))];
    });

/** Terms on the last line, those only that may be chosen. */
const terms: ReadList = (text, choices) =>
  listedIn(text.slice(text.lastIndexOf('\n') + 1))
    .filter((term) => choices.includes(term))
    .map((term) => answer('', [term], term));

export const LISTS = { entities, triples, causes, events, statuses, terms } as const;

/** Whether a line is neither a heading nor a node: the official script stops there. */
export const hasStrayNode = (text: string): boolean =>
  text.split('\n').some((line) => line !== '' && !line.includes(TREE_HEAD) && !line.includes(ROLE));

const ROLE = '：role=';
const TREE_HEAD = '根据给定的指南文本抽取的诊疗决策树';
const NOTHING_DECIDED: TreeNode = { role: 'D', triples: [], logic: 'null' };

/**
 * `…：role=C；logical_rel=null；triples=[['甲', '临床表现', '乙']]` on each line, the nodes in preorder. Empty if that is no tree:
 * the official script scores some of these lists all the same.
 */
export function readTreeLines(text: string): Tree {
  const nodes: TreeNode[] = [];
  for (const line of text.split('\n')) {
    const rest = line.includes(TREE_HEAD) ? undefined : line.split(ROLE)[1];
    if (rest === undefined) continue;
    const role = ROLES.find((one) => one === rest.split('；logical_rel=')[0]);
    const named = line.split('；logical_rel=')[1]?.split('；triples=')[0] ?? 'null';
    const logic = LOGICS.find((one) => one === named);
    if (!role || !logic) return [];
    const list = readPythonList(line.split('；triples=')[1] ?? '') ?? [];
    nodes.push({ role, triples: list.filter(isTriple), logic });
  }
  if (nodes.length === 0) return [NOTHING_DECIDED];
  return isTree(nodes) ? nodes : [];
}

/** `主诉：…` on a line for each section, after the first; a section that is not there is left out. */
export function readReportLines(text: string): Readonly<Record<string, string>> {
  const sections: Record<string, string> = {};
  for (const line of strip(text).split('\n').slice(1)) {
    const name = SECTIONS.find((section) => line.startsWith(`${section}：`));
    if (name) sections[name] = strip(strip(line).split(`${name}：`).at(-1) ?? '');
  }
  return sections;
}
