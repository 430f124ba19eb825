/**
 * A full score sheet, including intervals and floors, for tasks with 30 000 and 1 000 000 classes, each in a separate process.
 * Labels are drawn uniformly, the worst case: nearly every prediction introduces a new class.
 *
 * node bench/metrics/many-classes.ts
 */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { createRandom } from '../../src/ground/random.ts';
import { scorePredictions } from '../../src/scoring/score-sheet.ts';
import { familyOf } from '../../src/tasks/families/registry.ts';
import { findTask } from '../../src/tasks/registry.ts';
import { writeResult } from '../result.ts';
import { startClock } from './peer.ts';

const SIZES = [
  { answers: 300, classes: 30_000 },
  { answers: 10_000, classes: 30_000 },
  { answers: 1000, classes: 1_000_000 },
];
const FAMILIES = ['classification', 'multilabel'] as const;
/** Share of right answers. */
const RIGHT = 0.7;

function measure(family: (typeof FAMILIES)[number], answers: number, classes: number): object {
  const labels = Array.from({ length: classes }, (_, i) => ({
    id: `c${i}`,
    meaning: { en: `class ${i}`, zh: `类别 ${i}` },
  }));
  const bare = { ...findTask('cMedTC'), family, labels };
  const task = { ...bare, primary: familyOf(bare).conventions[0].id };
  const random = createRandom(1, 'many-classes');
  const draw = (): string => `c${random.below(classes)}`;
  const shape = (label: string) => (family === 'multilabel' ? { labels: [label] } : { label });
  const examples = Array.from({ length: answers }, (_, i) => {
    const label = draw();
    return { label, id: String(i), input: { text: `文本${i}号` }, gold: shape(label) };
  });
  const predictions = examples.map(({ label }) => shape(random.next() < RIGHT ? label : draw()));
  const clock = startClock();
  const sheet = scorePredictions({ task, examples, predictions });
  const { cpuSeconds } = clock();
  const sheetBytes = JSON.stringify(sheet).length;
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  return { family, answers, classes, cpuSeconds, peakMiB, sheetBytes };
}

const [, script, family, answers, classes] = process.argv;
if (family === 'classification' || family === 'multilabel') {
  console.log(JSON.stringify(measure(family, Number(answers), Number(classes))));
} else {
  const rows = SIZES.flatMap((size) =>
    FAMILIES.map((one) =>
      JSON.parse(
        execFileSync(process.execPath, [script, one, String(size.answers), String(size.classes)], {
          encoding: 'utf8',
        }),
      ),
    ),
  );
  console.table(rows);
  await writeResult('many-classes-scoring', {
    hardware: `${cpus().length} × ${cpus()[0].model}`,
    load: loadavg()[0],
    node: process.version,
    rows,
  });
}
