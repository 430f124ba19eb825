/**
 * Compares random graphs of chineseblue/autograd, with first and second derivatives, with an interpreter in float64:
 *
 *   npx node scripts/random-graphs.ts [COUNT] [SECONDS] [FIRST_SEED]
 *
 * By default 5 000 graphs within an hour. Prints the seed of every graph that differs, and exits with 1 if there is one.
 */
import { checkRandomGraph } from '../src/autograd/fixtures/random-graphs.ts';

const [count = 5000, seconds = 3600, first = 0] = process.argv.slice(2).map(Number);
const until = performance.now() + seconds * 1000;
let [done, wrong] = [0, 0];
for (; done < count && performance.now() < until; done++) {
  const found = await checkRandomGraph(first + done).catch(
    (error: Error) => `graph ${first + done}: ${error.message}`,
  );
  if (!found) continue;
  wrong++;
  console.log(found);
}
console.log(`${done} graphs, ${wrong} of them wrong`);
process.exitCode = wrong > 0 ? 1 : 0;
