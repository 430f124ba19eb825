import * as z from 'zod';
import { bothLanguages, type Text } from '../../ground/language.ts';
import type { FamilyId, Input, Prediction } from '../../tasks/examples.ts';
import { describeNode } from '../../tasks/families/decision-tree/answers.ts';
import { isTree, treeKey } from '../../tasks/families/decision-tree/trees.ts';
import { LOGICS, ROLES } from '../../tasks/families/decision-tree/types.ts';
import type { Symptom } from '../../tasks/families/dialogue/types.ts';
import { describeEvent, eventKey } from '../../tasks/families/event/answers.ts';
import type { Task } from '../../tasks/task.ts';
import type { Fit, Fits, FittedModel } from '../contract.ts';
import { answerEach } from '../shared/answer-each.ts';
import { requireDeclared } from '../shared/labels/declared.ts';
import { byFrequency, countBy, scoresByLabel, sortedLabels } from '../shared/labels/labels.ts';
import { STATUSES } from '../shared/mentions/statuses.ts';
import { damaged, type ModelContent, openModelFile, sizeOf, writeModelFile } from '../shared/modelfile.ts';

/** The constant answer; `null` for ranking, whose answer has as many scores as there are documents. */
type Constant = Prediction | null;

type LabelFamily = 'similarity' | 'inference' | 'classification';

const fitLabel: Fit<LabelFamily> = async ({ task, train }) => {
  const labels = train.map(({ gold }) => gold.label);
  const label = mostFrequent(labels, (one) => one);
  const names = sortedLabels(labels);
  const share = countBy(labels, (one) => one);
  const scores = scoresByLabel(task, names, (k) => share.get(names[k])! / labels.length);
  const percent = ((100 * share.get(label)!) / labels.length).toFixed(1);
  const reason = {
    en: `${label} is ${percent} % of the training data`,
    zh: `${label} 占训练集的 ${percent}%`,
  };
  return constant({ label, scores }, reason);
};

const REASONS = {
  ner: { en: 'a place in a text rarely starts an entity', zh: '文本中的位置极少是实体的起点' },
  relation: { en: 'two places in a text are rarely related', zh: '文本中的两处之间极少存在关系' },
  causal: { en: 'two places in a text are rarely cause and effect', zh: '文本中的两处之间极少存在因果关系' },
  ranking: { en: 'every document is as good as any other', zh: '各文档不分先后' },
} as const;

/** No entity and no triple are by far the most frequent answers for a place in a text. */
export const fit: Fits = {
  ner: async () => constant({ entities: [] }, REASONS.ner),
  relation: async () => constant({ triples: [] }, REASONS.relation),
  causal: async () => constant({ relations: [] }, REASONS.causal),
  ranking: async () => constant(null, REASONS.ranking),
  similarity: fitLabel,
  inference: fitLabel,
  classification: fitLabel,
  multilabel: async ({ task, train }) => {
    const sets = train.map(({ gold }) => sortedLabels(gold.labels));
    const labels = mostFrequent(sets, (set) => set.join('\n'));
    const names = sortedLabels(sets.flat());
    const share = countBy(sets.flat(), (one) => one);
    return constant(
      { labels, scores: scoresByLabel(task, names, (k) => share.get(names[k])! / sets.length) },
      usualSet({ en: 'labels', zh: '标签' }, labels),
    );
  },
  dialogue: async ({ train }) => {
    const listed = (symptoms: readonly Symptom[]): string[] =>
      symptoms.map(({ name, status }) => `${name} ${status}`).sort();
    const symptoms = mostFrequent(
      train.map(({ gold }) => gold.symptoms),
      (set) => listed(set).join('\n'),
    );
    return constant({ symptoms }, usualSet({ en: 'symptoms', zh: '症状' }, listed(symptoms)));
  },
  event: async ({ train }) => {
    const events = mostFrequent(
      train.map(({ gold }) => gold.events),
      (set) => set.map(eventKey).sort().join('\n'),
    );
    return constant({ events }, usualSet({ en: 'events', zh: '事件' }, events.map(describeEvent)));
  },
  'decision-tree': async ({ train }) => {
    const tree = mostFrequent(
      train.map(({ gold }) => gold.tree),
      treeKey,
    );
    return constant({ tree }, usualSet({ en: 'nodes', zh: '节点' }, tree.map(describeNode)));
  },
  generation: async ({ train }) => {
    const reply = mostFrequent(
      train.flatMap(({ gold }) => gold.references),
      (text) => text,
    );
    return constant({ reply }, USUAL_TEXT);
  },
  instruction: async ({ train }) => {
    const reply = mostFrequent(
      train.map(({ gold }) => gold.target),
      (text) => text,
    );
    return constant({ reply }, USUAL_TEXT);
  },
  normalisation: async ({ train }) => {
    const sets = train.map(({ gold }) => [...new Set(gold.terms)].sort());
    const terms = mostFrequent(sets, (set) => set.join('\n'));
    return constant({ terms }, usualSet({ en: 'terms', zh: '术语' }, terms));
  },
  'dialogue-acts': async ({ train }) => {
    const [acts, percent] = usualPart(train.map(({ gold }) => gold.acts));
    const [act] = acts;
    if (act === undefined) return constant({ acts }, usualSet({ en: 'acts', zh: '意图' }, acts));
    const reason = {
      en: `${act} is ${percent} % of all turns of train`,
      zh: `${act} 占训练集句子的 ${percent}%`,
    };
    return constant({ acts }, reason);
  },
  'mention-status': async ({ train }) => {
    const [statuses, percent] = usualPart(train.map(({ gold }) => gold.statuses));
    const [status] = statuses;
    if (status === undefined)
      return constant({ statuses }, usualSet({ en: 'statuses', zh: '状态' }, statuses));
    const reason = {
      en: `${status} is the status of ${percent} % of all mentions of train`,
      zh: `${status} 占训练集提及的 ${percent}%`,
    };
    return constant({ statuses }, reason);
  },
};

/** The label that most parts have, alone in a list, and its share in percent; an empty list where there is no part. */
function usualPart(lists: readonly (readonly string[])[]): [labels: string[], percent: string] {
  const all = lists.flat();
  if (all.length === 0) return [[], '0'];
  const label = mostFrequent(all, (one) => one);
  return [[label], ((100 * all.filter((one) => one === label).length) / all.length).toFixed(1)];
}

const usualSet = (what: Text, items: readonly string[]): Text => ({
  en: `the most frequent set of ${what.en}: ${items.join(', ') || 'none'}`,
  zh: `最常见的${what.zh}组合：${items.join('、') || '无'}`,
});

const USUAL_TEXT: Text = { en: 'the most frequent text of train', zh: '训练集中最常见的文本' };

const reply = z.object({ reply: z.string() });
const scores = z.record(z.string(), z.number()).optional();
const label = z.object({ label: z.string(), scores });

const eventJson = z.object({
  core: z.string(),
  tendency: z.string(),
  characters: z.array(z.string()),
  anatomy: z.array(z.string()),
});

const nodeJson = z.object({
  role: z.enum(ROLES),
  triples: z.array(z.tuple([z.string(), z.string(), z.string()])),
  logic: z.enum(LOGICS),
});

/** The valid constant answers in a model file, by task family. */
const answers: { readonly [F in FamilyId]?: z.ZodType<Constant> } = {
  ner: z.object({ entities: z.array(z.never()) }),
  relation: z.object({ triples: z.array(z.never()) }),
  causal: z.object({ relations: z.array(z.never()) }),
  ranking: z.null(),
  similarity: label,
  inference: label,
  classification: label,
  multilabel: z.object({ labels: z.array(z.string()), scores }),
  event: z.object({ events: z.array(eventJson) }),
  'decision-tree': z.object({ tree: z.array(nodeJson).refine(isTree) }),
  generation: reply,
  instruction: reply,
  normalisation: z.object({ terms: z.array(z.string()) }),
  'mention-status': z.object({ statuses: z.array(z.string()).max(1) }),
  'dialogue-acts': z.object({ acts: z.array(z.string()).max(1) }),
  dialogue: z.object({ symptoms: z.array(z.object({ name: z.string(), status: z.enum(STATUSES) })) }),
};

const headerJson = z.object({
  answer: z.unknown(),
  /** English alone in files of earlier versions. */
  reason: z.union([z.string(), z.object({ en: z.string(), zh: z.string() })]),
});

/** Reads a model that `save` wrote. UserError if the file is damaged, of another kind or another family. */
export async function load(file: string, task: Task): Promise<FittedModel> {
  const { family } = task;
  const spec = { header: headerJson, arrays: {} };
  const { answer, reason } = (await openModelFile(file, 'majority', undefined, spec)).header;
  const own = answers[family]?.safeParse(answer);
  if (own?.success) {
    requireDeclared(file, task, labelsOf(own.data));
    return constant(own.data, bothLanguages(reason));
  }
  throw damaged(
    file,
    { en: `its answer is not one for ${family}`, zh: `其答案不属于任务族 ${family}` },
    'header.answer',
  );
}

/** The labels of an answer, and those that it scores. */
function labelsOf(answer: Constant): readonly string[] {
  if (answer !== null && 'acts' in answer) return answer.acts;
  if (answer !== null && 'statuses' in answer) return answer.statuses;
  if (answer !== null && 'tree' in answer)
    return answer.tree.flatMap(({ triples }) => triples.map(([, relation]) => relation));
  if (answer !== null && 'events' in answer) return answer.events.map(({ tendency }) => tendency);
  if (answer === null || !('label' in answer || 'labels' in answer)) return [];
  const own = 'labels' in answer ? answer.labels : [answer.label];
  return [...own, ...Object.keys(answer.scores ?? {})];
}

function constant(answer: Constant, reason: Text): FittedModel {
  const content: ModelContent = { header: { answer, reason }, arrays: {} };
  return {
    bytes: sizeOf(content),
    answer: (inputs, options) => answerEach(inputs, options, (input) => answerTo(answer, input)),
    save: (file) => writeModelFile(file, 'majority', content),
    explain: () => [reason],
  };
}

/** A constant as the answer to an input: a label of parts is that of every turn, or mention. */
function answerTo(answer: Constant, input: Input): Prediction {
  if (answer === null) return level(input);
  if ('acts' in answer && 'turns' in input) return { acts: input.turns.map(() => answer.acts[0] ?? '') };
  if ('statuses' in answer && 'mentions' in input)
    return { statuses: input.mentions.map(() => answer.statuses[0] ?? '') };
  return answer;
}

/** The same score for every document. */
const level = (input: Input): Prediction<'ranking'> => ({
  scores: 'documents' in input ? input.documents.map(() => 0) : [],
});

/** Of equally frequent ones, the first by key. */
function mostFrequent<T>(items: readonly T[], key: (item: T) => string): T {
  const [best] = byFrequency(countBy(items, key));
  return items.find((item) => key(item) === best)!;
}
