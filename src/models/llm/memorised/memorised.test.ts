import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { taskOf } from '../../../tasks/families/fixtures/sample.ts';
import {
  type Received,
  type Scripted,
  type ScriptedServer,
  startServer,
  status,
} from '../../shared/services/fixtures/server.ts';
import { judgeCompletion } from './completion.ts';
import { prepareMemorised } from './memorised.ts';
import { chosenOption } from './order.ts';
import { halvedTexts } from './texts.ts';

const COUNT = 20;
const task = taskOf('classification', ['cough', 'fever', 'rash']);
/** Texts of two characters each that occur in no other text. */
const textsFrom = (first: number): { text: string }[] =>
  Array.from({ length: COUNT }, (_, i) => ({
    text: String.fromCharCode(...Array.from({ length: 30 + (i % 5) }, (_, k) => 0x4e00 + first + i * 40 + k)),
  }));
const test = textsFrom(0);
const train = textsFrom(5000);

let folder: string;
let server: ScriptedServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chineseblue-memorised-'));
});
afterEach(async () => {
  await server?.close();
  await rm(folder, { recursive: true });
});

/** A model that has memorised these texts, and answers questions with the option of `letter`. */
const knows =
  (texts: readonly { text: string }[], letter: (content: string) => string) =>
  ({ body }: Received): Scripted => {
    const content = body.messages.at(-1)?.content ?? '';
    if (/^A\. /m.test(content)) return letter(content);
    return texts.find(({ text }) => text.startsWith(content))?.text ?? '不知道';
  };

const prepare = (more: object = {}) =>
  prepareMemorised({
    ...{ task, test, train, limit: COUNT, seed: 1, directory: join(folder, 'runs', 'memorised') },
    parameters: { name: `memo${server.url}`, endpoint: server.url, retries: 0, ...more },
  });

describe('whether a model has seen a test', () => {
  it('is suspected where it continues texts of test but not others', async () => {
    server = await startServer(knows(test, () => 'A'));
    const { completions, differences, order } = await (await prepare()).ask({});
    expect(completions.map(({ verbatim }) => [verbatim.count, verbatim.of])).toEqual([
      [COUNT, COUNT],
      [0, COUNT],
      [0, COUNT],
    ]);
    expect(differences.recombined.low).toBeGreaterThan(0.7);
    // Always the first option: another one whenever the order is another.
    expect(order?.map(({ changed }) => changed.share)).toEqual([1, 1]);
  });

  it('is not suspected where it continues both splits equally; choices may be constant', async () => {
    server = await startServer(
      knows([...test, ...train], (content) => /^([A-Z])\. fever/m.exec(content)?.[1] ?? ''),
    );
    const { differences, order } = await (await prepare()).ask({});
    expect(differences.train.difference).toBe(0);
    expect(order?.map(({ changed }) => changed.count)).toEqual([0, 0]);
  });

  it('is asked once: kept replies are not requested again, failed calls are counted', async () => {
    server = await startServer((request) =>
      request.number === 0 ? status(500) : knows(test, () => '不好说')(request),
    );
    const questions = await prepare();
    const first = await questions.ask({});
    const all = questions.estimate.calls;
    expect(server.received).toHaveLength(all);
    expect(first.completions.reduce((sum, { failed }) => sum + failed, 0)).toBe(1);
    expect(first.order?.map(({ unreadable }) => unreadable)).toEqual([COUNT, COUNT]);
    await (await prepare()).ask({});
    expect(server.received).toHaveLength(all + 1);
  });

  it('is asked by one process at a time', async () => {
    server = await startServer(knows(test, () => 'A'));
    const both = await Promise.allSettled([(await prepare()).ask({}), (await prepare()).ask({})]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find((one) => one.status === 'rejected')?.reason).toMatchObject({ code: 'in-use' });
    expect(server.received).toHaveLength((await prepare()).estimate.calls);
  });

  it('stops asking once the key is refused', async () => {
    server = await startServer(() => status(401));
    const questions = await prepare({ concurrency: 2 });
    await expect(questions.ask({})).rejects.toMatchObject({ code: 'key-refused' });
    expect(server.received.length).toBeLessThanOrEqual(2);
  });

  it('is not asked of a remote endpoint about a confidential task', async () => {
    server = await startServer(() => '');
    const questions = prepareMemorised({
      ...{ task: { ...task, confidential: true }, test, train, limit: 2, seed: 1 },
      parameters: { name: 'm', endpoint: 'http://192.0.2.1:9/v1' },
    });
    await expect((await questions).ask({})).rejects.toMatchObject({ code: 'remote-endpoint' });
  });
});

describe('halved texts', () => {
  it('come from test only, from train only, and from recombined texts', () => {
    const both = { text: '两个划分都有的一段比较长的文本，不应选取' };
    const halves = halvedTexts({ task, test: [...test, both], train: [both, ...train], limit: 99, seed: 1 });
    const groups = Map.groupBy(halves, ({ source }) => source);
    expect([...groups].map(([source, { length }]) => [source, length])).toEqual([
      ['test', COUNT],
      ['train', COUNT],
      ['recombined', COUNT],
    ]);
    const known = [...test, ...train].map(({ text }) => text);
    for (const { source, shown, hidden } of halves)
      expect(known.includes(shown + hidden)).toBe(source !== 'recombined');
    const lengths = (source: 'test' | 'train'): number =>
      groups.get(source)?.reduce((sum, { shown, hidden }) => sum + shown.length + hidden.length, 0) ?? 0;
    expect(lengths('train')).toBe(lengths('test'));
  });
});

describe('a completion', () => {
  const text = {
    source: 'test',
    shown: '患者三天前出现头痛，',
    hidden: '伴有恶心、呕吐，无发热，ＣＴ未见异常。',
  } as const;
  it.each([
    ['患者三天前出现头痛，伴有恶心呕吐，无发热，CT未见异常', true, true],
    ['伴有恶心，呕吐；无发热，ct未见', true, true],
    ['并有恶心、呕吐，无发热，CT未见异常。', false, true],
    ['建议尽快就医检查。', false, false],
    ['', false, false],
  ])('%s: verbatim %s, near %s', (answer, verbatim, near) => {
    expect(judgeCompletion(text, answer)).toEqual({ verbatim, near });
  });
});

describe('a chosen option', () => {
  const { labels } = task;
  it.each([
    ['B', 0, 'fever'],
    ['B', 1, 'rash'],
    ['答案：C。', 0, 'rash'],
    ['A or B', 0, undefined],
    ['CT', 0, undefined],
    ['', 0, undefined],
  ])('%s, turned by %i: %s', (answer, rotation, expected) => {
    expect(chosenOption(answer, labels, rotation)).toBe(expected);
  });
});
