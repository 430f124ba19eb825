/**
 * A loopback server in a separate process that answers every chat completion, complete or streamed, at once or after a delay.
 * Prints its port. With a delay it records every prompt, which GET /questions lists.
 *
 * node bench/models/llm-stub.ts [milliseconds before an answer]
 */
import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const delay = Number(process.argv[2] ?? 0);
const usage = { prompt_tokens: 80, completion_tokens: 5, total_tokens: 85 };
const whole = (content: string): string =>
  JSON.stringify({
    model: 'stub',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage,
  });
const streamed = (content: string): string =>
  [
    { choices: [{ index: 0, delta: { content } }] },
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    { choices: [], usage },
  ]
    .map((part) => `data: ${JSON.stringify({ model: 'stub', ...part })}\n\n`)
    .concat('data: [DONE]\n\n')
    .join('');

/** A question as received; times are wall-clock times in milliseconds. */
interface NotedQuestion {
  /** Hash of its last message, as journals have it. */
  readonly message: string;
  /** When its answer was sent; absent if still pending. */
  answered?: number;
}
const questions: NotedQuestion[] = [];

/** The same answer to the same question in every process. */
const answer = (body: string): string => `{"label":"${createHash('sha256').update(body).digest()[0] & 1}"}`;

function note(body: string): NotedQuestion {
  const message = JSON.stringify(JSON.parse(body).messages.at(-1));
  const question = { message: createHash('sha256').update(message).digest('hex').slice(0, 32) };
  questions.push(question);
  return question;
}

function send(body: string, response: ServerResponse): void {
  const stream = body.includes('"stream":true');
  response.setHeader('content-type', stream ? 'text/event-stream' : 'application/json');
  response.end(stream ? streamed(answer(body)) : whole(answer(body)));
}

const server = createServer((request, response) => {
  if (request.url === '/questions') return void response.end(JSON.stringify(questions));
  let body = '';
  request.setEncoding('utf8').on('data', (piece: string) => {
    body += piece;
  });
  request.on('end', () => {
    if (delay === 0) return send(body, response);
    const question = note(body);
    setTimeout(() => {
      send(body, response);
      question.answered = Date.now();
    }, delay);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
