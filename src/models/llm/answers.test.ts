import { describe, expect, it } from 'vitest';
import { completion, type Scripted, status, streamed } from '../shared/services/fixtures/server.ts';
import { createInterviewer, NER } from './fixtures/interviewer.ts';

const { answerOf } = createInterviewer();

describe('an answer', () => {
  it.each<[string, Scripted]>([
    ['bare JSON', '{"label":"1"}'],
    ['a number for a label', '{"label":1}'],
    ['fenced JSON', '```json\n{"label":"1"}\n```'],
    ['JSON in prose', '根据题意，答案为 {"label":"1"}。'],
    ['a whole response', completion({ content: '{"label":"1"}' })],
    [
      'parts',
      completion({
        content: [
          { type: 'text', text: '{"label":' },
          { type: 'text', text: '"1"}' },
        ],
      }),
    ],
    [
      'several choices, of which the first counts',
      {
        ...completion({ content: '{"label":"1"}' }),
        choices: [{ message: { content: '{"label":"1"}' } }, { message: { content: '{"label":"0"}' } }],
      },
    ],
    [
      'white space after it',
      completion({ content: `{"label":"1"}${' '.repeat(500)}` }, { finish_reason: 'length' }),
    ],
    ['a thought before it', '<think>两句都问…{"label":"0"}</think>\n{"label":"1"}'],
    ['a thought that the template of the model began', '两句都问…{"label":"0"}</think>{"label":"1"}'],
    ['several thoughts before it', '<think>两句都问…</think>\n<think>{"label":"0"}</think>\n\n{"label":"1"}'],
    ['a separate thought', streamed('{"label":"1"}', { reasoning: '{"label":"0"}' })],
    ['no usage', { choices: [{ message: { content: '{"label":"1"}' } }] }],
  ])('is read from %s', async (_, scripted) => {
    expect(await answerOf(() => scripted)).toEqual({ status: 'answered', prediction: { label: '1' } });
  });

  it.each<[string, Scripted, object]>([
    ['nothing', '', { reason: 'empty' }],
    [
      'white space without end',
      completion({ content: ' \n'.repeat(300) }, { finish_reason: 'length' }),
      { reason: 'empty', truncated: true },
    ],
    ['words', '是的，二者同义', { reason: 'no-json' }],
    ['a trailing comma', '{"label":"1",}', { reason: 'not-json' }],
    ['a label in other words', '{"label":"同义"}', { reason: 'unknown-label label' }],
    ['another shape', '{"answer":"1"}', { reason: 'missing-field label' }],
    ['another type', '{"label":["1"]}', { reason: 'unknown-label label' }],
    ['two answers', '{"label":"1"}{"label":"0"}', { reason: 'several-objects' }],
    [
      'a cut answer',
      completion({ content: '{"label":' }, { finish_reason: 'length' }),
      { reason: 'not-json', truncated: true },
    ],
    [
      'a thought without end',
      completion({ content: '<think>首先' }, { finish_reason: 'length' }),
      { reason: 'empty', truncated: true },
    ],
  ])('is unreadable where there is %s', async (_, scripted, expected) => {
    expect(await answerOf(() => scripted)).toEqual({ status: 'unreadable', ...expected });
  });

  it.each<[string, Scripted, string]>([
    ['its own field', completion({ content: null, refusal: '不能回答' }), '不能回答'],
    ['a content filter', completion({ content: '' }, { finish_reason: 'content_filter' }), 'content-filter'],
  ])('is refused by %s', async (_, scripted, reason) => {
    expect(await answerOf(() => scripted)).toEqual({ status: 'refused', reason });
  });

  it.each<[string, Scripted, string]>([
    ['500', status(500), 'http-500'],
    ['a stream that is cut', streamed('{"label":"1"}', { cut: true }), 'cut'],
    ['a redirect to another host', status(307, {}, { location: 'http://192.0.2.1/v1' }), 'redirected'],
    [
      'a context that is too small',
      status(400, { error: { code: 'context_length_exceeded' } }),
      'context-exceeded',
    ],
    ['an error in a whole response', { error: { message: 'busy' } }, 'error-in-reply'],
    ['a page instead of JSON', (response) => void response.end('<html>'), 'not-json'],
    ['no choice', { choices: [] }, 'no-choice'],
  ])('is missing, as failed, after %s', async (_, scripted, reason) => {
    expect(await answerOf(() => scripted)).toMatchObject({ status: 'missing', reason, failed: true });
  });

  it('is missing where the reply does not begin in time', async () => {
    const parameters = { firstTokenTimeout: 0.05 };
    expect(await answerOf(() => () => {}, { parameters })).toMatchObject({
      reason: 'first-byte-timeout',
      failed: true,
    });
  });
});

describe('quotes of entities', () => {
  const input = { text: '头痛三天，ＣＴ检查，头痛加重' };
  it('become spans, and invented ones are counted', async () => {
    const entities = [
      { quote: '头痛', type: 'symptom', occurrence: 2 },
      { quote: 'ct检查', type: 'disease', occurrence: null },
      { quote: '咳嗽', type: 'symptom', occurrence: null },
    ];
    const answer = await answerOf(() => JSON.stringify({ entities }), { task: NER, inputs: [input] });
    expect(answer).toEqual({
      status: 'answered',
      prediction: {
        entities: [
          { start: 10, end: 12, type: 'symptom' },
          { start: 5, end: 9, type: 'disease' },
        ],
        unaligned: [{ quote: '咳嗽', type: 'symptom' }],
      },
      quotes: { aligned: 1, folded: 1, unaligned: 1, ambiguous: 0, duplicate: 0, conflicting: 0 },
    });
  });
});
