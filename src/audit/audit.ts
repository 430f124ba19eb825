import { availableSplits, type CorpusFile, type Dataset, type Notice } from '../datasets/dataset.ts';
import { compareSources } from '../datasets/disagreement.ts';
import { readAgreement } from '../datasets/import-record.ts';
import type { AgreementReport } from '../datasets/imports/agreement.ts';
import type { ItemRef } from '../datasets/item-ref.ts';
import { MOST_HELD, openPasses, type Pass } from '../datasets/passes.ts';
import { renumberUnits } from '../datasets/units.ts';
import type { Tokenizer } from '../encoders/tokenizers/tokenizer.ts';
import type { Text } from '../ground/language.ts';
import { takeStepsYielding } from '../ground/steps.ts';
import { createYielder } from '../ground/yielder.ts';
import { bestConstant } from '../scoring/floors.ts';
import { findConvention } from '../tasks/conventions.ts';
import type { Example } from '../tasks/examples.ts';
import type { SplitName, Task } from '../tasks/task.ts';
import { judgeBy, learnFrom } from './drawn.ts';
import type { Finding, FindingKind } from './finding.ts';
import { type PowerRow, type PublishedGap, powerOf, publishedGap } from './power.ts';
import { MOST_RULED, measureSharing, type SharingRow } from './shared-labels.ts';
import { measureSignal, type SignalRow } from './signal.ts';
import { createSurvey, type Survey } from './survey.ts';
import type { TruncationRow } from './truncation.ts';

/** A published score, with that of one constant answer under the same rule on the same split. */
export interface PublishedCheck {
  readonly model: string;
  readonly published: number;
  readonly convention: string;
  readonly split: SplitName;
  readonly constant: number;
  /** The constant answer is at least as good. */
  readonly beaten: boolean;
}

/** The result of `data audit` for one task. */
export interface Audit {
  readonly schema: 'chineseblue/audit@1';
  readonly task: string;
  readonly synthetic: boolean;
  readonly files: readonly CorpusFile[];
  readonly splits: readonly { readonly name: SplitName; readonly examples: number }[];
  /** Splits that are left out: their gold was never released. */
  readonly withoutGold?: readonly SplitName[];
  readonly findings: readonly Finding[];
  /** Of an imported corpus that several people annotated. */
  readonly agreement?: AgreementReport;
  /** Absent without a vocabulary. */
  readonly truncation?: readonly TruncationRow[];
  readonly signal: readonly SignalRow[];
  /** Only of families whose examples share parts, and of splits that share any with earlier ones. */
  readonly sharing: readonly SharingRow[];
  readonly power: readonly PowerRow[];
  readonly gap?: PublishedGap;
  readonly published: readonly PublishedCheck[];
}

/** Splits whose scores are reported; signal and power are measured on them. */
const JUDGED: readonly SplitName[] = ['dev', 'test'];

export interface AuditDatasetOptions {
  /** For what truncation hides; without it that is left out. */
  readonly tokenizer?: Tokenizer;
  /**
   * Bytes of files up to which splits are held in memory; larger ones are read several times, and their texts are put on disk
   * meanwhile to be compared. Default 64 MiB. What is found is the same, except that the simple model is trained on a sample of them.
   */
  readonly mostHeld?: number;
  readonly signal?: AbortSignal;
}

/**
 * Audits every available split. Throws the UserErrors of `Dataset.split`, `no-gold`, and `disk-full`; of a task whose gold of test
 * was never released, splits without gold are left out.
 */
export async function auditDataset(
  dataset: Dataset,
  { tokenizer, mostHeld = MOST_HELD, signal: aborted }: AuditDatasetOptions = {},
): Promise<Audit> {
  const { task } = dataset;
  const opened = await openPasses(dataset, mostHeld);
  // Gold of such a task is expected only on the evaluated split.
  const isExpected = ({ hasGold }: Pass): boolean => hasGold || task.judged === undefined;
  const splits = opened.filter(isExpected);
  const withoutGold = opened.filter((pass) => !isExpected(pass)).map(({ name }) => name);
  using survey = createSurvey(task, tokenizer, { mostHeld });
  const noticed = createNoticed();
  const rest = createYielder(aborted);
  for (const split of splits) {
    for await (const examples of split.examples((notices) => noticed.take(split.name, notices))) {
      for (const example of examples) survey.take(example, split.name);
      await rest();
    }
  }
  const twins = await takeStepsYielding(survey.twins(), rest);
  const { signal, sharing, power } = await measure(task, splits, survey, aborted);
  const synthetic = splits.some((split) => split.synthetic);
  const agreement = await readAgreement(task, dataset.dir);
  return {
    schema: 'chineseblue/audit@1',
    task: task.id,
    synthetic,
    files: splits.flatMap(({ files }) => files),
    splits: splits.map(({ name }) => ({ name, examples: survey.sizeOf(name) })),
    ...(withoutGold.length > 0 && { withoutGold }),
    findings: [
      ...twins,
      ...noticed.findings(),
      ...(await findDisagreements(dataset)),
      ...survey.textOddities(),
      ...survey.lonelyLabels(),
    ],
    ...(agreement && { agreement }),
    truncation: survey.truncation(),
    signal,
    sharing,
    power,
    // What was published is about the released corpus, not about samples in its format.
    gap: synthetic ? undefined : publishedGap(task, power),
    published: synthetic ? [] : checkPublished(task, splits),
  };
}

/** Signal, predictability and power of every evaluation split. */
async function measure(
  task: Task,
  splits: readonly Pass[],
  survey: Survey,
  aborted: AbortSignal | undefined,
) {
  const conventions = [
    ...new Set([task.primary, ...task.published.flatMap(({ rule }) => rule?.convention ?? [])]),
  ];
  const learn = async (name: SplitName): Promise<readonly Example[]> => {
    const split = splits.find((one) => one.name === name);
    return split ? learnFrom(split, survey, aborted) : [];
  };
  const signal: SignalRow[] = [];
  const sharing: SharingRow[] = [];
  const power: PowerRow[] = [];
  const train = await learn('train');
  const trainOf = survey.sizeOf('train');
  for (const split of splits.filter(({ name }) => JUDGED.includes(name))) {
    const { name } = split;
    const measured = await measureSignal(
      task,
      { name, examples: await judgeBy(split, survey, { signal: aborted }) },
      conventions,
      {
        ...{ train, dev: name === 'test' ? await learn('dev') : [] },
        ...(train.length < trainOf && { trainOf }),
        signal: aborted,
      },
    );
    signal.push(...measured.rows);
    const rule = survey.sharingRule(name);
    if (rule) {
      const examples = await judgeBy(split, survey, { most: MOST_RULED, signal: aborted });
      sharing.push(...measureSharing(task, name, examples, { rule, conventions }));
    }
    power.push(...powerOf(task, name, measured, conventions, renumberUnits(survey.unitsOf(name)).count));
  }
  return { signal, sharing, power };
}

/** What notices of the readers mean; other notices are oddities. */
const NOTICED: Readonly<Record<string, { readonly kind: FindingKind; readonly message: Text }>> = {
  'mention-differs': {
    kind: 'defect',
    message: { en: 'a mention that is not the text at its offset', zh: '实体文字与偏移处的原文不符' },
  },
  'mention-case': {
    kind: 'oddity',
    message: {
      en: 'a mention that differs from its text in letter case only',
      zh: '实体文字与原文仅大小写不同',
    },
  },
  'mention-overlaps': {
    kind: 'oddity',
    message: {
      en: 'mentions that overlap or nest: BIO tags cannot hold them',
      zh: '实体重叠或嵌套，BIO 标签无法表示',
    },
  },
  'mention-repeated': {
    kind: 'defect',
    message: { en: 'the same mention annotated twice', zh: '同一实体重复标注' },
  },
  'mention-outside': {
    kind: 'defect',
    message: { en: 'a mention that extends beyond the text; it is left out', zh: '实体越出文本，已剔除' },
  },
  'bio-orphan': {
    kind: 'defect',
    message: { en: 'an I tag with nothing to continue', zh: '没有起始的 I 标签' },
  },
  'symptoms-misaligned': {
    kind: 'defect',
    message: { en: 'a turn whose tags and symptom names differ in number', zh: '句中标签数与症状名数不一致' },
  },
  'statuses-misaligned': {
    kind: 'defect',
    message: {
      en: 'a turn whose symptom names and statuses differ in number',
      zh: '句中症状名数与状态数不一致',
    },
  },
  'unquoted-fields': {
    kind: 'oddity',
    message: { en: 'fields in quotation marks, which were removed', zh: '字段带引号，已去除' },
  },
  'empty-text': { kind: 'defect', message: { en: 'an empty text', zh: '文本为空' } },
};

/** Notices from reading splits, by kind. */
function createNoticed() {
  const byCode = new Map<string, { notice: Notice; items: Map<string, ItemRef> }>();
  return {
    take(split: SplitName, notices: readonly Notice[]): void {
      for (const notice of notices) {
        const known = byCode.get(notice.code) ?? { notice, items: new Map() };
        if (notice.id !== undefined) known.items.set(`${split}:${notice.id}`, { split, id: notice.id });
        byCode.set(notice.code, known);
      }
    },
    findings: (): Finding[] =>
      [...byCode].map(([code, { notice, items }]) => ({
        code,
        kind: NOTICED[code]?.kind ?? 'oddity',
        message: NOTICED[code]?.message ?? notice.message,
        items: [...items.values()],
      })),
  };
}

/** Documents whose JSON gold and BIO tags differ. */
async function findDisagreements(dataset: Dataset): Promise<Finding[]> {
  const items = new Map<string, ItemRef>();
  for (const split of availableSplits({ ...dataset, source: 'alternative' })) {
    if (!dataset.splits.includes(split)) continue;
    const { differentTexts, onlyPrimary, onlyAlternative } = await compareSources(dataset, split);
    const ids = [
      ...differentTexts,
      ...onlyPrimary.map(({ id }) => id),
      ...onlyAlternative.map(({ id }) => id),
    ];
    for (const id of ids) items.set(`${split}:${id}`, { split, id });
  }
  if (items.size === 0) return [];
  return [
    {
      code: 'json-bio-disagree',
      kind: 'defect',
      message: {
        en: 'a document whose JSON gold and BIO tags differ',
        zh: 'JSON 标注与 BIO 标签不一致的文档',
      },
      items: [...items.values()],
    },
  ];
}

/** Of splits in memory: none that was released is larger. */
function checkPublished(task: Task, splits: readonly Pass[]): PublishedCheck[] {
  return task.published.flatMap(({ model, value, rule }) => {
    const held = splits.find(({ name }) => name === rule?.split)?.held;
    if (!rule || !held) return [];
    const best = bestConstant(task, held.examples, findConvention(rule.convention));
    if (!best) return [];
    return [
      { model, published: value / 100, ...rule, constant: best.score, beaten: best.score >= value / 100 },
    ];
  });
}
