import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { openDataset } from '../../../src/datasets/dataset.ts';
import { samplesDir } from '../../../src/datasets/directory.ts';
import type { GivenParameters } from '../../../src/ground/parameters.ts';
import { collectAnswers } from '../../../src/models/answers.ts';
import { findModel } from '../../../src/models/registry.ts';
import type { Answer } from '../../../src/tasks/answer.ts';
import type { Input } from '../../../src/tasks/examples.ts';
import { familyOf } from '../../../src/tasks/families/registry.ts';
import { findTask } from '../../../src/tasks/registry.ts';
import type { Task } from '../../../src/tasks/task.ts';
import { modelFile } from '../containers.ts';
import type { Reader, Subject } from '../subject.ts';

/** Every kind that keeps a file, with every way in which it stores its fitted state. */
const MODELS: readonly [kind: string, task: string, parameters?: GivenParameters][] = [
  ['majority', 'cMedIC'],
  ['majority', 'cMedIR'],
  ['majority', 'CMDD'],
  ['bm25', 'cMedIR'],
  ['bm25', 'cMedQQ'],
  ['ltr', 'cMedIR'],
  ['lexicon', 'cEHRNER'],
  ['lexicon', 'CMDD'],
  ['knn', 'cMedTC'],
  ['knn', 'multilabel'],
  ['linear', 'cMedTC'],
  ['linear', 'cMedQQ'],
  ['linear', 'multilabel'],
  ['fasttext', 'inference', { epochs: 2, dim: 8 }],
  ['crf', 'cEHRNER', { iterations: 5, threads: 1 }],
  ['crf', 'CMDD', { iterations: 5, threads: 1 }],
  ['dialogue', 'CMDD', { iterations: 5, threads: 1 }],
  ['relation', 'relation', { iterations: 5, threads: 1 }],
  ['relation', 'causal', { iterations: 5, threads: 1 }],
  ['relation', 'decision-tree', { iterations: 5, threads: 1 }],
  ['majority', 'decision-tree'],
  ['majority', 'causal'],
  ['majority', 'generation'],
  ['knn', 'generation'],
  ['knn', 'instruction'],
  ['majority', 'dialogue-acts'],
  ['majority', 'event'],
  ['majority', 'mention-status'],
  ['linear', 'mention-status'],
  ['linear', 'dialogue-acts'],
  ['terms', 'normalisation'],
  ['events', 'event'],
];
/** Examples to learn from, and inputs to answer. */
const LEARNT = 30;
const ASKED = 6;

export const models: Reader = {
  name: 'models',
  async prepare(folder) {
    const subjects: Subject[] = [];
    for (const [id, taskId, parameters = {}] of MODELS) {
      const { task, fitted, inputs } = await fit(id, taskId, parameters);
      const file = join(folder, `${id}-${taskId}`);
      await fitted.save?.(file);
      const read = () => answersOf(id, file, task, inputs);
      const common = { file, shape: 'bytes', container: modelFile, read } as const;
      subjects.push({ ...common, name: `${id} of ${taskId}`, container: undefined, hashed: true });
      const forged = `${file}-forged`;
      cpSync(file, forged);
      const readForged = () => answersOf(id, forged, task, inputs);
      subjects.push({
        ...common,
        name: `forged ${id} of ${taskId}`,
        file: forged,
        sealed: true,
        read: readForged,
      });
    }
    return subjects;
  },
};

async function fit(id: string, taskId: string, parameters: GivenParameters) {
  const dataset = await openDataset({ task: findTask(taskId), dir: samplesDir() });
  const { task } = dataset;
  const { train, dev, evaluated } = await dataset.division('test');
  const request = { train: train.slice(0, LEARNT), dev: dev.slice(0, LEARNT), seed: 1, parameters };
  const fitted = await findModel(id).fit({ ...request, task, score: () => 0 });
  return { task, fitted, inputs: evaluated.questions.slice(0, ASKED).map(({ input }) => input) };
}

/** Answers and reasons of a kept model. */
async function answersOf(id: string, file: string, task: Task, inputs: readonly Input[]): Promise<unknown> {
  const kind = findModel(id);
  const fitted = await kind.load(file, task);
  const answers = await collectAnswers({ kind, fitted, task, inputs });
  for (const [i, answer] of answers.entries()) requireAnswer(answer, inputs[i], task);
  return { answers, reasons: fitted.explain?.(inputs[0]) };
}

/**
 * Throws where an answer is not valid for its family, by the rules for a line of predictions. Labels are those of the model.
 */
function requireAnswer(answer: Answer, input: Input, task: Task): void {
  if (answer.status !== 'answered') return;
  const parsed = familyOf(task).parse({ ...answer.prediction }, input, task);
  if (Array.isArray(parsed) && parsed.some(({ code }) => code !== 'unknown-label'))
    throw new Error(`no answer: ${JSON.stringify([parsed, answer.prediction])}`);
}
