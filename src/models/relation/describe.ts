import type { Text } from '../../ground/language.ts';
import { type Description, describeFeature } from '../shared/features/describe.ts';

/** The features of `pairFeatures`; `>` where the subject comes first, `<` where the object does. */
const DESCRIPTIONS: readonly Description[] = [
  [/^order ([<>])$/, '语序 $1'],
  [/^distance ([<>]) (\d+)$/, '距离 $1 $2'],
  [/^subject=/, '主语='],
  [/^object=/, '宾语='],
  [/^subject ends /, '主语结尾 '],
  [/^object ends /, '宾语结尾 '],
  [/^object begins /, '宾语开头 '],
  [/^between ([<>]) = /, '其间 $1 = '],
  [/^between ([<>]) ~ /, '其间 $1 含 '],
  [/^sentences ([<>]) (\d)$/, '其间句末标点数 $1 $2'],
  [/^commas ([<>]) (\d)$/, '其间逗号数 $1 $2'],
  [/^mentions between ([<>]) (\d)$/, '其间实体数 $1 $2'],
  [/^a (.*) between ([<>])$/s, '其间有$1 $2'],
  [/^a rival subject ([<>])$/, '其间有同类主语 $1'],
  [/^subject comes first$/, '主语为首个实体'],
  [/^first of its type ([<>])$/, '主语为首个同类实体 $1'],
  [/^before object /, '宾语之前 '],
  [/^after object /, '宾语之后 '],
  [/^before subject /, '主语之前 '],
  [/^after subject /, '主语之后 '],
  [/^left ~ /, '左侧含 '],
  [/^right ~ /, '右侧含 '],
];

/** How a feature of a pair reads. */
export const describePairFeature = (name: string): Text => describeFeature(name, DESCRIPTIONS);
