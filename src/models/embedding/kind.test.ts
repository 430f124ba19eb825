import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cosine, textVectors } from '../../encoders/inference/vectors.ts';
import type { Example, FamilyId } from '../../tasks/examples.ts';
import { findTask } from '../../tasks/registry.ts';
import type { FittedModel } from '../contract.ts';
import { fitOn, predict } from '../fixtures/fitted.ts';
import { embedding } from './kind.ts';
import { openVectorRetriever } from './retriever.ts';

type Files = Readonly<Record<string, string | { readonly base64: string }>>;
const fixture: { base: Files; cases: { name: string; files: Files }[] } = JSON.parse(
  readFileSync(new URL('../../encoders/inference/fixtures/sentence.json', import.meta.url), 'utf8'),
);
const root = mkdtempSync(join(tmpdir(), 'chineseblue-embedding-'));
const init = join(root, 'encoder');
const environment = process.env.XDG_CACHE_HOME;

beforeAll(() => {
  process.env.XDG_CACHE_HOME = join(root, 'cache');
  mkdirSync(join(root, 'cache'));
  const { files } = fixture.cases.find(({ name }) => name === 'default prompt')!;
  const settings: Files = {
    'config_sentence_transformers.json': JSON.stringify({ prompts: { query: '查询：', passage: '头' } }),
  };
  const all: Files = { ...fixture.base, ...files, ...settings };
  for (const [file, content] of Object.entries(all)) {
    const path = join(init, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : Buffer.from(content.base64, 'base64'));
  }
});
afterAll(() => {
  if (environment === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = environment;
  rmSync(root, { recursive: true });
});

const TEXTS = ['头痛', '咳嗽', '痛，头', '嗽咳咳', '头痛痛', '咳，嗽', '痛头ab', '咳嗽ct', '头头', '嗽'];
/** About the head or a cough. */
const labelOf = (text: string): string => String(Number(/[咳嗽]/.test(text)));
const pairs = TEXTS.flatMap((textA) => TEXTS.slice(0, 4).map((textB) => ({ textA, textB })));
const same = ({ textA, textB }: (typeof pairs)[number]): string =>
  String(Number(labelOf(textA) === labelOf(textB)));
const exampleOf = <F extends FamilyId>(input: Example<F>['input'], gold: Example<F>['gold'], i: number) =>
  ({ id: String(i), input, gold }) as Example<F>;

const fitPairs = (task: string, parameters = {}): Promise<FittedModel> => {
  const examples = pairs.map((pair, i) => exampleOf<'similarity'>(pair, { label: same(pair) }, i));
  return fitOn<'similarity'>(embedding, { ...findTask(task), labels: [] }, examples, {
    dev: examples,
    parameters: { init, threads: 1, ...parameters },
  });
};
const fitTexts = (parameters = {}): Promise<FittedModel> =>
  fitOn<'classification'>(
    embedding,
    { ...findTask('cMedIC'), labels: [] },
    TEXTS.map((text, i) => exampleOf<'classification'>({ text }, { label: labelOf(text) }, i)),
    { parameters: { init, threads: 1, ...parameters } },
  );

describe('embedding', () => {
  it('similarity: cosine and the threshold with the best F1 on dev', async () => {
    const fitted = await fitPairs('cMedQQ');
    const answers = await predict<'similarity'>(fitted, pairs);
    const vectors = await textVectors(init, TEXTS, { threads: 1 });
    const scores = pairs.map(({ textA, textB }) =>
      cosine(vectors[TEXTS.indexOf(textA)], vectors[TEXTS.indexOf(textB)]),
    );
    for (const [i, { scores: found }] of answers.entries()) expect(found!['1']).toBeCloseTo(scores[i], 6);
    const f1 = (yes: (i: number) => boolean): number => {
      const chosen = [...pairs.keys()].filter(yes);
      const right = chosen.filter((i) => same(pairs[i]) === '1').length;
      return (2 * right) / (chosen.length + pairs.filter((pair) => same(pair) === '1').length);
    };
    const best = Math.max(...scores.map((threshold) => f1((i) => scores[i] >= threshold)));
    expect(f1((i) => answers[i].label === '1')).toBeCloseTo(best, 12);
  });

  it('ranking: cosine of query and documents, each with its prompt', async () => {
    const documents = TEXTS.map((title) => ({ title }));
    const input = { query: '头痛', documents };
    const example = exampleOf<'ranking'>(input, { relevance: TEXTS.map((_, i) => i % 2) }, 0);
    const fitted = await fitOn<'ranking'>(embedding, findTask('cMedIR'), [example], {
      parameters: { init, threads: 1 },
    });
    const [{ scores }] = await predict<'ranking'>(fitted, [input]);
    const [query] = await textVectors(init, ['头痛'], { prompt: 'query', threads: 1 });
    const titles = await textVectors(init, TEXTS, { prompt: 'passage', threads: 1 });
    for (const [i, score] of scores.entries()) expect(score).toBeCloseTo(cosine(query, titles[i]), 6);
    await fitted.save!(join(root, 'ranking.bin'));
    const loaded = await embedding.load(join(root, 'ranking.bin'), findTask('cMedIR'));
    expect((await predict<'ranking'>(loaded, [input]))[0].scores).toEqual(scores);
  });

  it('dialogue acts: each turn separately, kept as a classifier of turns', async () => {
    const task = { ...findTask('dialogue-acts'), labels: [] };
    const dialogues = [TEXTS.slice(0, 5), TEXTS.slice(5)].map((texts) => ({
      turns: texts.map((text) => ({ speaker: '患', text })),
    }));
    const acts = dialogues.map(({ turns }) => turns.map(({ text }) => labelOf(text)));
    const examples = dialogues.map((input, i) => exampleOf<'dialogue-acts'>(input, { acts: acts[i] }, i));
    const fitted = await fitOn<'dialogue-acts'>(embedding, task, examples, {
      parameters: { init, threads: 1, head: 'knn' },
    });
    expect(await predict<'dialogue-acts'>(fitted, dialogues)).toEqual(acts.map((some) => ({ acts: some })));
    const file = join(root, 'acts.bin');
    await fitted.save!(file);
    const loaded = await embedding.load(file, task);
    expect(await predict<'dialogue-acts'>(loaded, dialogues)).toEqual(acts.map((some) => ({ acts: some })));
  });

  it.each(['logistic', 'knn'])('classification: %s learns what is learnable and is kept', async (head) => {
    const fitted = await fitTexts({ head, k: 1 });
    const inputs = TEXTS.map((text) => ({ text }));
    const answers = await predict<'classification'>(fitted, inputs);
    expect(answers.map(({ label }) => label)).toEqual(TEXTS.map(labelOf));
    const again = await predict<'classification'>(await fitTexts({ head, k: 1, cache: false }), inputs);
    expect(again).toEqual(answers);
    const file = join(root, `${head}.bin`);
    await fitted.save!(file);
    const loaded = await embedding.load(file, { ...findTask('cMedIC'), labels: [] });
    const [label] = findTask('cMedIC').labels;
    await expect(embedding.load(file, { ...findTask('cMedIC'), labels: [label] })).rejects.toMatchObject({
      code: 'other-labels',
      place: { file },
    });
    expect(await predict<'classification'>(loaded, inputs)).toEqual(answers);
    expect(await loaded.embed!(['头痛'], {})).toEqual(await fitted.embed!(['头痛'], {}));
  });

  it.each(['logistic', 'knn'])('pairs: %s on u, v, |u − v| and their product', async (head) => {
    const fitted = await fitPairs('cMedQQ', { head, k: 1 });
    const answers = await predict<'similarity'>(fitted, pairs);
    const right = answers.filter(({ label }, i) => label === same(pairs[i])).length;
    expect(right / pairs.length).toBeGreaterThan(head === 'knn' ? 0.99 : 0.8);
  });

  it('multilabel: several labels, one, or none', async () => {
    const examples = TEXTS.map((text, i) =>
      exampleOf<'multilabel'>({ text }, { labels: [...'痛嗽'].filter((one) => text.includes(one)) }, i),
    );
    const fitted = await fitOn<'multilabel'>(embedding, { ...findTask('multilabel'), labels: [] }, examples, {
      parameters: { init, threads: 1, head: 'knn', k: 1 },
    });
    const answers = await predict<'multilabel'>(
      fitted,
      TEXTS.map((text) => ({ text })),
    );
    expect(answers.map(({ labels }) => labels)).toEqual(examples.map(({ gold }) => [...gold.labels].sort()));
  });

  it('searches a collection by the cosine of vectors', async () => {
    const retriever = await openVectorRetriever(TEXTS, { init, task: findTask('cMedIR') });
    const [hits] = await retriever.search(['头痛'], 3);
    const [query] = await textVectors(init, ['头痛'], { prompt: 'query', threads: 1 });
    const titles = await textVectors(init, TEXTS, { prompt: 'passage', threads: 1 });
    const best = titles.map((title) => cosine(query, title)).sort((a, b) => b - a);
    for (const [place, { document, score }] of hits.entries()) {
      expect(score).toBeCloseTo(best[place], 5);
      expect(score).toBeCloseTo(cosine(query, titles[document]), 5);
    }
    expect(hits.length).toBe(3);
  });

  it('keeps vectors on disk', async () => {
    const segments = (): string[] =>
      readdirSync(join(root, 'cache'), { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.vectors'),
      );
    const texts = Array.from({ length: 100 }, (_, i) => `头${'痛'.repeat(i % 7)}${'a'.repeat(i)}`);
    const fitted = await fitTexts();
    const before = segments().length;
    const first = await fitted.embed!(texts, {});
    expect(segments().length).toBe(before + 1);
    const again = await (await fitTexts()).embed!(texts, {});
    expect(again).toEqual(first);
    expect(segments().length).toBe(before + 1);
  });

  it('warns before fitting that the vocabulary lacks much of the texts', async () => {
    const notes: string[] = [];
    const train = ['头風', '風風痛', '咳嗽', '嗽'].map((text, i) =>
      exampleOf<'classification'>({ text }, { label: labelOf(text) }, i),
    );
    await fitOn<'classification'>(embedding, { ...findTask('cMedIC'), labels: [] }, train, {
      parameters: { init, threads: 1, cache: false },
      onNote: ({ en }) => notes.push(en),
    });
    expect(notes).toEqual([expect.stringMatching(/^cMedIC: 37\.5 % .*“風” \(3\)\. .*traditional/)]);
  });

  it('stops when aborted', async () => {
    const stop = new AbortController();
    const fitted = await fitTexts({ cache: false });
    stop.abort(new Error('stopped'));
    const answering = fitted.answer([{ text: '头痛' }], { signal: stop.signal, onAnswer: () => {} });
    await expect(answering).rejects.toThrow('stopped');
  });

  it('refuses an encoder that has changed, and accepts one that was moved', async () => {
    const file = join(root, 'moved.bin');
    const moved = join(root, 'moved');
    cpSync(init, moved, { recursive: true });
    const task = findTask('cMedQQ');
    await (await fitPairs('cMedQQ', { init: moved })).save!(file);
    const answers = await predict<'similarity'>(await embedding.load(file, task, { init }), pairs);
    expect(answers.length).toBe(pairs.length);
    writeFileSync(join(moved, '1_Pooling/config.json'), '{"pooling_mode": "mean"}');
    await expect(embedding.load(file, task)).rejects.toMatchObject({ code: 'other-encoder' });
  });

  it('refuses unsupported heads and families', async () => {
    const given = { init, head: 'cosine' };
    const resolving = (task: string, parameters = given) =>
      embedding.resolve(parameters, { task: findTask(task) });
    await expect(resolving('cMedIC')).rejects.toMatchObject({ code: 'bad-parameter' });
    await expect(resolving('cMedIR', { init, head: 'knn' })).rejects.toMatchObject({ code: 'bad-parameter' });
    await expect(resolving('cMedQANER')).rejects.toMatchObject({ code: 'family-not-served' });
    expect((await resolving('cMedQQ', { init, head: 'auto' })).head).toBe('cosine');
  });
});
