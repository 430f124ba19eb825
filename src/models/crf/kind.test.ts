import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../ground/errors.ts';
import { camel } from '../../ground/parameters.ts';
import { createRandom } from '../../ground/random.ts';
import type { Example } from '../../tasks/examples.ts';
import type { SymptomStatus } from '../../tasks/families/dialogue/types.ts';
import { findTask } from '../../tasks/registry.ts';
import type { FitRequest, FittedModel } from '../contract.ts';
import { fitOn, predict } from '../fixtures/fitted.ts';
import { crf } from './kind.ts';

const task = findTask('cEHRNER');
const folder = mkdtempSync(join(tmpdir(), 'crf-'));
afterAll(() => rmSync(folder, { recursive: true }));

const WORDS = ['肺癌', '高血压', '糖尿病', '胃溃疡'];

function examples(count: number): Example<'ner'>[] {
  const random = createRandom(1);
  return Array.from({ length: count }, (_, i) => {
    const word = WORDS[random.below(WORDS.length)];
    const entities = [{ start: 3, end: 3 + word.length, type: '疾病和诊断' }];
    return { id: String(i), input: { text: `患者因${word}入院治疗。` }, gold: { entities } };
  });
}

const learn = (train: Example<'ner'>[], more: Partial<FitRequest<'ner'>> = {}): Promise<FittedModel> =>
  fitOn<'ner'>(crf, task, train, { parameters: { iterations: 30 }, ...more });

const whole = (text: string, entities: Example<'ner'>['gold']['entities'] = []): Example<'ner'> => ({
  id: text.slice(0, 9),
  input: { text },
  gold: { entities },
});

describe('crf', () => {
  let fitted: FittedModel;
  const shares: number[] = [];
  beforeAll(async () => {
    fitted = await learn(examples(30), { onProgress: (share) => shares.push(share) });
  });

  it('finds entities and explains them', async () => {
    const text = '患者因肺癌入院治疗。';
    const [{ entities }] = await predict<'ner'>(fitted, [{ text }]);
    expect(entities).toEqual([{ start: 3, end: 5, type: '疾病和诊断' }]);
    const lines = fitted.explain!({ text });
    expect(lines[0].en).toMatch(/^肺癌 \[3, 5\) 疾病和诊断, \d+\.\d %: .+\(\d/);
    expect(lines[0].zh).toMatch(/^肺癌 \[3, 5\) 疾病和诊断，\d+\.\d%：.+\(\d/);
    expect(lines.at(-3)!.en).toContain('肺癌/疾病和诊断');
  });

  it('reports its progress', () => {
    expect(shares.length).toBeGreaterThan(5);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBeLessThanOrEqual(1);
  });

  it('answers empty, unknown and very long texts', async () => {
    const long = '患者因肺癌入院治疗。'.repeat(1000);
    const [empty, unknown, all] = await predict<'ner'>(fitted, [
      { text: '' },
      { text: '\u{1F600}\ud800!' },
      { text: long },
    ]);
    expect(empty.entities).toEqual([]);
    expect(unknown.entities).toEqual([]);
    expect(all.entities).toHaveLength(1000);
    expect(all.entities[999]).toEqual({ start: 9993, end: 9995, type: '疾病和诊断' });
  });

  it('learns from empty texts, one type, and texts of 10 000 characters', async () => {
    const text = '患者因肺癌入院治疗。'.repeat(1000);
    const entities = Array.from({ length: 1000 }, (_, i) => ({
      start: 10 * i + 3,
      end: 10 * i + 5,
      type: '症状',
    }));
    const model = await learn([whole(''), whole(text, entities)], { parameters: { iterations: 10 } });
    const [answer] = await predict<'ner'>(model, [{ text: '患者因肺癌入院治疗。' }]);
    expect(answer.entities).toEqual([{ start: 3, end: 5, type: '症状' }]);
  });

  it.each([
    ['no entity anywhere', [whole('患者入院'), whole('治疗')]],
    ['only empty texts', [whole('')]],
  ])('learns from %s that there is none', async (_, train) => {
    const model = await learn(train);
    expect(await predict<'ner'>(model, [{ text: '患者因肺癌入院' }, { text: '' }])).toEqual([
      { entities: [] },
      { entities: [] },
    ]);
    const file = join(folder, 'none.model');
    await model.save!(file);
    const loaded = await crf.load(file, task);
    expect(await predict<'ner'>(loaded, [{ text: '患者' }])).toEqual([{ entities: [] }]);
  });

  it('never predicts a type that occurs only in dev', async () => {
    const dev = [whole('患者', [{ start: 0, end: 2, type: '药物' }])];
    const model = await learn(examples(10), { dev });
    const [{ entities }] = await predict<'ner'>(model, [{ text: '患者因肺癌入院治疗。' }]);
    expect(new Set(entities.map(({ type }) => type))).toEqual(new Set(['疾病和诊断']));
  });

  it('answers the same when it is fitted again', async () => {
    const texts = ['患者因肺癌入院治疗。', '胃溃疡三年'].map((text) => ({ text }));
    const again = await learn(examples(30));
    expect(await predict<'ner'>(again, texts)).toEqual(await predict<'ner'>(fitted, texts));
    expect(again.explain!(texts[0])).toEqual(fitted.explain!(texts[0]));
  });

  it('tags the symptoms of dialogues with their status', async () => {
    const makeDialogue = (text: string, status: SymptomStatus, id: string): Example<'dialogue'> => ({
      id,
      input: { turns: [{ speaker: '患者', text }] },
      gold: {
        symptoms: [{ name: '发热', status }],
        entities: [{ turn: 0, start: text.length - 2, end: text.length, name: '发热', status }],
      },
    });
    const train = Array.from({ length: 20 }, (_, i) =>
      i % 2
        ? makeDialogue('孩子没有发烧', 'false', String(i))
        : makeDialogue('孩子今天发烧', 'true', String(i)),
    );
    const cmdd = findTask('CMDD');
    const parameters = { iterations: 20 };
    const model = await fitOn<'dialogue'>(crf, cmdd, train, { parameters });
    const inputs = [train[0].input, train[1].input, { turns: [] }];
    const answers = await predict<'dialogue'>(model, inputs);
    expect(answers).toEqual([train[0].gold, train[1].gold, { symptoms: [], entities: [] }]);
    expect(model.explain!(inputs[1])[0].en).toMatch(/^turn 0: 发烧 → 发热, false: /);
    const file = join(folder, 'symptoms.model');
    await model.save!(file);
    expect(await predict<'dialogue'>(await crf.load(file, cmdd), inputs)).toEqual(answers);
    await expect(crf.load(file, task)).rejects.toBeInstanceOf(UserError);
  });

  describe('of nested entities', () => {
    const part = (start: number) => ({ start, end: start + 1, type: '部位' });
    const nested = examples(30).map((one): Example<'ner'> => {
      const [disease] = one.gold.entities;
      const organ = /[肺胃]/.exec(one.input.text);
      return { ...one, gold: { entities: organ ? [disease, part(organ.index)] : [disease] } };
    });
    const asked = [{ text: '患者因肺癌入院治疗。' }];
    const both = [{ start: 3, end: 5, type: '疾病和诊断' }, part(3)];

    it('tags types that overlap in separate layers, and keeps them in one file', async () => {
      const shares: number[] = [];
      const model = await learn(nested, { onProgress: (share) => shares.push(share) });
      expect(await predict<'ner'>(model, asked)).toEqual([{ entities: both }]);
      expect(shares).toEqual([...shares].sort((a, b) => a - b));
      expect(model.explain!(asked[0]).map(({ en }) => en.slice(0, 9))).toEqual(
        expect.arrayContaining(['肺癌 [3, 5)', '肺 [3, 4) '].map((begin) => begin.slice(0, 9))),
      );
      const file = join(folder, 'layers.model');
      await model.save!(file);
      expect(await predict<'ner'>(await crf.load(file, task), asked)).toEqual([{ entities: both }]);
      const bytes = readFileSync(file).toString('latin1');
      expect(bytes).toContain('"layers":[');
    });

    it('tags one layer on request, and where few entities overlap', async () => {
      const one = await learn(nested, { parameters: { iterations: 30, nested: false } });
      expect((await predict<'ner'>(one, asked))[0].entities).toHaveLength(1);
      const rare = [...examples(30), ...nested.slice(0, 1)];
      expect((await predict<'ner'>(await learn(rare), asked))[0].entities).toHaveLength(1);
    });

    it('is for entities only', async () => {
      const refused = fitOn<'dialogue'>(
        crf,
        findTask('CMDD'),
        [{ id: '0', input: { turns: [] }, gold: { symptoms: [], entities: [] } }],
        { parameters: { nested: true } },
      );
      await expect(refused).rejects.toMatchObject({ code: 'bad-parameter', place: { field: 'nested' } });
    });
  });

  it('stops when aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(learn(examples(5), { signal })).rejects.toThrow('enough');
  });

  it.each([
    ['char-features', 'perhaps'],
    ['cutoff', 0],
    ['c2', -1],
    ['iterations', 1.5],
    ['threads', 0],
  ])('refuses %s = %s', async (name, value) => {
    await expect(learn(examples(2), { parameters: { [camel(name)]: value } })).rejects.toMatchObject({
      name: 'UserError',
      place: { field: name },
    });
  });

  it('refuses to train without features', async () => {
    const groups = ['char', 'ngram', 'word', 'lexicon', 'side'];
    const parameters = Object.fromEntries(groups.map((group) => [`${group}Features`, false]));
    await expect(learn(examples(2), { parameters })).rejects.toMatchObject({ code: 'bad-parameter' });
  });

  describe('its file', () => {
    const file = join(folder, 'whole.model');
    const damaged = join(folder, 'damaged.model');
    beforeAll(() => fitted.save!(file));

    it('is read back as the same model', async () => {
      const loaded = await crf.load(file, task);
      const texts = ['患者因肺癌入院治疗。', '胃溃疡三年'].map((text) => ({ text }));
      expect(await predict<'ner'>(loaded, texts)).toEqual(await predict<'ner'>(fitted, texts));
      expect(loaded.explain!(texts[0])).toEqual(fitted.explain!(texts[0]));
      expect(Math.abs(loaded.bytes! - statSync(file).size)).toBeLessThan(2000);
    });

    it('is refused when it is truncated anywhere', async () => {
      const bytes = readFileSync(file);
      for (let share = 0; share < 1; share += 0.07) {
        writeFileSync(damaged, bytes.subarray(0, Math.floor(bytes.length * share)));
        await expect(crf.load(damaged, task)).rejects.toBeInstanceOf(UserError);
      }
    });

    it('is refused when any byte of the weights differs', async () => {
      const bytes = readFileSync(file);
      const start = 12 + bytes.readUInt32LE(8);
      for (let at = start; at < bytes.length; at += 997) {
        const changed = Buffer.from(bytes);
        changed[at] ^= 0x10;
        writeFileSync(damaged, changed);
        const padding = await crf.load(damaged, task).then(
          () => bytes[at] === 0,
          (error) => {
            expect(error).toBeInstanceOf(UserError);
            return true;
          },
        );
        expect(padding).toBe(true);
      }
    });

    it('is refused when its header is inconsistent', async () => {
      const bytes = readFileSync(file);
      for (const [from, to] of [
        ['"Int32Array"', '"Jnt32Array"'],
        ['"char"', '"chat"'],
        ['"sha256":', '"sha257":'],
        ['"kind":"crf"', '"kind":"crg"'],
      ]) {
        const changed = Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1');
        expect(changed.equals(bytes)).toBe(false);
        writeFileSync(damaged, changed);
        await expect(crf.load(damaged, task)).rejects.toBeInstanceOf(UserError);
      }
    });
  });
});
