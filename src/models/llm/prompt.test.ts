import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Example } from '../../tasks/examples.ts';
import { taskOf } from '../../tasks/families/fixtures/sample.ts';
import { createInterviewer, PAIR, PAIRS } from './fixtures/interviewer.ts';
import { previewPrompt, promptOf } from './preview.ts';

const { ask, received } = createInterviewer();

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-prompt-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(value: unknown): Promise<string> {
  const file = join(folder, 'prompt.json');
  await writeFile(file, typeof value === 'string' ? value : JSON.stringify(value));
  return file;
}

const OWN = {
  id: 'own@1',
  system: '{{labels}}',
  user: { zh: '甲：{{textA}}乙：{{textB}}', en: '{{textA}} {{textB}}' },
};

describe('a preview', () => {
  it('shows exactly what is sent, worked examples included', async () => {
    const train = Array.from(
      { length: 5 },
      (_, i): Example => ({
        id: `t${i}`,
        input: { textA: `${i}号药怎么吃`, textB: `${i}号药的用法` },
        gold: { label: String(i % 2) },
      }),
    );
    const given = { shots: 3, choice: 'per-class', promptLanguage: 'en' };
    const preview = await previewPrompt(PAIRS, PAIR, { train, seed: 0, given });
    await ask(() => '{"label":"1"}', { train, parameters: { ...given, structured: 'schema' } });
    expect(received().map(({ body }) => body.messages)).toEqual(preview.calls);
    expect(preview.shots).toHaveLength(3);
    expect(received()[0].body.response_format).toMatchObject({ json_schema: { schema: preview.schema } });
  });

  it('is refused where there are no options to score', async () => {
    const given = { mode: 'logprob' };
    const task = { ...PAIRS, labels: [] };
    await expect(previewPrompt(task, PAIR, { train: [], seed: 0, given })).rejects.toMatchObject({
      code: 'no-options',
    });
  });
});

it('a way of ranking is refused for what is not ranked', async () => {
  await expect(promptOf(PAIRS, { ranking: 'listwise' })).rejects.toMatchObject({
    code: 'bad-parameter',
    place: { field: 'ranking' },
    text: { en: expect.stringContaining('the family ranking only, not for similarity') },
  });
});

describe('a prompt from a file', () => {
  it('is sent in its language, and named in the record', async () => {
    const promptFile = await write(OWN);
    await ask(() => '{"label":"1"}', { parameters: { promptFile } });
    expect(received()[0].body.messages.map(({ content }) => content)).toEqual([
      '- 0\n- 1',
      '甲：感冒吃什么药乙：感冒了用什么药',
    ]);
    expect(await promptOf(PAIRS, { promptFile })).toEqual({
      ...OWN,
      system: { zh: OWN.system, en: OWN.system },
    });
  });

  it('may have no system message, as that of instructions has none', async () => {
    const task = taskOf('instruction', []);
    const own = await promptOf(task, {});
    expect(await promptOf(task, { promptFile: await write(own) })).toEqual(own);
  });

  it.each<[string, unknown, string | undefined]>([
    ['that is not JSON', '{', undefined],
    ['without a question', { id: 'own@1', system: 'x' }, 'user'],
    ['with a placeholder that there is not', { ...OWN, system: '{{text}}' }, 'system'],
    ['that does not show the example', { ...OWN, user: { zh: '{{textA}}', en: '{{task}}' } }, 'user'],
    ['with another field', { ...OWN, model: 'm' }, undefined],
  ])('%s is refused', async (_, content, field) => {
    const promptFile = await write(content);
    await expect(promptOf(PAIRS, { promptFile })).rejects.toMatchObject({
      code: 'bad-prompt',
      place: { file: promptFile, ...(field !== undefined && { field }) },
    });
  });

  it('must be an existing file', async () => {
    const promptFile = join(folder, 'absent.json');
    await expect(promptOf(PAIRS, { promptFile })).rejects.toMatchObject({ code: 'file-missing' });
  });
});
