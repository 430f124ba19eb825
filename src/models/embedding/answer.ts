import type { AnswerOptions } from '../contract.ts';

/** Inputs whose texts are embedded together: enough of each length for full batches, few enough for progress to show. */
const GROUP = 512;

/** Answers inputs in groups, leaving out those already answered; vectors do not depend on the group. */
export async function answerGroups<Input>(
  inputs: readonly Input[],
  { signal, onAnswer, answered }: AnswerOptions,
  answer: (group: readonly Input[], signal: AbortSignal | undefined) => Promise<readonly unknown[]>,
): Promise<void> {
  const open = Array.from(inputs.keys()).filter((index) => !answered?.has(index));
  for (let at = 0; at < open.length; at += GROUP) {
    signal?.throwIfAborted();
    const group = open.slice(at, at + GROUP);
    const predictions = await answer(
      group.map((index) => inputs[index]),
      signal,
    );
    for (const [place, index] of group.entries()) onAnswer(index, { raw: predictions[place] });
  }
}
