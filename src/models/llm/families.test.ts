import { describe, expect, it } from 'vitest';
import { devScore } from '../../scoring/dev-score.ts';
import { SAMPLES, type SampleTask } from '../../tasks/families/fixtures/sample.ts';
import { familyIds, familyOf } from '../../tasks/families/registry.ts';
import { completion } from '../shared/services/fixtures/server.ts';
import { createInterviewer } from './fixtures/interviewer.ts';

const { ask, received } = createInterviewer();

describe.each(familyIds)('%s', (id) => {
  const { task, input, gold }: SampleTask = SAMPLES[id];
  const [asking] = familyOf(task).asking ?? [];
  const schema = asking.schema(task);
  // what has no schema is answered in plain text
  const worked = asking
    .worked(gold, input, task)
    .map((answer) => (schema ? JSON.stringify(answer) : String(answer)));
  const asked = (structured: string) => ({
    ...{ task, inputs: [input] },
    parameters: { structured, concurrency: 1 },
  });

  it('is sent to a service with its schema, and the gold answer is read back', async () => {
    const { answers, replies } = await ask(({ number }) => worked[number], asked('schema'));
    const [answer] = answers;
    if (answer.status !== 'answered') throw new Error(answer.status);
    expect(devScore(task)([{ id: '0', input, gold }], [answer.prediction])).toBeCloseTo(1, 12);
    expect(received()).toHaveLength(worked.length);
    const formats = received().map(({ body }) => body.response_format);
    const format = expect.objectContaining({
      json_schema: expect.objectContaining({ strict: true, schema }),
    });
    expect(formats).toEqual(worked.map(() => (schema ? format : undefined)));
    expect(replies[0].usage).toMatchObject({ calls: worked.length, promptTokens: 10 * worked.length });
  });

  it('is unreadable where an answer in JSON is cut off, and refused where the service refuses', async () => {
    const cut = completion({ content: worked[0].slice(0, -1) }, { finish_reason: 'length' });
    expect((await ask(() => cut, asked('text'))).answers).toMatchObject([
      schema
        ? { status: 'unreadable', reason: 'not-json', truncated: true }
        : { status: 'answered', prediction: { reply: worked[0].slice(0, -1) } },
    ]);
    const refused = completion({ content: null, refusal: '无法回答' });
    expect((await ask(() => refused, asked('text'))).answers).toEqual([
      { status: 'refused', reason: '无法回答' },
    ]);
  });
});
