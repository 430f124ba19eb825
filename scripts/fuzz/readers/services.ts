import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openCalls } from '../../../src/models/llm/calls.ts';
import { askingOf, choosePrompt } from '../../../src/models/llm/prompt.ts';
import { NO_PROFILE, readPrice, readProfile } from '../../../src/models/shared/services/profile.ts';
import { findTask } from '../../../src/tasks/registry.ts';
import type { Reader, Subject } from '../subject.ts';

/** What users keep about services that answer, and what these answered. */
export const services: Reader = {
  name: 'services',
  async prepare(folder) {
    const json = (name: string, value: object, read: (file: string) => Promise<unknown>): Subject => {
      const file = join(folder, name);
      writeFileSync(file, JSON.stringify(value));
      return { name, file, shape: 'json', read: () => read(file) };
    };
    const price = { prompt: 1.5, completion: 6, currency: 'CNY' };
    const endpoint = 'http://127.0.0.1:8080/v1';
    const own = {
      endpoint,
      model: 'local',
      headers: { 'x-team': 'a' },
      extraBody: { top_k: 1 },
      price,
      concurrency: 4,
    };
    const asking = askingOf(findTask('cMedIC'), { ranking: 'listwise' });
    return [
      json('profiles.json', { own }, (file) => readProfile(file, 'own')),
      json('prices.json', { local: price }, (file) => readPrice(file, 'local')),
      json('prompt.json', asking.prompt, (file) => choosePrompt(asking, file)),
      calls(folder, endpoint),
    ];
  },
};

function calls(folder: string, url: string): Subject {
  const directory = join(folder, 'run', 'one');
  const file = join(directory, 'calls.jsonl');
  mkdirSync(dirname(file), { recursive: true });
  const endpoint = { url, model: 'local', profile: NO_PROFILE };
  const keys = ['a', 'b', 'c'].map((key) => key.repeat(32));
  const lines = [
    { schema: 'chineseblue/calls@1', endpoint: url, model: 'local' },
    { message: 'd'.repeat(32), role: 'user', content: '头痛' },
    ...keys.map((call, i) => ({
      ...{ call, messages: ['d'.repeat(32)], settings: {} },
      reply: { text: `答案${i}`, finish: 'stop', promptTokens: 3, completionTokens: 1, attempts: 1, ms: 12 },
    })),
  ];
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const read = async (): Promise<unknown> => {
    const opened = await openCalls(directory, endpoint);
    const found = [];
    for (const key of keys) found.push(await opened.find(key));
    await opened.close();
    return found;
  };
  return { name: 'calls.jsonl', file, shape: 'lines', read };
}
