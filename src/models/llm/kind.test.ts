import { describe, expect, it } from 'vitest';
import type { Example } from '../../tasks/examples.ts';
import { taskOf } from '../../tasks/families/fixtures/sample.ts';
import { completion, type Received, type Scripted, startServer } from '../shared/services/fixtures/server.ts';
import { createInterviewer, NER, PAIR, PAIRS, RANKING } from './fixtures/interviewer.ts';
import { llm } from './kind.ts';

const { ask, answerOf, received } = createInterviewer();

it('prompts of the corpus are sent unchanged, and answered by text', async () => {
  const task = taskOf('instruction', ['非上述类型', '治疗方案'], { primary: 'instruction/label/macro-f1@1' });
  const question = (prompt: string) => ({ prompt, form: 'label' as const, choices: ['治疗方案'] });
  const train = [{ id: '0', input: question('胃痛怎么治\n答：'), gold: { target: '治疗方案' } }];
  const asked = {
    task,
    train,
    inputs: [question('你好\n答：')],
    parameters: { shots: 1, structured: 'probe' },
  };
  const { answers, replies } = await ask(() => '非上述{类型} ', asked);
  const { messages, ...body } = received()[0].body;
  expect(messages).toEqual([
    { role: 'user', content: '胃痛怎么治\n答：' },
    { role: 'assistant', content: '治疗方案' },
    { role: 'user', content: '你好\n答：' },
  ]);
  expect(received()).toHaveLength(1);
  expect(body).not.toHaveProperty('response_format');
  expect(answers).toEqual([{ status: 'answered', prediction: { reply: '非上述{类型} ' } }]);
  expect(replies[0].raw).toMatchObject({ asking: 'verbatim', rung: 'text' });
});

describe('worked examples', () => {
  const train = Array.from(
    { length: 6 },
    (_, i): Example => ({
      id: `t${i}`,
      input: { textA: `问题${i}的第一种说法`, textB: `问题${i}的另一种说法` },
      gold: { label: String(i % 2) },
    }),
  );

  it('come from train, in turns with their answers, and are recorded', async () => {
    const { replies } = await ask(() => '{"label":"1"}', { train, parameters: { shots: 2 } });
    const roles = received()[0].body.messages.map(({ role }) => role);
    expect(roles).toEqual(['system', 'user', 'assistant', 'user', 'assistant', 'user']);
    expect(received()[0].body.messages[2].content).toMatch(/^\{"label":"[01]"\}$/);
    expect((replies[0].raw as { shots: string[] }).shots).toHaveLength(2);
  });

  it('of every label come first when chosen per class, and the nearest on request', async () => {
    // One of twelve has the other label.
    const uneven = Array.from(
      { length: 12 },
      (_, i): Example => ({
        id: `t${i}`,
        input: { textA: `${'甲乙丙丁戊己庚辛壬癸子丑'[i].repeat(4)}药`, textB: `第${i}种` },
        gold: { label: String(Number(i === 7)) },
      }),
    );
    const inputs = [{ textA: '庚庚庚药怎么吃', textB: '用量' }];
    const shotsOf = async (choice: string): Promise<string[]> => {
      const asked = { train: uneven, inputs, parameters: { shots: 2, choice } };
      const { replies } = await ask(() => '{"label":"1"}', asked);
      return (replies[0].raw as { shots: string[] }).shots;
    };
    expect(await shotsOf('per-class')).toContain('t7');
    expect((await shotsOf('nearest'))[0]).toBe('t6');
    expect(await shotsOf('fixed')).toEqual(await shotsOf('fixed'));
  });

  it.each(['fixed', 'nearest', 'per-class'])(
    'chosen by %s are never a near twin of the question',
    async (choice) => {
      const inputs = [{ textA: '问题3的第一种说法', textB: '问题3的另一种说法。' }];
      const { replies } = await ask(() => '{"label":"1"}', {
        train,
        inputs,
        parameters: { shots: 5, choice },
      });
      const { shots } = replies[0].raw as { shots: string[] };
      expect(shots).toHaveLength(5);
      expect(shots).not.toContain('t3');
    },
  );
});

describe('ranking', () => {
  const input = { query: '感冒', documents: [{ title: '甲' }, { title: '乙' }, { title: '丙' }] };
  it('grades documents one by one', async () => {
    const grades: Record<string, number> = { 甲: 0, 乙: 2, 丙: 1 };
    const answer = await answerOf(
      ({ body }) => JSON.stringify({ grade: grades[body.messages.at(-1)?.content.at(-1) ?? ''] }),
      { task: RANKING, inputs: [input] },
    );
    expect(answer).toMatchObject({ prediction: { scores: [0, 2, 1] } });
  });

  it('accepts no grade beyond the scale', async () => {
    for (const grade of [9, 1e12, -1, 1.5])
      expect(
        await answerOf(() => JSON.stringify({ grade }), { task: RANKING, inputs: [input] }),
      ).toMatchObject({ status: 'unreadable', reason: expect.stringMatching(/ grade/) });
  });

  it('compares pairs in both orders, so that a preference for the first place cancels out', async () => {
    const parameters = { ranking: 'pairwise' };
    const answer = await answerOf(() => '{"better":"A"}', { task: RANKING, inputs: [input], parameters });
    expect(received()).toHaveLength(6);
    expect(answer).toMatchObject({ prediction: { scores: [2, 2, 2] } });
  });

  it('orders a whole list', async () => {
    const parameters = { ranking: 'listwise' };
    const asked = { task: RANKING, inputs: [input], parameters };
    expect(await answerOf(() => '{"order":[2,3,1]}', asked)).toMatchObject({
      prediction: { scores: [1, 3, 2] },
    });
    expect(await answerOf(() => '{"order":[2,3]}', asked)).toMatchObject({
      reason: 'not-a-permutation order',
    });
    expect(await answerOf(() => '{"order":[2,3,9]}', asked)).toMatchObject({
      reason: 'out-of-range order[2]',
    });
  });
});

describe('probabilities', () => {
  const letters = (tokens: Record<string, number>): Scripted =>
    completion(
      { content: 'A' },
      {
        logprobs: {
          content: [
            {
              token: 'A',
              top_logprobs: Object.entries(tokens).map(([token, p]) => ({ token, logprob: Math.log(p) })),
            },
          ],
        },
      },
    );

  it('score labels, averaged over rotations of the options', async () => {
    const answer = await answerOf(() => letters({ A: 0.8, B: 0.1, ' B': 0.1 }), {
      parameters: { mode: 'logprob' },
    });
    expect(received()).toHaveLength(2);
    expect(answer).toMatchObject({
      status: 'answered',
      prediction: { scores: { 0: expect.closeTo(Math.log(0.4), 10), 1: expect.closeTo(Math.log(0.4), 10) } },
      // The first place is preferred whatever its content.
      places: [expect.closeTo(0.8, 10), expect.closeTo(0.2, 10)],
    });
  });

  it('use worked examples whose letters rotate with the options', async () => {
    const train = ['0', '1'].map(
      (label, i): Example => ({
        id: `t${i}`,
        input: { textA: `例${i}甲`, textB: `例${i}乙` },
        gold: { label },
      }),
    );
    await ask(() => letters({ A: 0.8, B: 0.2 }), { train, parameters: { mode: 'logprob', shots: 2 } });
    const worked = received().map(({ body }) =>
      body.messages.filter(({ role }) => role === 'assistant').map(({ content }) => content),
    );
    expect(worked.map((list) => [...list].sort())).toEqual([
      ['A', 'B'],
      ['A', 'B'],
    ]);
    expect(worked[0]).toEqual([...worked[1]].reverse());
  });

  it('leave one answer unreadable where a model ends at once or begins inside a character', async () => {
    const parameters = { mode: 'logprob' };
    for (const content of ['', '\uFFFD'])
      expect(await answerOf(() => completion({ content }), { parameters })).toMatchObject({
        status: 'unreadable',
      });
  });

  it('are distinguished from written answers by the name in tables', () => {
    expect(llm.variant({ name: 'm', mode: 'logprob' })).toBe('logprob');
    expect(llm.variant({ name: 'm' })).toBe('');
  });

  it('are refused where a service returns none, and where there are no options', async () => {
    const parameters = { mode: 'logprob' };
    await expect(ask(() => 'A', { parameters })).rejects.toMatchObject({ code: 'no-logprobs' });
    await expect(ask(() => 'A', { parameters, task: NER, inputs: [{ text: '头痛' }] })).rejects.toMatchObject(
      { code: 'no-options' },
    );
  });
});

describe('repeats', () => {
  it('are asked the given number of times, with a vote on request', async () => {
    const script = ({ number }: Received): Scripted => `{"label":"${number === 0 ? 0 : 1}"}`;
    const parameters = { repeats: 3, temperature: 1, concurrency: 1 };
    expect(await answerOf(script, { parameters })).toMatchObject({ prediction: { label: '0' } });
    expect(await answerOf(script, { parameters: { ...parameters, vote: true } })).toMatchObject({
      prediction: { label: '1' },
    });
  });
});

describe('an estimate', () => {
  it('sends nothing', async () => {
    const server = await startServer(() => '');
    const parameters = { name: 'm', endpoint: server.url };
    const fitted = await llm.fit({ task: PAIRS, train: [], dev: [], seed: 0, parameters, score: () => 0 });
    const estimate = await fitted.estimate?.([PAIR, PAIR]);
    expect(estimate).toMatchObject({ calls: 2, destination: server.url, mostCompletionTokens: 4096 });
    expect(estimate?.promptTokens).toBeGreaterThan(50);
    expect(server.received).toHaveLength(0);
    await server.close();
  });
});
