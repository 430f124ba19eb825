import { expect, it } from 'vitest';
import { describePublisher } from './get.ts';
import { knownModels } from './known.ts';

it('says in both languages who published a model', () => {
  expect(describePublisher('a local copy')).toEqual({ en: 'a local copy', zh: '本地副本' });
  expect(describePublisher('BAAI/bge (Hugging Face), from hf-mirror.com').zh).toBe(
    'BAAI/bge (Hugging Face)，经 hf-mirror.com',
  );
  const publishers = knownModels.flatMap(({ sources }) => sources.map(({ publisher }) => publisher));
  const english = publishers
    .map((publisher) => describePublisher(publisher).zh)
    .filter((zh) => /[a-z] [a-z]/.test(zh));
  expect(english).toEqual([]);
});
