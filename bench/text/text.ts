/**
 * CPU times of the algorithms in src/text on synthetic medical Chinese: `npx node bench/text/text.ts`.
 * Writes bench/results/text.json.
 */
import { cpus } from 'node:os';
import { createRandom } from '../../src/ground/random.ts';
import { buildAutomaton, eachLongestMatch } from '../../src/text/aho-corasick.ts';
import { findDuplicates } from '../../src/text/duplicates.ts';
import { comparisonForm } from '../../src/text/normalise.ts';
import { splitSentences } from '../../src/text/sentences.ts';
import { longestCommonPrefixes, suffixArray, unitsOf } from '../../src/text/suffix-array.ts';
import { writeResult } from '../result.ts';

const ENTRIES = 1_000_000;
const UNITS = 8_000_000;
const REPEATS = 5;

const random = createRandom(1);
/** Characters drawn as unevenly as those of real text. */
const character = (): string => String.fromCharCode(0x4e00 + Math.floor(random.next() ** 3 * 3000));
const word = (): string => Array.from({ length: 2 + random.below(7) }, character).join('');
const entries = Array.from({ length: ENTRIES }, word);
const parts: string[] = [];
for (let units = 0; units < UNITS; ) {
  const part = `${random.below(4) === 0 ? entries[random.below(ENTRIES)] : word()}${random.below(5) === 0 ? '。' : ''}`;
  parts.push(part);
  units += part.length;
}
const text = parts.join('');
const megabytes = Buffer.byteLength(text) / 1e6;

const time = <T>(work: () => T): { seconds: number; value: T } => {
  const start = process.cpuUsage();
  const value = work();
  return { seconds: process.cpuUsage(start).user / 1e6, value };
};
/** Median CPU seconds of this process, independent of other work on the machine. */
const median = (work: () => unknown): number =>
  Array.from({ length: REPEATS }, () => {
    const start = process.cpuUsage();
    work();
    return process.cpuUsage(start).user / 1e6;
  }).sort((a, b) => a - b)[REPEATS >> 1];

const built = time(() => buildAutomaton(entries));
let matches = 0;
const matching = median(() => {
  matches = 0;
  eachLongestMatch(built.value, text, () => matches++);
});
const units = unitsOf(text);
const array = suffixArray(units);
const sorting = median(() => suffixArray(units));
const prefixes = median(() => longestCommonPrefixes(units, array));
const splitting = median(() => splitSentences(text));
const comparing = median(() => comparisonForm(text));
const short = text.match(/.{30}/gsu)!.slice(0, 50_000);
const duplicates = median(() => findDuplicates(short));

const rows = [
  { what: `automaton of ${ENTRIES} entries (${built.value.nodes} nodes): build`, seconds: built.seconds },
  { what: `longest matches (${matches})`, seconds: matching, megabytesPerSecond: megabytes / matching },
  { what: 'suffix array', seconds: sorting, megabytesPerSecond: megabytes / sorting },
  { what: 'longest common prefixes', seconds: prefixes, megabytesPerSecond: megabytes / prefixes },
  { what: 'sentences', seconds: splitting, megabytesPerSecond: megabytes / splitting },
  { what: 'comparison form', seconds: comparing, megabytesPerSecond: megabytes / comparing },
  { what: `duplicates among ${short.length} texts of 30`, seconds: duplicates },
];
console.table(rows);
await writeResult('text', {
  node: process.version,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  megabytes,
  rows,
});
