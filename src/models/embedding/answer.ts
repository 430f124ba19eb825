import type { AnswerOptions } from '../contract.ts';
import type { Vectors } from './vectors.ts';

/** Inputs whose texts are embedded together: enough of each length for full batches, few enough for progress to show. */
const GROUP = 512;

/** How inputs are answered in groups. */
export interface Grouped<Input> {
  readonly vectors: Vectors;
  texts(input: Input): readonly string[];
  answer(group: readonly Input[], signal: AbortSignal | undefined): Promise<readonly unknown[]>;
}

/**
 * Answers inputs in groups, leaving out those already answered; vectors do not depend on the group. An input with a text that
 * a service has no vector for is answered with that failure. The usage of calls is recorded with the first answer after them.
 */
export async function answerGroups<Input>(
  inputs: readonly Input[],
  { signal, onAnswer, answered }: AnswerOptions,
  { vectors: { service }, texts, answer }: Grouped<Input>,
): Promise<void> {
  const open = Array.from(inputs.keys()).filter((index) => !answered?.has(index));
  const failureOf = (input: Input): string | undefined => {
    if (!service || service.failures.size === 0) return undefined;
    const failed = texts(input).find((text) => service.failures.has(text));
    return failed === undefined ? undefined : service.failures.get(failed);
  };
  for (let at = 0; at < open.length; at += GROUP) {
    signal?.throwIfAborted();
    const group = open.slice(at, at + GROUP);
    const predictions = await answer(
      group.map((index) => inputs[index]),
      signal,
    );
    for (const [place, index] of group.entries()) {
      const failure = failureOf(inputs[index]);
      const raw = failure === undefined ? predictions[place] : { failure };
      onAnswer(index, { raw, ...(service && place === 0 && { usage: service.takeUsage() }) });
    }
  }
}
