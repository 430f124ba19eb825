import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../ground/errors.ts';
import { createRandom } from '../../ground/random.ts';
import type { Example, Gold } from '../../tasks/examples.ts';
import { combine } from '../../tasks/families/dialogue/symptom-status.ts';
import type { SymptomMention, SymptomStatus } from '../../tasks/families/dialogue/types.ts';
import { findTask } from '../../tasks/registry.ts';
import type { FitRequest, FittedModel } from '../contract.ts';
import { fitOn, predict } from '../fixtures/fitted.ts';
import { dialogue } from './kind.ts';

const task = findTask('CMDD');
const folder = mkdtempSync(join(tmpdir(), 'dialogue-'));
afterAll(() => rmSync(folder, { recursive: true }));

const NAMES: Readonly<Record<string, string>> = { 咳嗽: '咳嗽', 发烧: '发热', 拉肚子: '腹泻', 呕吐: '呕吐' };
const ANSWERS: readonly (readonly [string, SymptomStatus])[] = [
  ['有的', 'true'],
  ['没有', 'false'],
  ['不清楚', 'uncertain'],
];

/** The doctor asks for three symptoms, the patient answers each: the status is in the answer. */
function makeDialogue(id: string, random: ReturnType<typeof createRandom>): Example<'dialogue'> {
  const turns: { speaker: string; text: string }[] = [];
  const entities: SymptomMention[] = [];
  const symptoms = new Map<string, SymptomStatus>();
  for (let i = 0; i < 3; i++) {
    const mentions = Object.keys(NAMES);
    const mention = mentions[random.below(mentions.length)];
    const [answer, status] = ANSWERS[random.below(ANSWERS.length)];
    const name = NAMES[mention];
    entities.push({ turn: turns.length, start: 3, end: 3 + mention.length, name, status });
    turns.push({ speaker: '医生', text: `孩子有${mention}吗` }, { speaker: '患者', text: answer });
    symptoms.set(name, combine(symptoms.get(name), status));
  }
  const gold: Gold<'dialogue'> = {
    entities,
    symptoms: Array.from(symptoms, ([name, status]) => ({ name, status })),
  };
  return { id, input: { turns }, gold };
}

function makeDialogues(count: number, seed: number): Example<'dialogue'>[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, i) => makeDialogue(String(i), random));
}

const learn = (
  train: Example<'dialogue'>[],
  more: Partial<FitRequest<'dialogue'>> = {},
): Promise<FittedModel> =>
  fitOn<'dialogue'>(dialogue, task, train, { parameters: { iterations: 30 }, ...more });

const silent: Example<'dialogue'> = {
  id: 'silent',
  input: { turns: [] },
  gold: { symptoms: [], entities: [] },
};

describe('dialogue', () => {
  const test = makeDialogues(20, 9);
  const shares: number[] = [];
  let fitted: FittedModel;
  beforeAll(async () => {
    const onProgress = (share: number): void => void shares.push(share);
    fitted = await learn(makeDialogues(60, 1), { dev: makeDialogues(10, 2), onProgress });
  });

  it('reads the status from the answer and combines the mentions', async () => {
    const answers = await predict<'dialogue'>(
      fitted,
      test.map(({ input }) => input),
    );
    answers.forEach(({ symptoms, entities }, i) => {
      expect(entities).toEqual(test[i].gold.entities);
      expect(symptoms).toEqual(test[i].gold.symptoms);
    });
  });

  it('explains its answers, and reports progress', () => {
    expect(fitted.explain!(test[0].input)[0].en).toMatch(
      /^turn 0: .+ → .+, (true|false|uncertain) \d+\.\d %: .*answer/,
    );
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
  });

  it('names a mention that it has not seen like the most similar one', async () => {
    const turns = [
      { speaker: '医生', text: '孩子有大拉肚子吗' },
      { speaker: '患者', text: '没有' },
    ];
    const [{ symptoms }] = await predict<'dialogue'>(fitted, [{ turns }]);
    expect(symptoms).toEqual([{ name: '腹泻', status: 'false' }]);
  });

  it('answers dialogues without turns, without text and with very long turns', async () => {
    const long = { turns: [{ speaker: '谁', text: '孩子有咳嗽吗。'.repeat(1500) }] };
    const answers = await predict<'dialogue'>(fitted, [
      { turns: [] },
      { turns: [{ speaker: '', text: '' }] },
      long,
    ]);
    expect(answers.slice(0, 2)).toEqual([
      { symptoms: [], entities: [] },
      { symptoms: [], entities: [] },
    ]);
    expect(answers[2].entities!.length).toBeGreaterThan(1400);
  });

  it.each([
    ['no symptom at all', [silent, { ...test[0], gold: silent.gold }]],
    [
      'mentions without names',
      [{ ...test[0], gold: { symptoms: [], entities: [{ turn: 0, start: 3, end: 5 }] } }],
    ],
    [
      'symptoms of one status',
      makeDialogues(30, 3).filter(({ gold }) => gold.symptoms.every((s) => s.status === 'true')),
    ],
  ])('learns from %s', async (_, train) => {
    const model = await learn(train);
    const [answer] = await predict<'dialogue'>(model, [test[0].input]);
    const right = new Set(train.flatMap(({ gold }) => gold.symptoms.map(({ status }) => status)));
    for (const { status } of answer.symptoms) expect(right).toContain(status);
  });

  it('answers the same when it is fitted again and when it is loaded', async () => {
    const inputs = test.map(({ input }) => input);
    const answers = await predict<'dialogue'>(fitted, inputs);
    const again = await learn(makeDialogues(60, 1), { dev: makeDialogues(10, 2) });
    expect(await predict<'dialogue'>(again, inputs)).toEqual(answers);
    const file = join(folder, 'whole.model');
    await fitted.save!(file);
    const loaded = await dialogue.load(file, task);
    expect(await predict<'dialogue'>(loaded, inputs)).toEqual(answers);
    expect(loaded.explain!(inputs[0])).toEqual(fitted.explain!(inputs[0]));
    const bytes = readFileSync(file);
    const damaged = join(folder, 'damaged.model');
    for (const change of [
      bytes.subarray(0, 5000),
      Buffer.from(bytes.toString('latin1').replace('咳嗽', '??'), 'latin1'),
    ]) {
      if (change.length === bytes.length) change[bytes.length - 20] ^= 1;
      writeFileSync(damaged, change);
      await expect(dialogue.load(damaged, task)).rejects.toBeInstanceOf(UserError);
    }
  });

  it('stops when aborted', async () => {
    await expect(learn(test, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});
