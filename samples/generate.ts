import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeAtomic } from '../src/ground/files.ts';
import { actSamples } from './acts.ts';
import { causalSamples } from './causes.ts';
import { classSamples } from './classes.ts';
import { dialogueSamples } from './dialogues.ts';
import { documentSamples } from './documents.ts';
import { eventSamples } from './events.ts';
import { instructionSamples } from './instructions.ts';
import { nerSamples } from './ner.ts';
import { pairSamples } from './pairs.ts';
import { querySamples } from './queries.ts';
import { replySamples } from './replies.ts';
import { statusSamples } from './statuses.ts';
import { termSamples } from './terms.ts';
import { treeSamples } from './trees.ts';

/** Every file of the samples: path below `samples/` and content. Identical on every machine. */
export function generateSamples(): Map<string, string> {
  return new Map([
    ...nerSamples(),
    ...pairSamples(),
    ...querySamples(),
    ...classSamples(),
    ...dialogueSamples(),
    ...documentSamples(),
    ...termSamples(),
    ...actSamples(),
    ...eventSamples(),
    ...statusSamples(),
    ...causalSamples(),
    ...replySamples(),
    ...treeSamples(),
    ...instructionSamples(),
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(fileURLToPath(import.meta.url));
  const files = generateSamples();
  for (const folder of new Set([...files.keys()].map((path) => path.split('/')[0]))) {
    await rm(join(root, folder), { recursive: true, force: true });
  }
  for (const [path, content] of files) await writeAtomic(join(root, path), content);
  console.log(`${files.size} files written below ${root}`);
}
