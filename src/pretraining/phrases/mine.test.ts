import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Text } from '../../ground/language.ts';
import { createRandom } from '../../ground/random.ts';
import { trainDomainFilter } from './domain-filter.ts';
import { readPhrases, writePhrases } from './files.ts';
import { minePhrases } from './mine.ts';
import { countSegments } from './segmentation.ts';
import { gatherText } from './text.ts';
import { cutWords, generalWords } from './words.ts';

const folder = mkdtempSync(join(tmpdir(), 'phrases-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function* documents(...texts: string[]) {
  for (const text of texts) yield [text];
}

const SYMPTOMS =
  '腹痛 腹泻 头晕 头痛 咳嗽 发热 呕吐 便秘 失眠 胸闷 心悸 乏力 水肿 黄疸 皮疹 鼻塞 耳鸣 尿频 气促 盗汗 口干 上腹疼痛 四肢无力 头晕目眩 恶心呕吐 视物模糊 腰痛 牙痛 咽痛'.split(
    ' ',
  );
const PEOPLE = ['孩子', '老人', '我妈妈', '隔壁邻居', '同事', '他爸爸'];
const TIMES = ['昨天', '三天前', '最近', '晚上', '吃饭以后', '上个月'];
const ENDS = ['怎么办', '需要检查吗', '很担心', '好几天了', '请问医生', '没有办法'];

/** Invented consultations in which 一直拉稀 and 反复低烧 are phrases that no lexicon has. */
function consultations(): string[] {
  const random = createRandom(4);
  const one = (items: readonly string[]): string => items[random.below(items.length)];
  return Array.from({ length: 1500 }, () => {
    const complaint = random.below(4) === 0 ? one(['一直拉稀', '反复低烧']) : one(SYMPTOMS);
    return `${one(PEOPLE)}${one(TIMES)}${complaint}${one(ENDS)}。${one(PEOPLE)}${one(['也', '又', '还', '没'])}${one(SYMPTOMS)}，${one(TIMES)}${one(ENDS)}`;
  });
}

describe('phrase mining', () => {
  it('finds phrases that are not in the lexicon, and gives a reason for each rejected candidate', async () => {
    const text = await gatherText(documents(...consultations()), 1e6);
    const notes: string[] = [];
    const options = { minDomain: 0 };
    const observer = { onProgress: (_share: number, note: Text) => notes.push(note.zh) };
    const { kept, rejected, facts } = await minePhrases(text, SYMPTOMS, options, observer);
    const names = kept.map(({ text }) => text);
    expect(names).toEqual(expect.arrayContaining([...SYMPTOMS, '一直拉稀', '反复低烧']));
    for (const fragment of ['直拉稀', '一直拉', '复低烧', '反复低']) expect(names).not.toContain(fragment);
    const reasonOf = new Map(rejected.map(({ phrase, reason }) => [phrase.text, reason]));
    expect(reasonOf.get('也腹痛')).toBe('function-word');
    expect(reasonOf.get('一直拉')).toMatch(/low-quality|fragment/);
    expect(facts).toMatchObject({ seeds: SYMPTOMS.length });
    expect(facts.candidates).toBe(kept.length + rejected.length);
    expect(notes).toEqual(['n-gram', '短语质量', '短语切分', '领域过滤']);
    expect(await minePhrases(text, SYMPTOMS, options)).toEqual({ kept, rejected, facts });
  });

  it('requires terms of the lexicon in the text, and stops on a signal', async () => {
    const text = await gatherText(documents(...consultations().slice(0, 50)), 1e6);
    await expect(minePhrases(text, ['糖尿病'])).rejects.toMatchObject({ code: 'too-few-seeds' });
    const stopped = minePhrases(text, SYMPTOMS, {}, { signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('files are read back as written', async () => {
    const file = join(folder, 'phrases.tsv');
    const phrase = {
      text: '一直拉稀',
      count: 9,
      documents: 8,
      pmi: 4.567,
      leftEntropy: 2,
      rightEntropy: 1,
      leftBreaks: 0,
      rightBreaks: 0,
      insideWord: 0,
      quality: 0.9,
      domain: 1,
      segments: 7,
      known: false,
    };
    await writePhrases(file, [phrase, { ...phrase, text: '腹痛', known: true }]);
    expect(readFileSync(file, 'utf8').split('\n')[1]).toBe(
      '一直拉稀\t0.900\t1.000\t9\t7\t4.57\t2.00\t1.00\t0',
    );
    expect(await readPhrases(file)).toEqual(['一直拉稀']);
    writeFileSync(file, '\n');
    await expect(readPhrases(file)).rejects.toMatchObject({ code: 'phrases-empty' });
    writeFileSync(file, 'entry\ttypes\tfrequency\tpurity\n腹痛\tsymptom:3\t9\t1.000\n');
    await expect(readPhrases(file)).rejects.toMatchObject({
      code: 'wrong-list',
      hint: 'Use --lexicon for it.',
    });
    writeFileSync(file, `一直拉稀\n${`${'孩子一直拉肚子，'.repeat(10)}\n`.repeat(3)}`);
    await expect(readPhrases(file)).rejects.toMatchObject({ code: 'not-a-list' });
  });
});

describe('segmentation', () => {
  it('assigns the occurrences of a fragment to the whole phrase', async () => {
    const text = await gatherText(documents('患者消化不良', '经常消化不良', '胃炎和消化不良', '胃炎'), 1e6);
    const phrases = ['消化不', '消化不良', '胃炎', '没有的'].map((text, i) => ({
      text,
      quality: 0.9,
      count: [3, 3, 2, 0][i],
    }));
    expect([...countSegments(text, phrases)]).toEqual([0, 3, 2, 0]);
  });

  it('prefers the better of two overlapping phrases', async () => {
    const text = await gatherText(documents('高血压力'), 1e6);
    const cut = (first: number, second: number) => [
      ...countSegments(text, [
        { text: '高血压', quality: first, count: 1 },
        { text: '血压力', quality: second, count: 1 },
      ]),
    ];
    expect(cut(0.9, 0.1)).toEqual([1, 0]);
    expect(cut(0.1, 0.9)).toEqual([0, 1]);
  });
});

describe('domain filter', () => {
  it('separates terms from other words by their characters, also on unseen words', () => {
    const terms = SYMPTOMS.flatMap((symptom) =>
      ['急性', '慢性', '反复', '轻度'].map((kind) => kind + symptom),
    );
    const others = generalWords(400).words.map(({ word }) => word);
    const filter = trainDomainFilter(terms, others, 1);
    expect(filter.heldOutAuc).toBeGreaterThan(0.95);
    expect(filter.score('慢性胃痛')).toBeGreaterThan(0.5);
    expect(filter.score('人民政府')).toBeLessThan(0.5);
    expect(filter.score('')).toBe(0);
    expect(trainDomainFilter(terms, others, 1).score('胸闷')).toBe(filter.score('胸闷'));
    expect(trainDomainFilter([], [], 1).heldOutAuc).toBeNaN();
  });
});

describe('general words', () => {
  it('are segmented and counted by a dictionary of general Chinese', () => {
    expect(cutWords('今天天气很好').join('')).toBe('今天天气很好');
    const { words, total } = generalWords(3);
    expect(words).toHaveLength(3);
    expect(words[0].frequency).toBeGreaterThanOrEqual(words[2].frequency);
    expect(total).toBeGreaterThan(1e7);
  });
});
