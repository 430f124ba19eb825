/**
 * A server on loopback that answers every chat completion at once, whole or as a stream, in a process of its own, and counts
 * what it is asked. Prints its port; GET /count says how many questions came, and how many of them more than once.
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

let asked = 0;
let again = 0;
const seen = new Set<string>();
/** The same answer to the same question in every process. */
const answer = (body: string): string => `{"label":"${createHash('sha256').update(body).digest()[0] & 1}"}`;

/** Questions are counted when they arrive. */
function countQuestion(body: string): void {
  asked++;
  const hash = createHash('sha256').update(body).digest('base64').slice(0, 11);
  if (seen.has(hash)) again++;
  seen.add(hash);
}

function send(body: string, response: ServerResponse): void {
  const stream = body.includes('"stream":true');
  response.setHeader('content-type', stream ? 'text/event-stream' : 'application/json');
  response.end(stream ? streamed(answer(body)) : whole(answer(body)));
}

const server = createServer((request, response) => {
  if (request.url === '/count') return void response.end(JSON.stringify({ asked, again }));
  let body = '';
  request.setEncoding('utf8').on('data', (piece: string) => {
    body += piece;
  });
  request.on('end', () => {
    countQuestion(body);
    if (delay > 0) setTimeout(send, delay, body, response);
    else send(body, response);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
