import { EXIT, UserError } from '../../ground/errors.ts';
import { type Language, listed } from '../../ground/language.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import type { PlainRecord } from '../../tasks/families/shared/record.ts';
import type { MisfitCount } from './misfits.ts';
import type { MisfitCode, RawRecord } from './raw.ts';
import type { SettledSpan } from './settle.ts';

/** The content of a source, over all of its records. */
export interface Seen {
  records: number;
  pairs: number;
  /** Records with classes, with several of them, with entities, with relations. */
  labelled: number;
  severalLabels: number;
  spans: number;
  relations: number;
  /** Records with an entity of several parts. */
  discontinuous: number;
  readonly labels: Set<string>;
}

export const nothingSeen = (): Seen => ({
  ...{ records: 0, pairs: 0, labelled: 0, severalLabels: 0, spans: 0, relations: 0, discontinuous: 0 },
  labels: new Set(),
});

export function look(seen: Seen, { texts, labels = [], spans = [], relations = [] }: RawRecord): void {
  seen.records++;
  if (texts.length > 1) seen.pairs++;
  if (labels.length > 0) seen.labelled++;
  if (labels.length > 1) seen.severalLabels++;
  if (spans.length > 0) seen.spans++;
  if (relations.length > 0) seen.relations++;
  if (spans.some(({ fragments }) => fragments !== undefined)) seen.discontinuous++;
  for (const label of labels) seen.labels.add(label);
}

/** A record with spans in UTF-16. */
export interface SettledRecord extends Omit<RawRecord, 'spans'> {
  readonly spans?: readonly SettledSpan[];
}

/** Gold in the shape that a family reads, or the reason for its absence. */
export type GoldFields = PlainRecord | MisfitCode;

interface Target {
  /** Whether sources can contain it. */
  holds(seen: Seen): boolean;
  gold(record: SettledRecord): GoldFields;
  readonly pair?: boolean;
  /** Its gold keeps the parts of discontinuous entities. */
  readonly hasParts?: boolean;
}

function single({ labels = [] }: SettledRecord): GoldFields {
  const [label, ...others] = new Set(labels);
  if (label === undefined) return 'no-gold';
  return others.length > 0 ? 'several-labels' : { label };
}

const pairTarget: Target = {
  pair: true,
  holds: ({ pairs, labelled }) => pairs > 0 && labelled > 0,
  gold: single,
};

/** The families that can be imported. */
const targets: Readonly<Partial<Record<FamilyId, Target>>> = {
  ner: {
    hasParts: true,
    holds: ({ spans }) => spans > 0,
    gold: ({ spans }) =>
      spans === undefined
        ? 'no-gold'
        : {
            entities: spans.map(({ start, end, type, mention, fragments, attributes }) => ({
              ...{ start, end, type, mention },
              ...(fragments ? { fragments } : {}),
              ...(attributes ? { attributes } : {}),
            })),
          },
  },
  relation: { holds: ({ relations }) => relations > 0, gold: triplesOf },
  similarity: pairTarget,
  inference: pairTarget,
  classification: { holds: ({ labelled, pairs }) => labelled > 0 && pairs === 0, gold: single },
  multilabel: {
    holds: ({ labelled, pairs }) => labelled > 0 && pairs === 0,
    gold: ({ labels }) => (labels === undefined ? 'no-gold' : { labels: [...new Set(labels)] }),
  },
};

export const importedFamilies = Object.keys(targets);

function triplesOf({ spans, relations = [] }: SettledRecord): GoldFields {
  if (spans === undefined) return 'no-gold';
  const byKey = new Map(spans.map((span) => [span.key, span]));
  return {
    triples: relations.flatMap(({ from, to, type: predicate }) => {
      const [subject, object] = [byKey.get(from), byKey.get(to)];
      if (!subject || !object) return [];
      return [
        {
          ...{ subject: subject.mention, predicate, object: object.mention },
          ...{ subjectType: subject.type, objectType: object.type },
        },
      ];
    }),
  };
}

/** Labels that say that the two texts of a pair mean the same. */
const POSITIVE = ['1', 'true', 'yes', 'similar', 'same', '是', '相同', '相似', '同义'];

/** The tasks that the sources are imported as: the first has the given name, the others append their own. */
export interface Families {
  readonly families: readonly FamilyId[];
  /** Similarity: the label whose F1 counts. */
  readonly positive?: string;
  /** Some entities have several parts. */
  readonly discontinuous?: boolean;
}

/**
 * The families of the sources: as given, else by what they hold. Throws a UserError `no-gold` if they hold nothing to
 * learn, `mixed-inputs` where only some are pairs, `family-mismatch` where not what is given, `which-positive` where no label of a similarity task is known to say
 * "the same", `not-similarity` where one is named for data of another family.
 */
export function chooseFamilies(
  seen: Seen,
  given: FamilyId | undefined,
  positive: string | undefined,
  misfits: readonly MisfitCount[],
): Families {
  if (seen.pairs > 0 && seen.pairs < seen.records) throw mixedInputs();
  const same = positive ?? [...seen.labels].find((label) => POSITIVE.includes(label.toLowerCase()));
  const wanted: FamilyId[] = given === undefined ? inferFamilies(seen, same !== undefined) : [given];
  if (wanted.length === 0) throw noGold(misfits);
  const [first] = wanted;
  if (!targetOf(first).holds(seen)) {
    throw new UserError(
      'family-mismatch',
      { en: `The sources hold no ${first} data`, zh: `数据中没有 ${first} 类标注` },
      {
        hint: {
          en: 'Leave --family out to see what they hold.',
          zh: '去掉 --family 可查看其中有哪些标注。',
        },
      },
    );
  }
  if (positive !== undefined && !wanted.includes('similarity')) throw notSimilarity(first);
  if (!wanted.includes('similarity')) return { families: wanted, discontinuous: seen.discontinuous > 0 };
  if (same !== undefined && seen.labels.has(same)) return { families: wanted, positive: same };
  const labels = listed([...seen.labels].sort());
  throw new UserError(
    'which-positive',
    { en: 'The label that means "the same" is not known', zh: '无法判断哪个标签表示两句同义' },
    {
      hint: {
        en: `Name it with --positive LABEL. Labels: ${labels.en}.`,
        zh: `请用 --positive 指定。标签：${labels.zh}。`,
      },
    },
  );
}

const notSimilarity = (family: FamilyId): UserError =>
  new UserError(
    'not-similarity',
    {
      en: `Only similarity has a label that means "the same"; these sources hold ${family} data`,
      zh: `只有 similarity 任务有表示同义的标签，而数据中是 ${family} 类标注`,
    },
    {
      field: 'positive',
      hint: {
        en: 'Leave out --positive, or set --family similarity.',
        zh: '请去掉 --positive，或指定 --family similarity。',
      },
      exitCode: EXIT.usage,
    },
  );

/** What was read otherwise, or not at all, may be why. */
function noGold(misfits: readonly MisfitCount[]): UserError {
  const found = (language: Language): string =>
    misfits.map(({ meaning, count }) => `${meaning[language]} (${count})`).join('; ');
  const [en, zh] =
    misfits.length === 0 ? ['', ''] : [` Also found: ${found('en')}.`, `另有：${found('zh')}。`];
  return new UserError(
    'no-gold',
    { en: 'No label, entity or relation was found', zh: '未找到标签、实体或关系' },
    {
      hint: {
        en: `Say where they are: --fields label=NAME, labels=NAME or entities=NAME.${en}`,
        zh: `请指定其字段：--fields label=字段名、labels=字段名或 entities=字段名。${zh}`,
      },
    },
  );
}

const mixedInputs = (): UserError =>
  new UserError(
    'mixed-inputs',
    { en: 'Some sources hold pairs, others single texts', zh: '部分来源为句对，部分为单句' },
    { hint: { en: 'Import them separately, under different names.', zh: '请分别导入，各用一个名称。' } },
  );

function inferFamilies(seen: Seen, hasPositive: boolean): FamilyId[] {
  if (seen.pairs > 0) {
    if (seen.labelled === 0) return [];
    return [seen.labels.size === 2 && hasPositive ? 'similarity' : 'inference'];
  }
  if (seen.relations > 0) return ['ner', 'relation'];
  if (seen.spans > 0) return ['ner'];
  if (seen.labelled === 0) return [];
  return [seen.severalLabels > 0 ? 'multilabel' : 'classification'];
}

/** Throws a UserError `family-mismatch` for a family that is not imported. */
export function targetOf(family: FamilyId): Target {
  const target = targets[family];
  if (target) return target;
  throw new UserError(
    'family-mismatch',
    { en: `Data of the family ${family} cannot be imported yet`, zh: `暂不支持导入 ${family} 类数据` },
    {
      hint: {
        en: `Supported: ${importedFamilies.join(', ')}.`,
        zh: `可导入：${importedFamilies.join('、')}。`,
      },
    },
  );
}

/** Whether a record contains something that none of the families uses. */
export function hasOther(record: SettledRecord, families: readonly FamilyId[]): boolean {
  const { labels = [], spans = [] } = record;
  const takes = (one: FamilyId): boolean => families.includes(one);
  const takesSpans = takes('ner') || takes('relation');
  return takesSpans ? labels.length > 0 : spans.length > 0;
}
