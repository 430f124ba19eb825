import type { Task } from '../../tasks/task.ts';
import { causes } from './causes.ts';
import { sentenceActs, sentenceTags } from './dialogues.ts';
import { entities } from './entities.ts';
import { events } from './events.ts';
import { labels } from './labels.ts';
import { mentionLines } from './mention-lines.ts';
import { passages } from './passages.ts';
import type { SubmissionShape } from './shape.ts';
import { statuses } from './statuses.ts';
import { dialogueSymptoms } from './symptoms.ts';
import { terms } from './terms.ts';
import { outputs, reports } from './texts.ts';
import { trees } from './trees.ts';
import { triples } from './triples.ts';

/** What is submitted, by the format of the corpus. */
const SHAPES: Readonly<Record<string, SubmissionShape>> = {
  cmeee: entities,
  cmeie: triples,
  cdn: terms,
  cdee: events,
  cmedcausal: causes,
  mdcfnpc: statuses,
  meddg: outputs,
  text2dt: trees,
  'cblue-labels': labels,
  'query-documents-jsonl': passages,
  'imcs-ner': sentenceTags,
  'imcs-acts': sentenceActs,
  'imcs-symptoms': dialogueSymptoms,
  'imcs-report': reports,
};

/** The same for corpora that come without an archive. */
const BROUGHT_SHAPES: Readonly<Record<string, SubmissionShape>> = { ccks2018: mentionLines };

/** What is submitted for a task; undefined where nothing is. */
export const shapeOf = ({ corpus }: Task): SubmissionShape | undefined =>
  (corpus.archive === undefined ? BROUGHT_SHAPES : SHAPES)[corpus.format];

/** The name that the official file of a task has, without its ending. */
export const stemOf = ({ id }: Task): string => `${id}_test`;
