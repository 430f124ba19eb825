/**
 * The largest of numbers, and `least` where there is none larger. `Math.max(...numbers)` fails for more than some hundred
 * thousand: each is an argument, and arguments are on the stack.
 */
export function largest(numbers: Iterable<number>, least: number): number {
  let found = least;
  for (const number of numbers) if (number > found) found = number;
  return found;
}
