import { expect, it } from 'vitest';
import type { Example } from '../../tasks/examples.ts';
import { findTask } from '../../tasks/registry.ts';
import { fitOn, predict } from '../fixtures/fitted.ts';
import { findModel } from '../registry.ts';

const WORDS = ['糖尿病', '高血压', '感冒', '胃炎', '失眠', '咳嗽', '头痛', '皮疹'];

/** The better title is about the query; the site of the first document is better where both are. */
const lists: Example<'ranking'>[] = WORDS.flatMap((word, i) => {
  const other = WORDS[(i + 3) % WORDS.length];
  return [
    {
      id: `${i}`,
      input: { query: `${word}怎么办`, documents: [{ title: `${other}的治疗` }, { title: `${word}的治疗` }] },
      gold: { relevance: [0, 2] },
    },
    {
      id: `${i} site`,
      input: {
        query: `${word}怎么办`,
        documents: [
          { title: `${word}的治疗`, url: 'https://good.example/1' },
          { title: `${word}的治疗`, url: 'https://bad.example/2' },
        ],
      },
      gold: { relevance: [3, 1] },
    },
  ];
});

const learn = (train: readonly Example<'ranking'>[], parameters = {}) =>
  fitOn<'ranking'>(findModel('ltr'), findTask('cMedIR'), train, { seed: 0, parameters });

it('learns that the title should be about the query, and which site is better', async () => {
  const predictor = await learn(lists);
  const [about, site, unknown] = await predict<'ranking'>(predictor, [
    { query: '便秘怎么办', documents: [{ title: '湿疹的治疗' }, { title: '便秘的治疗' }] },
    {
      query: '便秘',
      documents: [
        { title: '便秘', url: 'https://bad.example/3' },
        { title: '便秘', url: 'https://good.example/4' },
      ],
    },
    {
      query: '便秘',
      documents: [
        { title: '便秘', url: 'not an address' },
        { title: '便秘', url: 'http://new.example' },
      ],
    },
  ]);
  expect(about.scores[1]).toBeGreaterThan(about.scores[0]);
  expect(site.scores[1]).toBeGreaterThan(site.scores[0]);
  expect(unknown.scores[0]).toBe(unknown.scores[1]);
  const lines = predictor.explain!({
    query: '便秘',
    documents: [{ title: '便秘', url: 'https://good.example/4' }],
  });
  expect(
    lines.some(({ en, zh }) => /^\+.*site good\.example$/.test(en) && zh.includes('站点 good.example')),
  ).toBe(true);
});

it('leaves sites out on demand', async () => {
  const predictor = await learn(lists, { sites: false });
  const [{ scores }] = await predict<'ranking'>(predictor, [lists[1].input]);
  expect(scores[0]).toBe(scores[1]);
});

it('prefers nothing where no two grades differ', async () => {
  const predictor = await learn(lists.map((list) => ({ ...list, gold: { relevance: [1, 1] } })));
  expect((await predict<'ranking'>(predictor, [lists[0].input]))[0].scores).toEqual([0, 0]);
});
