import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile, constant, input, mul } from '../autograd/index.ts';
import { samplesDir } from '../datasets/directory.ts';
import { corpusCommand } from './commands/corpus.ts';
import { predictCommand } from './commands/predict.ts';
import { pretrainCommand } from './commands/pretrain.ts';
import { runCommand as evaluateCommand } from './commands/run.ts';
import { trainCommand } from './commands/train.ts';
import { runCommand } from './fixtures/run-command.ts';

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-devices-'));
const at = (name: string): string => join(scratch, name);
afterAll(() => rmSync(scratch, { recursive: true }));

const MODEL = 'layers=1,hidden=16,heads=1,epochs=1,threads=1,max-length=32';
const common = { task: 'cMedIC', dataDir: samplesDir() };

async function absent(device: 'webgpu' | 'cuda'): Promise<boolean> {
  const x = input('x', [1]);
  return compile({ y: mul(x, constant(2)) }, { device }).then(
    async (program) => {
      await program.release();
      return false;
    },
    () => true,
  );
}

beforeAll(async () => {
  writeFileSync(
    at('text.txt'),
    Array.from({ length: 60 }, (_, i) => `患者今天头痛了${i}次。\n吃了药。`).join('\n\n'),
  );
  await runCommand(corpusCommand.subcommands![0], [at('text.txt')], { out: at('corpus') });
  await runCommand(trainCommand, [], { ...common, model: 'bert', param: MODEL, out: at('kept') });
});

describe.each(['webgpu', 'cuda'] as const)('without a %s device', async (device) => {
  const refusal = { code: 'device-missing', hint: 'Use --device cpu.' };
  const here = !(await absent(device));
  it.skipIf(here)('train says so', async () => {
    const options = { ...common, model: 'bert', param: MODEL, device, out: at(`train-${device}`) };
    await expect(runCommand(trainCommand, [], options)).rejects.toMatchObject(refusal);
  });
  it.skipIf(here)('predict says so', async () => {
    const options = { ...common, model: `bert:${at('kept')}`, device, out: at('answers.jsonl') };
    await expect(runCommand(predictCommand, [], options)).rejects.toMatchObject(refusal);
  });
  it.skipIf(here)('run says so', async () => {
    const options = { ...common, model: 'bert', param: `${MODEL},device=${device}`, runsDir: at('runs') };
    await expect(runCommand(evaluateCommand, [], options)).rejects.toMatchObject(refusal);
  });
  it.skipIf(here)('pretrain says so', async () => {
    const sizes = {
      layers: '1',
      hidden: '16',
      heads: '1',
      positions: '32',
      maxLength: '32',
      batchSize: '4',
      steps: '2',
    };
    const options = { ...sizes, vocabSize: '100', heldOut: '0.1', device, out: at(`pretrain-${device}`) };
    await expect(runCommand(pretrainCommand, [at('corpus')], options)).rejects.toMatchObject(refusal);
  });
});
