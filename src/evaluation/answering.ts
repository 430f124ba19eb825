import type { Question } from '../datasets/dataset.ts';
import type { Text } from '../ground/language.ts';
import { largest } from '../ground/largest.ts';
import type { FittedModel, ModelKind, Reply } from '../models/contract.ts';
import type { AnswerCounts } from '../scoring/coverage.ts';
import type { Answer, AnswerStatus, Usage } from '../tasks/answer.ts';
import type { QuoteCounts } from '../tasks/families/asking.ts';
import type { Task } from '../tasks/task.ts';
import { openJournal } from './journal.ts';
import type { Watcher } from './plan.ts';
import { type RunUsage, tallyUsage } from './usage.ts';

/** What is asked: the questions, the model, and the journal of the replies. */
export interface Asked {
  readonly run: string;
  readonly journal: string;
  readonly task: Task;
  readonly questions: readonly Question[];
}

export interface Answers {
  /** Aligned with the questions. */
  readonly answers: readonly Answer[];
  /** The replies of every repeat, if questions were repeated; aligned with the questions. */
  readonly repeats: readonly (readonly unknown[])[];
  readonly counts: AnswerCounts;
  /** Counts of unreadable and missing answers by reason; absent where there are none. */
  readonly reasons?: Readonly<Record<string, number>>;
  /** Mean probability of every place in the list of options; absent where options were not scored. */
  readonly places?: readonly number[];
  /** Absent where no answer was given in quotes. */
  readonly quotes?: QuoteCounts;
  /** The sum over all replies; absent where none reports it. */
  readonly usage?: RunUsage;
}

/**
 * Asks a fitted model the questions that the journal does not answer yet, and parses all replies. Every reply is in the journal
 * as soon as it arrives, even if this is aborted or fails; memory holds the parsed answers.
 */
export async function answerQuestions(
  { run, journal: file, task, questions }: Asked,
  kind: ModelKind,
  fitted: FittedModel,
  { onProgress, signal }: Watcher = {},
): Promise<Answers> {
  const journal = await openJournal(file, run);
  const answers: Answer[] = questions.map(() => ({ status: 'missing' }));
  const repeats: (readonly unknown[])[] = questions.map(() => []);
  const usage = tallyUsage();
  const answered = new Set<number>();
  const progress = createProgress(questions.length, kind);
  const take = (index: number, reply: Reply): void => {
    answers[index] = kind.interpret(reply.raw, questions[index].input, task);
    const asked = kind.repeats(reply.raw);
    if (asked.length > 1) repeats[index] = asked;
  };
  try {
    for (const [index, { id }] of questions.entries()) {
      const reply = journal.replies.get(id);
      if (!reply) continue;
      if (reply.usage) progress.spend(reply.usage, true);
      take(index, reply);
      if (answers[index].status === 'missing') continue;
      if (reply.usage) usage.add(reply.usage);
      answered.add(index);
      progress.add(answers[index]);
    }
    progress.begin();
    if (answered.size > 0) onProgress?.(progress.share());
    signal?.throwIfAborted();
    await fitted.answer(
      questions.map(({ input }) => input),
      {
        signal,
        answered,
        onAnswer(index, reply) {
          journal.append(questions[index].id, reply);
          take(index, reply);
          if (reply.usage) {
            usage.add(reply.usage);
            progress.spend(reply.usage);
          }
          progress.add(kind.interprets ? answers[index] : undefined);
          onProgress?.(progress.share(), progress.note());
        },
      },
    );
  } finally {
    await journal.close();
  }
  signal?.throwIfAborted();
  return { ...summarize(answers), repeats, usage: usage.sum() };
}

interface AnswerProgress {
  /** `before`: spent by an earlier attempt. */
  spend(usage: Usage, before?: boolean): void;
  add(answer: Answer | undefined): void;
  /** Replies added from here on are new. */
  begin(): void;
  share(): number;
  note(): Text | undefined;
}

/** The progress of answering; for kinds whose replies are parsed, also how many could be. */
function createProgress(asked: number, { interprets }: ModelKind): AnswerProgress {
  const counts: Record<AnswerStatus, number> = { answered: 0, refused: 0, unreadable: 0, missing: 0 };
  const started = performance.now();
  let before = 0;
  let done = 0;
  let tokens = 0;
  let cost: number | undefined;
  let unit = '';
  return {
    spend({ promptTokens = 0, completionTokens = 0, cost: more, currency = '' }, earlier = false) {
      if (!earlier) tokens += promptTokens + completionTokens;
      if (more === undefined) return;
      cost = (cost ?? 0) + more;
      unit = currency;
    },
    add(answer) {
      done++;
      if (answer) counts[answer.status]++;
    },
    begin() {
      before = done;
    },
    share: () => done / asked,
    note() {
      if (!interprets) return undefined;
      const seconds = Math.max(0.001, (performance.now() - started) / 1000);
      const perSecond = (done - before) / seconds;
      const rate = perSecond < 1 ? perSecond.toFixed(3) : perSecond.toFixed(1);
      const speed = tokens > 0 ? `, ${Math.round(tokens / seconds)} tokens/s` : '';
      const spent = cost === undefined ? '' : `, ${cost.toFixed(cost < 1 ? 4 : 2)} ${unit}`;
      const { answered, refused, unreadable, missing } = counts;
      return {
        en: `answered ${answered}, unreadable ${unreadable}, refused ${refused}, failed ${missing}; ${rate}/s${speed}${spent}`,
        zh: `已答 ${answered}，无法解析 ${unreadable}，拒答 ${refused}，失败 ${missing}；${rate} 条/秒${speed.replace(', ', '，').replace('tokens/s', 'token/秒')}${spent.replace(', ', '，')}`,
      };
    },
  };
}

function summarize(answers: readonly Answer[]): Omit<Answers, 'repeats' | 'usage'> {
  const counts: Record<keyof AnswerCounts, number> = {
    ...{ asked: answers.length, answered: 0, unreadable: 0, refused: 0, truncated: 0, missing: 0, failed: 0 },
  };
  let quotes: Record<keyof QuoteCounts, number> | undefined;
  for (const answer of answers) {
    counts[answer.status]++;
    if (answer.status === 'unreadable' && answer.truncated) counts.truncated++;
    if (answer.status === 'missing' && answer.failed) counts.failed++;
    if (answer.status === 'answered' && answer.quotes) quotes = addQuotes(quotes, answer.quotes);
  }
  const reasons = countReasons(answers);
  const places = meanPlaces(answers);
  return {
    ...{ answers, counts },
    ...(reasons && { reasons }),
    ...(quotes && { quotes }),
    ...(places && { places }),
  };
}

/** Grouped by the code that a reason begins with: `missing-field triples[0].object` is one of `missing-field`. */
function countReasons(answers: readonly Answer[]): Record<string, number> | undefined {
  const counts: Record<string, number> = {};
  for (const answer of answers) {
    if (answer.status !== 'unreadable' && answer.status !== 'missing') continue;
    const [code] = answer.reason?.split(' ') ?? [];
    if (code) counts[code] = (counts[code] ?? 0) + 1;
  }
  return Object.keys(counts).length > 0 ? counts : undefined;
}

function meanPlaces(answers: readonly Answer[]): number[] | undefined {
  const scored = answers.flatMap((answer) =>
    answer.status === 'answered' && answer.places ? [answer.places] : [],
  );
  const width = largest(
    scored.map(({ length }) => length),
    0,
  );
  if (width === 0) return undefined;
  return Array.from({ length: width }, (_, place) =>
    scored.reduce((sum, places) => sum + (places[place] ?? 0) / scored.length, 0),
  );
}

function addQuotes(sum: QuoteCounts | undefined, more: QuoteCounts): Record<keyof QuoteCounts, number> {
  const { aligned, folded, unaligned, ambiguous, duplicate, conflicting } = more;
  return {
    aligned: (sum?.aligned ?? 0) + aligned,
    folded: (sum?.folded ?? 0) + folded,
    unaligned: (sum?.unaligned ?? 0) + unaligned,
    ambiguous: (sum?.ambiguous ?? 0) + ambiguous,
    duplicate: (sum?.duplicate ?? 0) + duplicate,
    conflicting: (sum?.conflicting ?? 0) + conflicting,
  };
}
