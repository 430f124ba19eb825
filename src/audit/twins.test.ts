import { describe, expect, it } from 'vitest';
import { formatRef } from '../datasets/item-ref.ts';
import { relateTwins } from '../datasets/twins.ts';
import { createRandom } from '../ground/random.ts';
import { takeSteps } from '../ground/steps.ts';
import type { Example } from '../tasks/examples.ts';
import { findTask } from '../tasks/registry.ts';
import type { SplitName } from '../tasks/task.ts';
import type { TextStoreOptions } from '../text/text-store.ts';
import type { Finding } from './finding.ts';
import { createSurvey } from './survey.ts';
import { describeTwins } from './twins.ts';

const split = (name: SplitName, examples: Example[]) => ({ name, examples });
const pair = (id: string, textA: string, textB: string, label = '1', group?: string): Example => ({
  id,
  group,
  input: { textA, textB },
  gold: { label },
});
const text = (id: string, value: string, label = '1'): Example => ({
  id,
  input: { text: value },
  gold: { label },
});

type Splits = readonly ReturnType<typeof split>[];

function findTwins(task: string, splits: Splits, stored: TextStoreOptions = {}): Finding[] {
  using survey = createSurvey(findTask(task), undefined, stored);
  for (const { name, examples } of splits) for (const example of examples) survey.take(example, name);
  return takeSteps(survey.twins());
}

/** Code → items. */
const twins = (task: string, splits: Splits): Record<string, string[]> =>
  Object.fromEntries(findTwins(task, splits).map(({ code, items }) => [code, items.map(formatRef)]));

describe('twins', () => {
  it('finds nothing among different texts', () => {
    expect(
      twins('cMedIC', [
        split('train', [text('0', '头痛怎么办')]),
        split('test', [text('0', '感冒吃什么药')]),
      ]),
    ).toEqual({});
  });

  it('counts the later of two equal items as leaked, whatever their width, case and punctuation', () => {
    const found = twins('cMedIC', [
      split('train', [text('5', 'ＣＴ检查，贵吗？')]),
      split('test', [text('7', 'ct检查贵吗')]),
    ]);
    expect(found).toEqual({ 'folded-across-splits': ['test:7'] });
  });

  it('names the kind of equality and counts every leaked item under one of them', () => {
    const found = twins('cMedIC', [
      split('train', [text('0', '头痛怎么办？'), text('1', '头痛怎么办')]),
      split('dev', [text('0', '头痛，怎么办')]),
      split('test', [text('0', '头痛怎么办'), text('1', '头痛怎么办！'), text('2', '头痛，怎么办')]),
    ]);
    expect(found).toEqual({
      'identical-across-splits': ['test:0', 'test:2'],
      'folded-across-splits': ['dev:0', 'test:1'],
      'folded-in-split': ['train:0', 'train:1', 'test:0', 'test:1', 'test:2'],
    });
    const inside = twins('cMedIC', [
      split('train', [text('0', '头痛'), text('1', '头痛'), text('2', '头痛。')]),
    ]);
    expect(inside).toEqual({ 'identical-in-split': ['train:0', 'train:1'], 'folded-in-split': ['train:2'] });
  });

  it('distinguishes numbers that differ in punctuation', () => {
    expect(
      twins('cMedIC', [split('train', [text('0', '体温38.5度')]), split('test', [text('0', '体温385度')])]),
    ).toEqual({});
  });

  it('finds near twins, and all that equal them', () => {
    const long = '患者三天前无明显诱因出现发热咳嗽咳痰伴胸闷气短';
    const found = twins('cMedTC', [
      split('train', [text('0', `${long}。`, 'Disease')]),
      split('test', [text('0', `${long}等`, 'Disease'), text('1', `${long}等。`, 'Disease')]),
    ]);
    expect(found['near-across-splits']).toEqual(['test:0', 'test:1']);
  });

  it('names all that leak where their groups are too long to be listed', () => {
    const long = '患者三天前无明显诱因出现发热咳嗽咳痰伴胸闷气短';
    const splits = [
      split('train', [text('0', long), text('1', `${long}。`)]),
      split('test', [text('0', `${long}等`), text('1', `${long}等。`)]),
    ];
    const related = relateTwins(findTask('cMedTC'), splits);
    const refs = splits.flatMap(({ name, examples }) => examples.map(({ id }) => ({ split: name, id })));
    const [all, pairs] = [undefined, 0].map((most) =>
      describeTwins(related, (i) => refs[i], most).find(({ code }) => code === 'near-across-splits'),
    );
    expect(all?.groups?.map((group) => group.map(formatRef))).toEqual([
      ['train:0', 'train:1', 'test:0', 'test:1'],
    ]);
    expect(pairs?.groups?.map((group) => group.map(formatRef))).toEqual([['train:0', 'test:0']]);
    expect([all?.items, pairs?.items]).toEqual([refs.slice(2), refs.slice(2)]);
  });

  it('finds a pair with its sides swapped', () => {
    const found = twins('cMedQQ', [
      split('train', [pair('0', '糖尿病吃什么', '糖尿病饮食')]),
      split('dev', [pair('0', '糖尿病饮食', '糖尿病吃什么')]),
    ]);
    expect(found).toEqual({ 'mirrored-across-splits': ['dev:0'], 'shared-unit': ['dev:0'] });
  });

  it('names every side of a contradiction', () => {
    const found = twins('cMedIC', [
      split('train', [text('0', '头痛', '1'), text('1', '头痛。', '2'), text('2', '发热', '1')]),
    ]);
    expect(found['conflicting-gold']).toEqual(['train:0', 'train:1']);
  });

  it('compares rankings without regard to the order of their documents', () => {
    const ranking = (id: string, titles: string[], relevance: number[]): Example => ({
      id,
      input: { query: '牙疼', documents: titles.map((title) => ({ title })) },
      gold: { relevance },
    });
    const same = [ranking('0', ['甲', '乙'], [2, 1]), ranking('1', ['乙', '甲'], [1, 2])];
    expect(twins('cMedIR', [split('dev', same)])).toEqual({ 'identical-in-split': ['dev:0', 'dev:1'] });
    const other = [same[0], ranking('1', ['乙', '甲'], [2, 1])];
    expect(twins('cMedIR', [split('dev', other)])).toHaveProperty('conflicting-gold');
  });

  it('reports units that splits share', () => {
    const found = twins('cMedQA', [
      split('dev', [pair('0', '问', '甲', '1', 'q')]),
      split('test', [pair('0', '问', '乙', '0', 'q')]),
    ]);
    expect(found).toEqual({ 'shared-unit': ['test:0'] });
  });

  it('takes no component of one split for a component of another that happens to have its number', () => {
    expect(
      twins('cMedQQ', [
        split('dev', [pair('0', '甲状腺结节', '结节大小', '1', '0')]),
        split('test', [pair('0', '风寒感冒', '流感用药', '0', '0')]),
      ]),
    ).toEqual({});
  });

  it('finds known twins among many texts, and the same ones where all texts are on disk', () => {
    const { splits, planted } = plantedCorpus(300);
    const held = findTwins('cMedTC', splits);
    expect(findTwins('cMedTC', splits, { mostHeld: 0 })).toEqual(held);
    for (const [code, expected] of Object.entries(planted)) {
      const items = held.find((found) => found.code === code)?.items.map(formatRef);
      expect([code, items]).toEqual([code, expected]);
    }
    expect(held).toHaveLength(3);
  });
});

/** Titles of random characters; of every ten in train one is in test unchanged, one in full width, and one slightly changed. */
function plantedCorpus(size: number) {
  const random = createRandom(18);
  const character = (): string => String.fromCharCode(0x4e00 + random.below(3000));
  const train = Array.from({ length: size }, () => Array.from({ length: 60 }, character).join(''));
  const copies = train.flatMap((value, i) => {
    if (i % 10 === 0) return [{ code: 'identical-across-splits', value }];
    if (i % 10 === 1) return [{ code: 'folded-across-splits', value: `${value}，` }];
    return i % 10 === 2
      ? [{ code: 'near-across-splits', value: `${value.slice(0, 50)}甲${value.slice(51)}` }]
      : [];
  });
  const codes = [...new Set(copies.map(({ code }) => code))];
  const leaked = (code: string): string[] =>
    copies.flatMap((copy, i) => (copy.code === code ? [`test:${i}`] : []));
  return {
    splits: [
      split(
        'train',
        train.map((value, i) => text(String(i), value)),
      ),
      split(
        'test',
        copies.map(({ value }, i) => text(String(i), value)),
      ),
    ],
    planted: Object.fromEntries(codes.map((code) => [code, leaked(code)])),
  };
}
