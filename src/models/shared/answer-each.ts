import { createPace } from '../../ground/yielder.ts';

/** Progress is told every so many answers. */
const STRIDE = 64;

/** The answers to inputs that are answered one by one, giving way now and then. */
export async function answerEach<Input, Answer>(
  inputs: readonly Input[],
  answer: (input: Input) => Answer,
  onProgress?: (share: number) => void,
): Promise<Answer[]> {
  const pace = createPace();
  const answers: Answer[] = [];
  for (const input of inputs) {
    answers.push(answer(input));
    if (answers.length % STRIDE === 0 || answers.length === inputs.length) {
      onProgress?.(answers.length / inputs.length);
      await pace();
    }
  }
  return answers;
}
