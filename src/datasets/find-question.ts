import { UserError } from '../ground/errors.ts';
import type { Question } from './split.ts';

/** The question of this id. Throws a UserError `unknown-id` that says which ids there are. */
export function findQuestion(id: string, questions: readonly Question[]): Question {
  const found = questions.find((one) => one.id === id);
  if (found) return found;
  const [first, last] = [questions[0].id, questions.at(-1)?.id];
  throw new UserError(
    'unknown-id',
    { en: `There is no example ${id}`, zh: `没有样本 ${id}` },
    {
      id,
      hint: { en: `Ids run from ${first} to ${last}.`, zh: `id 范围为 ${first} 至 ${last}。` },
    },
  );
}
