import type { Example } from '../../tasks/examples.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { Task } from '../../tasks/task.ts';
import { longHash } from '../../text/hashing.ts';
import { comparisonForm } from '../../text/normalise.ts';

const SEPARATOR = '\u0001';

/**
 * The name of an example among those whose texts are equal but for width, letter case, punctuation and white space, pairs in
 * either order: 53 bits, so that of a million examples two others have one name with a probability of 0.00006.
 */
export function twinKeyOf(task: Task): (example: Example) => number {
  const family = familyOf(task);
  const isPair = family.inputShape === 'pair';
  return (example) => {
    const texts = family.comparedParts?.(example).texts ?? family.texts(example.input);
    const forms = texts.map(comparisonForm);
    return longHash((isPair ? forms.sort() : forms).join(SEPARATOR));
  };
}
