import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { openDataset } from '../../datasets/dataset.ts';
import { readSubsets } from '../../datasets/subsets.ts';
import { UserError } from '../../ground/errors.ts';
import { coverageOfPredictions } from '../../scoring/coverage.ts';
import type { ReadPredictions } from '../../scoring/predictions.ts';
import { readPredictionBytes } from '../../scoring/predictions-in-memory.ts';
import { type Problem, refuseUnfit } from '../../scoring/problems.ts';
import { type ScoreSheet, scorePredictions } from '../../scoring/score-sheet.ts';
import { decrypt, encrypt, type Keyring } from '../keyring.ts';
import { type Corpora, type ExamplesOfTask, purposeOf, type SealedGold } from './corpora.ts';
import { pack } from './pack.ts';
import { pairedDifference } from './paired.ts';
import { register } from './register.ts';
import { replicateScores } from './replicates.ts';
import {
  type Aggregates,
  type Asked,
  type Checked,
  type Difference,
  type Prepared,
  REPORTED_PROBLEMS,
  type ReplyTo,
  type Request,
} from './requests.ts';
import { withoutSmallCells } from './small-cells.ts';

/** The resources of a scoring process. */
export interface Means {
  readonly keys: () => Promise<Keyring>;
  readonly corpora: Corpora;
}

/** Handles a request to a scoring process. Throws the UserErrors of reading corpora, answers and keys. */
export async function work(request: Request, means: Means): Promise<ReplyTo<Request>> {
  switch (request.kind) {
    case 'prepare':
      return prepare(request, await means.keys());
    case 'register':
      return register(request.file);
    case 'reencrypt':
      return reencrypt(request, await means.keys());
    case 'check':
      return check(request, means);
    case 'score':
      return score(request, means);
    case 'aggregate':
      return aggregate(request, means);
    case 'compare':
      return compare(request, means);
  }
}

type Of<K extends Request['kind']> = Extract<Request, { kind: K }>;

async function prepare(request: Of<'prepare'>, keys: Keyring): Promise<Prepared> {
  const { challenge, task, dir, split } = request;
  const dataset = await openDataset({ task, dir, scheme: 'released' });
  const { questions, examples, synthetic, files } = await dataset.split(split);
  const named = request.subsets === undefined ? {} : await readSubsets(request.subsets, task, split, files);
  const subsetsOf = (id: string): string[] => Object.keys(named).filter((name) => named[name].has(id));
  const gold = examples.map(({ id, gold, group }): SealedGold => ({ gold, group, subsets: subsetsOf(id) }));
  return {
    task: dataset.task,
    questions: pack(questions),
    sealedGold: encrypt(pack(gold), purposeOf(challenge, split), keys),
    synthetic,
  };
}

function reencrypt({ challenge, split, sealedGold }: Of<'reencrypt'>, keys: Keyring): Buffer {
  const purpose = purposeOf(challenge, split);
  return encrypt(decrypt(sealedGold, purpose, keys), purpose, keys);
}

async function check({ asked, file, name }: Of<'check'>, { corpora }: Means): Promise<Checked> {
  const { task, questions } = corpora.questionsOf(asked);
  const { split } = asked;
  const path = typeof file === 'string' ? file : undefined;
  const bytes = typeof file === 'string' ? await readFile(file) : file;
  const kept = {
    answers: gzipSync(bytes, { level: constants.Z_BEST_SPEED }),
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  try {
    const read = await readPredictionBytes({ bytes, name, path }, task, questions, { split });
    return { ...kept, coverage: read.coverage, ...verdictOn(read) };
  } catch (error) {
    const coverage = coverageOfPredictions(questions.map(() => undefined));
    return { ...kept, coverage, problems: [problemOf(error)], fatal: true };
  }
}

/** The problem of a file that cannot be read to its end; one nested too deeply is not an internal error. */
function problemOf(error: unknown): Problem {
  if (error instanceof UserError) {
    const { code, text, place } = error;
    const { line, id, field } = place;
    return { line, id, field, code, message: text };
  }
  if (!(error instanceof RangeError)) throw error;
  return { code: 'too-deep', message: { en: 'a value is nested too deeply', zh: '值的嵌套过深' } };
}

/**
 * Whether `score` would refuse the file or nothing in it is a valid prediction, and why; missing predictions are not reported.
 */
function verdictOn(read: ReadPredictions): Pick<Checked, 'problems' | 'fatal'> {
  const { problems, coverage } = read;
  const reported = (found: readonly Problem[]): readonly Problem[] => found.slice(0, REPORTED_PROBLEMS);
  if (coverage.answered > 0 && isFit(read)) return { problems: reported(problems), fatal: false };
  const wrong = problems.filter(({ code }) => code !== 'missing-id');
  return { problems: reported(wrong.length > 0 ? wrong : problems), fatal: true };
}

function isFit(read: ReadPredictions): boolean {
  try {
    refuseUnfit('', read);
    return true;
  } catch {
    return false;
  }
}

async function score(request: Of<'score'>, { corpora, keys }: Means): Promise<ScoreSheet> {
  const { synthetic, intervals, asked, sealedGold, answers } = request;
  const corpus = corpora.examplesOf(asked, sealedGold, await keys());
  const { predictions, coverage } = await readAnswers(answers, asked, corpus);
  const { task, examples } = corpus;
  const { split } = asked;
  const subsets = corpus.subsets();
  return scorePredictions({ task, split, synthetic, examples, predictions, coverage, subsets, intervals });
}

async function aggregate(request: Of<'aggregate'>, { corpora, keys }: Means): Promise<Aggregates> {
  const { primary, leastCell, secret, synthetic, asked, sealedGold, answers } = request;
  const corpus = corpora.examplesOf(asked, sealedGold, await keys());
  const { predictions, coverage } = await readAnswers(answers, asked, corpus);
  const { task, examples } = corpus;
  const { split, challenge } = asked;
  const subsets = corpus.subsets(leastCell);
  const sheet = scorePredictions({ task, split, synthetic, examples, predictions, coverage, subsets });
  const purpose = `resamples of ${challenge}, ${split}`;
  const scored = { task, convention: primary, examples, predictions };
  const replicates = [...replicateScores({ ...scored, secret, purpose })];
  return { sheet: withoutSmallCells(sheet, task, leastCell), replicates };
}

async function compare(request: Of<'compare'>, { corpora, keys }: Means): Promise<Difference[]> {
  const { primary, rivals, asked, sealedGold, answers } = request;
  const corpus = corpora.examplesOf(asked, sealedGold, await keys());
  const { task, examples } = corpus;
  const { predictions } = await readAnswers(answers, asked, corpus);
  const differences: Difference[] = [];
  for (const { id, answers: theirs } of rivals) {
    const other = await readAnswers(theirs, asked, corpus);
    const pair = [predictions, other.predictions] as const;
    differences.push({ rival: id, ...pairedDifference(task, primary, examples, pair) });
  }
  return differences;
}

/** Reads kept answers, which were checked when they were received. */
const readAnswers = (
  answers: Uint8Array,
  { split }: Asked,
  { task, examples }: ExamplesOfTask,
): Promise<ReadPredictions> =>
  readPredictionBytes({ bytes: gunzipSync(answers), name: 'answers.jsonl' }, task, examples, { split });
