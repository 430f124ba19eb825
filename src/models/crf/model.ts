import type { ModelContent } from '../shared/modelfile.ts';
import { type KeyTable, restoreKeyTable } from './keys.ts';
import type { Lexicon } from './lexicon.ts';
import { tagCount, tagName } from './tags.ts';
import { TEMPLATE_GROUPS, type Template, type TemplateGroup, templatesOf } from './templates.ts';

/** What a trained CRF knows. */
export interface CrfModel {
  readonly types: readonly string[];
  /** Names of the tags, by number. */
  readonly tagNames: readonly string[];
  readonly groups: readonly TemplateGroup[];
  readonly templates: readonly Template[];
  /** Words that features refer to, by their number less 2. */
  readonly words: readonly string[];
  /** What may be known of a whole text, by its number less 2. */
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
    } as ModelContent['arrays'],
  };
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** The model in a content, or what is wrong with it: every index is checked, so that no file can crash the tagger. */
export function restoreModel({ header, arrays }: ModelContent): CrfModel | string {
  const { types, groups, words, sides } = header;
  if (!isTexts(types) || !isTexts(words) || !isTexts(sides) || !isTexts(groups))
    return 'lists of names are missing';
  if (!groups.every((group) => (TEMPLATE_GROUPS as readonly string[]).includes(group)))
    return 'unknown templates';
  const templates = templatesOf(groups as TemplateGroup[]);
  const { high, low, rowStart, rowTags, weights, transitions } = arrays;
  const { trieNodes, trieCharacters, trieEntries, mentions, occurrences } = arrays;
  if (
    !(high instanceof Uint32Array && low instanceof Uint32Array && rowStart instanceof Int32Array) ||
    !(
      rowTags instanceof Uint8Array &&
      weights instanceof Float32Array &&
      transitions instanceof Float64Array
    ) ||
    !(trieNodes instanceof Uint32Array && trieCharacters instanceof Uint32Array) ||
    !(
      trieEntries instanceof Int32Array &&
      mentions instanceof Uint32Array &&
      occurrences instanceof Uint32Array
    )
  ) {
    return 'arrays are missing';
  }
  const tags = tagCount(types.length);
  const rising = rowStart.every((start, i) => i === 0 || start >= rowStart[i - 1]);
  if (rowStart.length !== high.length + 1 || low.length !== high.length || rowStart[0] !== 0 || !rising)
    return 'its attributes do not fit';
  if (rowStart[high.length] !== weights.length || rowTags.length !== weights.length)
    return 'its weights do not fit';
  if (transitions.length !== tags * tags || !rowTags.every((tag) => tag < tags)) return 'its tags do not fit';
  if (!weights.every(Number.isFinite) || !transitions.every(Number.isFinite)) return 'a weight is not finite';
  if (!high.every((key) => key >>> 16 < templates.length)) return 'a feature has no template';
  const entries = occurrences.length;
  if (
    trieNodes.length !== trieCharacters.length ||
    trieEntries.length !== trieNodes.length + 1 ||
    !trieNodes.every((node, i) => node <= i) ||
    !trieEntries.every((entry) => entry >= -1 && entry < entries) ||
    mentions.length !== entries * types.length
  ) {
    return 'its lexicon does not fit';
  }
  const keys = restoreKeyTable(high, low);
  const edges = restoreKeyTable(trieNodes, trieCharacters);
  if (!keys || !edges) return 'a key occurs twice';
  const lexicon: Lexicon = { types: types.length, edges, entryAt: trieEntries, mentions, occurrences };
  return {
    types,
    tagNames: Array.from({ length: tags }, (_, tag) => tagName(tag, types)),
    groups: groups as TemplateGroup[],
    templates,
    words,
    sides,
    lexicon,
    high,
    low,
    keys,
    rowStart,
    rowTags,
    weights,
    transitions,
  };
}
