import { z } from 'zod';
import { UserError } from '../ground/errors.ts';
import { readLines } from '../ground/files.ts';
import type { FamilyId, Input } from '../tasks/examples.ts';
import type { Task } from '../tasks/task.ts';

/** An input without gold: what a model is asked in use. */
export interface Question {
  readonly id: string;
  readonly input: Input;
}

const text1 = z.object({ text: z.string() });
const text2 = z.object({ textA: z.string(), textB: z.string() });

const INPUTS: { readonly [F in FamilyId]: z.ZodType<Input<F>> } = {
  ner: text1,
  classification: text1,
  multilabel: text1,
  relation: text1,
  similarity: text2,
  inference: text2,
  ranking: z.object({
    query: z.string(),
    documents: z.array(z.object({ title: z.string(), url: z.string().optional() })),
  }),
  dialogue: z.object({ turns: z.array(z.object({ speaker: z.string(), text: z.string() })) }),
};

const SHAPES: Readonly<Record<FamilyId, string>> = {
  ner: '{"id": "…", "text": "…"}',
  classification: '{"id": "…", "text": "…"}',
  multilabel: '{"id": "…", "text": "…"}',
  relation: '{"id": "…", "text": "…"}',
  similarity: '{"id": "…", "textA": "…", "textB": "…"}',
  inference: '{"id": "…", "textA": "…", "textB": "…"}',
  ranking: '{"id": "…", "query": "…", "documents": [{"title": "…"}]}',
  dialogue: '{"id": "…", "turns": [{"speaker": "…", "text": "…"}]}',
};

/**
 * Reads inputs without gold, JSON Lines, one a line; an id is given or else the 0-based record number.
 * Throws a UserError that names line and field, and for a duplicate id.
 */
export async function readInputs(file: string, task: Task): Promise<Question[]> {
  const questions: Question[] = [];
  const seen = new Set<string>();
  const schema = INPUTS[task.family];
  for await (const { text, number: line } of readLines(file)) {
    if (text.trim() === '') continue;
    const refuse = (code: string, message: string, field?: string): never => {
      throw new UserError(code, message, { file, line, field, hint: `A line is ${SHAPES[task.family]}.` });
    };
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      refuse('not-json', `not JSON: ${(error as Error).message}`);
    }
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
      const { path, message } = parsed.error.issues[0];
      return refuse('bad-input', message, path.join('.'));
    }
    const given = (value as { id?: unknown }).id;
    const id = given === undefined ? String(questions.length) : String(given);
    if (seen.has(id)) refuse('duplicate-id', `The id ${id} was given already`, 'id');
    seen.add(id);
    questions.push({ id, input: parsed.data });
  }
  if (questions.length === 0)
    throw new UserError('empty-input', 'There is no input in the file', {
      file,
      hint: `A line is ${SHAPES[task.family]}.`,
    });
  return questions;
}
