import { createYielder } from '../../ground/yielder.ts';
import type { AnswerOptions } from '../contract.ts';

/**
 * Answers inputs one by one, leaving out those already answered. The signal is checked between them, and the event
 * loop runs now and then. `answer` gives what the reply holds: the prediction.
 */
export async function answerEach<Input>(
  inputs: readonly Input[],
  { signal, onAnswer, answered }: AnswerOptions,
  answer: (input: Input) => unknown,
): Promise<void> {
  const yieldNow = createYielder(signal);
  for (const [index, input] of inputs.entries()) {
    if (answered?.has(index)) continue;
    await yieldNow();
    onAnswer(index, { raw: answer(input) });
  }
}

/** The same for kinds that answer faster in groups of `size`; `answer` returns one prediction per input. */
export async function answerInBatches<Input>(
  inputs: readonly Input[],
  size: number,
  { signal, onAnswer, answered }: AnswerOptions,
  answer: (batch: readonly Input[], yieldNow: () => Promise<void> | undefined) => Promise<readonly unknown[]>,
): Promise<void> {
  const yieldNow = createYielder(signal);
  const open = Array.from(inputs.keys()).filter((index) => !answered?.has(index));
  for (let start = 0; start < open.length; start += size) {
    await yieldNow();
    const batch = open.slice(start, start + size);
    const predictions = await answer(
      batch.map((index) => inputs[index]),
      yieldNow,
    );
    batch.forEach((index, i) => {
      onAnswer(index, { raw: predictions[i] });
    });
  }
}
