import { expect, it } from 'vitest';
import { chooseModels } from './models.ts';

it('names models after their files, and a model.bin after its folder where it has one', async () => {
  const model = [
    'linear:model.bin',
    'linear:runs/first/model.bin',
    'linear:../model.bin',
    'crf:kept/ward.bin',
  ];
  const chosen = await chooseModels({ model, task: ['cMedIC'], parameters: {} });
  expect(chosen.map(({ name }) => name)).toEqual(['model', 'first', 'model-2', 'ward']);
});
