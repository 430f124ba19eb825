import * as z from 'zod';
import type { Text } from '../../../ground/language.ts';
import { type KeyTable, restoreKeyTable } from '../key-table.ts';
import type { Lexicon } from '../mentions/lexicon.ts';
import { type ArraySpecs, type ArraysOf, type ModelContent, pickArrays } from '../modelfile.ts';
import { tagCount, tagName } from './tags.ts';
import { TEMPLATE_GROUPS, type Template, type TemplateGroup, templatesOf } from './templates.ts';

/** The content of a trained CRF. */
export interface CrfModel {
  readonly types: readonly string[];
  /** Names of the tags, by number. */
  readonly tagNames: readonly string[];
  readonly groups: readonly TemplateGroup[];
  readonly templates: readonly Template[];
  /** Words that features refer to, by their number less 2. */
  readonly words: readonly string[];
  /** Values of the text metadata, by their number minus 2. */
  readonly sides: readonly string[];
  readonly lexicon: Lexicon;
  /** The attributes: `template << 16 | first value`, `second value << 16 | third value`. */
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  readonly keys: KeyTable;
  /** First weight of every attribute, and the number of weights at the end. */
  readonly rowStart: Int32Array;
  readonly rowTags: Uint8Array;
  readonly weights: Float32Array;
  /** `tags × tags`, row = from. */
  readonly transitions: Float64Array;
}

/** A model as plain JSON and arrays. */
export function modelContent(model: CrfModel): ModelContent {
  const { types, groups, words, sides, lexicon, high, low, rowStart, rowTags, weights, transitions } = model;
  const edges = lexicon.edges.keys();
  return {
    header: { types, groups, words, sides },
    arrays: {
      high,
      low,
      rowStart,
      rowTags,
      weights,
      transitions,
      trieNodes: edges.high,
      trieCharacters: edges.low,
      trieEntries: lexicon.entryAt,
      mentions: lexicon.mentions,
      occurrences: lexicon.occurrences,
    },
  };
}

const texts = z.array(z.string());
const headerJson = z.object({
  types: texts,
  groups: z.array(z.enum(TEMPLATE_GROUPS)),
  words: texts,
  sides: texts,
});

const ARRAYS = {
  high: 'Uint32Array',
  low: 'Uint32Array',
  rowStart: 'Int32Array',
  rowTags: 'Uint8Array',
  weights: 'Float32Array',
  transitions: 'Float64Array',
  trieNodes: 'Uint32Array',
  trieCharacters: 'Uint32Array',
  trieEntries: 'Int32Array',
  mentions: 'Uint32Array',
  occurrences: 'Uint32Array',
} as const satisfies ArraySpecs;

/** Why a content is invalid. */
export interface Fault {
  readonly fault: Text;
}
const fault = (en: string, zh: string): Fault => ({ fault: { en, zh } });

/** The model in a content, or what is wrong with it: every index is checked, so that no file can crash the tagger. */
export function restoreModel({ header, arrays }: ModelContent): CrfModel | Fault {
  const parsed = headerJson.safeParse(header);
  if (!parsed.success) return fault('lists of names are missing or damaged', '名称列表缺失或有误');
  const { types, groups, words, sides } = parsed.data;
  const picked = pickArrays(arrays, ARRAYS);
  if (!picked) return fault('arrays are missing', '缺少数组');
  const wrong = misfit(picked, types.length, templatesOf(groups).length);
  if (wrong) return wrong;
  const { high, low, rowStart, rowTags, weights, transitions } = picked;
  const { trieNodes, trieCharacters, trieEntries: entryAt, mentions, occurrences } = picked;
  const keys = restoreKeyTable(high, low);
  const edges = restoreKeyTable(trieNodes, trieCharacters);
  if (!keys || !edges) return fault('a key occurs twice', '键重复');
  const lexicon: Lexicon = { types: types.length, edges, entryAt, mentions, occurrences };
  const tagNames = Array.from({ length: tagCount(types.length) }, (_, tag) => tagName(tag, types));
  return {
    ...{ types, tagNames, groups, templates: templatesOf(groups), words, sides, lexicon },
    ...{ high, low, keys, rowStart, rowTags, weights, transitions },
  };
}

/** Whether arrays contradict each other. */
function misfit(arrays: ArraysOf<typeof ARRAYS>, types: number, templates: number): Fault | undefined {
  const { high, low, rowStart, rowTags, weights, transitions } = arrays;
  const { trieNodes, trieCharacters, trieEntries, mentions, occurrences } = arrays;
  const tags = tagCount(types);
  const rising = rowStart.every((start, i) => i === 0 || start >= rowStart[i - 1]);
  if (rowStart.length !== high.length + 1 || low.length !== high.length || rowStart[0] !== 0 || !rising)
    return fault('its attributes do not fit', '特征属性不一致');
  if (rowStart[high.length] !== weights.length || rowTags.length !== weights.length)
    return fault('its weights do not fit', '权重不一致');
  if (transitions.length !== tags * tags || !rowTags.every((tag) => tag < tags))
    return fault('its tags do not fit', '标签不一致');
  if (!weights.every(Number.isFinite) || !transitions.every(Number.isFinite))
    return fault('a weight is not finite', '存在非有限的权重');
  if (!high.every((key) => key >>> 16 < templates)) return fault('a feature has no template', '特征缺少模板');
  const entries = occurrences.length;
  const fits =
    trieNodes.length === trieCharacters.length &&
    trieEntries.length === trieNodes.length + 1 &&
    trieNodes.every((node, i) => node <= i) &&
    trieEntries.every((entry) => entry >= -1 && entry < entries) &&
    mentions.length === entries * types;
  return fits ? undefined : fault('its lexicon does not fit', '词典不一致');
}
