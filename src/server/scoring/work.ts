import { createHash, randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { openDataset, type Question } from '../../datasets/dataset.ts';
import { readSubsets } from '../../datasets/subsets.ts';
import { UserError } from '../../ground/errors.ts';
import { readAnyPredictions } from '../../scoring/corpus-format.ts';
import { coverageOfPredictions } from '../../scoring/coverage.ts';
import type { ReadPredictions } from '../../scoring/predictions.ts';
import { type Problem, refuseUnfit } from '../../scoring/problems.ts';
import { type ScoreSheet, scorePredictions } from '../../scoring/score-sheet.ts';
import type { Example, Gold } from '../../tasks/examples.ts';
import { decrypt, encrypt, type Keyring } from '../keyring.ts';
import { pack, unpack } from './pack.ts';
import { pairedDifference } from './paired.ts';
import { register } from './register.ts';
import { replicateScores } from './replicates.ts';
import type {
  Aggregates,
  Asked,
  Checked,
  Difference,
  Judged,
  Prepared,
  ReplyTo,
  Request,
} from './requests.ts';
import { type Member, showableSubsets, withoutSmallCells } from './small-cells.ts';

/** What is encrypted of an example. */
interface SealedGold {
  readonly gold: Gold;
  readonly group?: string;
  /** Names of the subsets that it is in. */
  readonly subsets?: readonly string[];
}

/** What the encrypted gold of a split is bound to. */
export const purposeOf = (challenge: string, split: string): string => `gold of ${challenge}, ${split}`;

/** Does what a scoring process is asked. Throws the UserErrors of reading corpora, answers and keys. */
export async function work(request: Request, keys: () => Promise<Keyring>): Promise<ReplyTo<Request>> {
  switch (request.kind) {
    case 'prepare':
      return prepare(request, await keys());
    case 'register':
      return register(request.file);
    case 'reencrypt':
      return reencrypt(request, await keys());
    case 'check':
      return check(request);
    case 'score':
      return score(request, await keys());
    case 'aggregate':
      return aggregate(request, await keys());
    case 'compare':
      return compare(request, await keys());
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

async function check({ asked, file, name }: Of<'check'>): Promise<Checked> {
  const questions: readonly Question[] = unpack(asked.questions);
  const { task, split } = asked;
  const bytes = await readFile(file);
  const kept = { answers: gzipSync(bytes), sha256: createHash('sha256').update(bytes).digest('hex') };
  try {
    const read = await readAnyPredictions({ path: file, name }, task, questions, { split });
    return { ...kept, coverage: read.coverage, ...verdictOn(read) };
  } catch (error) {
    const coverage = coverageOfPredictions(questions.map(() => undefined));
    return { ...kept, coverage, problems: [problemOf(error)], fatal: true };
  }
}

/** What a file says that cannot be read to its end; one nested beyond what a program can follow is no error of ours. */
function problemOf(error: unknown): Problem {
  if (error instanceof UserError) {
    const { code, text, place } = error;
    const { line, id, field } = place;
    return { line, id, field, code, message: text };
  }
  if (!(error instanceof RangeError)) throw error;
  return { code: 'too-deep', message: { en: 'a value is nested too deeply', zh: '值的嵌套过深' } };
}

/** Whether `score` would refuse the file, or nothing in it is a valid prediction; and why: not what is missing besides. */
function verdictOn(read: ReadPredictions): Pick<Checked, 'problems' | 'fatal'> {
  const { problems, coverage } = read;
  if (coverage.answered > 0 && isFit(read)) return { problems, fatal: false };
  const wrong = problems.filter(({ code }) => code !== 'missing-id');
  return { problems: wrong.length > 0 ? wrong : problems, fatal: true };
}

function isFit(read: ReadPredictions): boolean {
  try {
    refuseUnfit('', read);
    return true;
  } catch {
    return false;
  }
}

async function score({ synthetic, ...judged }: Of<'score'>, keys: Keyring): Promise<ScoreSheet> {
  const { task, split } = judged.asked;
  const examples = examplesOf(judged, keys);
  const { predictions, coverage } = await readAnswers(judged.answers, judged.asked, examples);
  const subsets = showableSubsets(examples);
  return scorePredictions({ task, split, synthetic, examples, predictions, coverage, subsets });
}

async function aggregate(request: Of<'aggregate'>, keys: Keyring): Promise<Aggregates> {
  const { primary, leastCell, secret, synthetic, ...judged } = request;
  const { task, split, challenge } = judged.asked;
  const examples = examplesOf(judged, keys);
  const { predictions, coverage } = await readAnswers(judged.answers, judged.asked, examples);
  const subsets = showableSubsets(examples, leastCell);
  const sheet = scorePredictions({ task, split, synthetic, examples, predictions, coverage, subsets });
  const purpose = `resamples of ${challenge}, ${split}`;
  const scored = { task, convention: primary, examples, predictions };
  const replicates = [...replicateScores({ ...scored, secret, purpose })];
  return { sheet: withoutSmallCells(sheet, task, leastCell), replicates };
}

async function compare({ primary, rivals, ...judged }: Of<'compare'>, keys: Keyring): Promise<Difference[]> {
  const { asked, answers } = judged;
  const examples = examplesOf(judged, keys);
  const { predictions } = await readAnswers(answers, asked, examples);
  const differences: Difference[] = [];
  for (const { id, answers: theirs } of rivals) {
    const other = await readAnswers(theirs, asked, examples);
    const pair = [predictions, other.predictions] as const;
    differences.push({ rival: id, ...pairedDifference(asked.task, primary, examples, pair) });
  }
  return differences;
}

/** The questions with their gold, and the subsets that they are in. */
function examplesOf({ asked, sealedGold }: Judged, keys: Keyring): (Example & Member)[] {
  const { challenge, split } = asked;
  const questions: readonly Question[] = unpack(asked.questions);
  const gold: readonly SealedGold[] = unpack(decrypt(sealedGold, purposeOf(challenge, split), keys));
  return questions.map((question, i) => ({ ...question, ...gold[i], subsets: gold[i].subsets ?? [] }));
}

/** Reads kept answers, which were checked when they were received. */
async function readAnswers(
  answers: Uint8Array,
  { task, split }: Asked,
  questions: readonly Question[],
): Promise<ReadPredictions> {
  const path = join(tmpdir(), `chineseblue-answers-${randomUUID()}`);
  try {
    await writeFile(path, gunzipSync(answers), { mode: 0o600 });
    return await readAnyPredictions({ path, name: 'answers.jsonl' }, task, questions, { split });
  } finally {
    await rm(path, { force: true });
  }
}
