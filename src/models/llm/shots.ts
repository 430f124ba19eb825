import { createRandom, shuffle } from '../../ground/random.ts';
import type { Example, Input } from '../../tasks/examples.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { Task } from '../../tasks/task.ts';
import { comparisonForm } from '../../text/normalise.ts';
import { jaccard, shinglesOf } from '../../text/shingles.ts';
import { createTokenizer } from '../shared/features/tokens.ts';
import { indexDocuments } from '../shared/retrieval/bm25index.ts';
import type { InterviewParameters } from './parameters.ts';

/** Trigram Jaccard similarity from which a train example is a near twin of the input. */
const NEAR = 0.8;
const SHINGLE = 3;
/** Candidates looked up beyond those that are wanted: some of them are twins. */
const SPARE = 20;
const BM25 = { k1: 1.5, b: 0.75 };

/** Chooses the worked examples of an input: never a near twin of it. */
export type ChooseShots = (input: Input) => readonly Example[];

interface Chooser {
  readonly task: Task;
  readonly train: readonly Example[];
  readonly seed: number;
  readonly parameters: Pick<InterviewParameters, 'shots' | 'choice'>;
  readonly signal?: AbortSignal;
}

/** Prepares the choice of worked examples from train. */
export async function createShots(chooser: Chooser): Promise<ChooseShots> {
  const { task, train, parameters } = chooser;
  const { shots, choice } = parameters;
  if (shots === 0) return () => [];
  const family = familyOf(task);
  const textOf = (input: Input): string => family.texts(input).join('\n');
  const order = choice === 'nearest' ? await nearest(chooser, textOf) : fixed(chooser);
  const forms = new Map<Example, Float64Array>();
  const formOf = (example: Example): Float64Array => {
    const known = forms.get(example) ?? shingles(textOf(example.input));
    forms.set(example, known);
    return known;
  };
  return (input) => {
    const own = shingles(textOf(input));
    const chosen: Example[] = [];
    for (const example of order(input)) {
      if (chosen.length === Math.min(shots, train.length)) break;
      if (jaccard(own, formOf(example)) < NEAR) chosen.push(example);
    }
    return chosen;
  };
}

const shingles = (text: string): Float64Array => shinglesOf(comparisonForm(text), SHINGLE);

/** One seeded order for all inputs; `per-class` cycles through the labels. */
function fixed({ task, train, seed, parameters }: Chooser): (input: Input) => readonly Example[] {
  const shuffled = shuffle([...train], createRandom(seed, 'shots'));
  const order = parameters.choice === 'per-class' ? byLabel(task, shuffled) : shuffled;
  return () => order;
}

/** The examples so that every label comes before any label comes again. */
function byLabel(task: Task, examples: readonly Example[]): Example[] {
  const family = familyOf(task);
  const groups = new Map(task.labels.map(({ id }): [string, Example[]] => [id, []]));
  for (const example of examples) {
    const label = family.labels(example)[0] ?? '';
    const group = groups.get(label);
    if (group) group.push(example);
    else groups.set(label, [example]);
  }
  const lists = [...groups.values()];
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, round) => lists.flatMap((list) => list[round] ?? [])).flat();
}

async function nearest(
  { train, parameters, signal }: Chooser,
  textOf: (input: Input) => string,
): Promise<(input: Input) => readonly Example[]> {
  const tokenize = createTokenizer('bigram');
  const index = await indexDocuments(
    train.map(({ input }) => tokenize(textOf(input))),
    BM25,
    signal,
  );
  return (input) =>
    index.search(tokenize(textOf(input)), parameters.shots + SPARE).map(({ document }) => train[document]);
}
