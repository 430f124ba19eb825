/**
 * The paper's ablation from a pretrained encoder: pretrains it further with whole entities and spans masked, without either,
 * without both, each for the same number of steps on the same corpus with the same seed. Every arm is a folder in WORK
 * that appears when it is finished; killed, it resumes. The fifth arm, no further pretraining, is the encoder itself.
 * bench/pretraining/compare.ts then fine-tunes all of them (its command is printed).
 *
 *   npx node bench/pretraining/ablation.ts --init bge-trimmed --corpus corpus --lexicon lexicon.tsv --phrases phrases.tsv \
 *     --steps 1200 --work WORK
 *
 * --arm runs one arm only; --batch-size, --max-length and --learning-rate are those of `chineseblue pretrain`.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findFolder } from '../../src/encoders/folder/find.ts';
import { createDirectory } from '../../src/ground/files.ts';
import { pretrainToFolder } from '../../src/pretraining/pretrain-folder.ts';

const ARMS = {
  'entity+span': { entityMasking: true, spanMasking: true },
  'no-entity': { entityMasking: false, spanMasking: true },
  'no-span': { entityMasking: true, spanMasking: false },
  plain: { entityMasking: false, spanMasking: false },
} as const;

const { values } = parseArgs({
  options: {
    init: { type: 'string' },
    corpus: { type: 'string' },
    lexicon: { type: 'string' },
    phrases: { type: 'string' },
    work: { type: 'string' },
    arm: { type: 'string' },
    steps: { type: 'string', default: '1200' },
    'batch-size': { type: 'string', default: '8' },
    'max-length': { type: 'string', default: '128' },
    'learning-rate': { type: 'string', default: '0.0001' },
    threads: { type: 'string', default: '1' },
  },
});
const { init, corpus, lexicon, phrases, work } = values;
if (!init || !corpus || !lexicon || !phrases || !work)
  throw new Error(
    '--init, --corpus, --lexicon, --phrases and --work are needed: see the beginning of this file',
  );
await createDirectory(work);
const folderOf = (arm: string): string => join(resolve(work), arm);

for (const [arm, masks] of Object.entries(ARMS)) {
  if ((values.arm && values.arm !== arm) || existsSync(join(folderOf(arm), 'config.json'))) continue;
  console.log(`${arm} …`);
  const { scores } = await pretrainToFolder(
    {
      data: {
        corpus,
        masking: { lexicon: [lexicon], phrases, ...masks },
        batches: { batchSize: Number(values['batch-size']), maxLength: Number(values['max-length']) },
      },
      out: folderOf(arm),
      start: { init },
      training: {
        steps: Number(values.steps),
        learningRate: Number(values['learning-rate']),
        evaluateEvery: Math.max(1, Math.floor(Number(values.steps) / 4)),
      },
      hardware: { threads: Number(values.threads) },
    },
    { onProgress: (_share, { en }) => process.stderr.write(`\r${arm}: ${en}   `) },
  );
  const share = ({ right, count }: { right: number; count: number }): string =>
    `${((100 * right) / Math.max(1, count)).toFixed(1)} %`;
  if (scores)
    console.log(
      `\n${arm}: loss ${scores.loss.toFixed(3)}, entities ${share(scores.kinds.entity)}, spans ${share(scores.kinds.span)}, other ${share(scores.kinds.other)}, pairs ${share(scores.next)}`,
    );
}
const models = [
  ...Object.keys(ARMS).map((arm) => `${arm}=${folderOf(arm)}`),
  `none=${resolve(findFolder(init))}`,
];
console.log(
  `npx node bench/pretraining/compare.ts --no-random --tasks cMedQQ,cMedQANER --models ${models.join(',')} --work ${work} --out bench/results/pretraining-ablation.json`,
);
