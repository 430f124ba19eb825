import type { Example } from '../../tasks/examples.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { Task } from '../../tasks/task.ts';
import { longHash } from '../../text/hashing.ts';
import { hashForm } from '../../text/normalise.ts';

/**
 * The name of an example among those whose texts are equal but for width, letter case, punctuation and white space, pairs in
 * either order: 53 bits, so that of a million examples two others have one name with a probability of 0.00006.
 */
export function twinKeyOf(task: Task): (example: Example) => number {
  const family = familyOf(task);
  const isPair = family.inputShape === 'pair';
  return (example) => {
    const texts = family.comparedParts?.(example).texts ?? family.texts(example.input);
    const keys = texts.map(hashForm);
    if (keys.length === 1) return keys[0];
    return longHash((isPair ? keys.sort((a, b) => a - b) : keys).join());
  };
}
