import { UserError } from '../../ground/errors.ts';
import { type Parsed, withDefaults } from '../../ground/parameters.ts';
import type { Task } from '../../tasks/task.ts';
import { openCorpus, readCorpus } from '../corpus/shards.ts';
import { readTrainSplit, type TrainSplit } from '../corpus/train-splits.ts';
import { LEXICON } from '../parameters.ts';
import { annotatedTexts } from './annotations.ts';
import { addAnnotations, createCandidates } from './candidates.ts';
import { addWordList, writeLexicon } from './files.ts';
import { type Refined, refineLexicon } from './refine.ts';

export interface LexiconOptions extends Partial<Parsed<typeof LEXICON>> {
  /** Files with terms. */
  readonly lists: readonly string[];
  /** Tasks whose train split contributes its annotated entities. */
  readonly train: readonly Task[];
  readonly dataDir: string;
  /** A directory of `buildCorpus` in which terms are counted; without one no term is rare. */
  readonly corpus?: string;
  /** The file to write. */
  readonly out: string;
}

/**
 * Builds a lexicon of entities from word lists and annotated train splits, refines it and writes it.
 * Throws a UserError: `lexicon-empty` if there is no term at all, and those of its inputs.
 */
export async function buildLexicon(options: LexiconOptions): Promise<Refined> {
  const { lists, train, dataDir, corpus, out } = options;
  const { minFrequency } = withDefaults(LEXICON, options);
  const splits: TrainSplit[] = [];
  for (const task of train) splits.push(await readTrainSplit(task, dataDir));
  const annotated = [...annotatedTexts(splits)];
  const candidates = createCandidates();
  for (const file of lists) await addWordList(candidates, file);
  addAnnotations(candidates, annotated);
  if (candidates.size === 0) throw noTerm();
  const refined = await refineLexicon(candidates, {
    annotated,
    corpus: corpus === undefined ? undefined : readCorpus(corpus, await openCorpus(corpus)),
    minFrequency,
  });
  await writeLexicon(out, refined.kept);
  return refined;
}

const noTerm = (): UserError =>
  new UserError(
    'lexicon-empty',
    { en: 'There is no term to build a lexicon from', zh: '没有可用于构建词典的词条' },
    {
      hint: {
        en: 'Give word lists, or --train with tasks that annotate entities.',
        zh: '请给出词表，或用 --train 指定带实体标注的任务。',
      },
    },
  );
