/**
 * `node bench/server/hostile.ts [--requests 10000] [--engine pglite|postgres] [--minutes 600] [--seed 1]`: sends hostile requests to a server on
 * loopback, whose gold has a canary in every record: fuzzed bodies and headers, zip and JSON bombs, path traversal, SQL and
 * HTML in every field, guessed tokens, raw bytes and slow requests on sockets, and 200 uploads at once. Prints the statuses, the
 * largest memory of the server's processes, and whether the canary is in any byte that the server emitted, in the
 * database, the logs or a backup. Exits with 1 where a status is 5xx (other than 503: come back later) or the canary is found.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { createRandom } from '../../src/ground/random.ts';
import { openDatabase } from '../../src/jobs/database.ts';
import { postgresPrograms, startPostgres } from '../../src/jobs/fixtures/postgres.ts';
import { answersToCorpus, filesOf, findsInside, writeCorpus } from '../../src/server/fixtures/canary.ts';
import { API_ROUTES, PAGE_ROUTES } from '../../src/server/fixtures/routes.ts';
import type { Schema } from '../../src/server/schema.ts';
import { BODIES, NASTY, RAW, TYPES } from './hostile-material.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    engine: { type: 'string', default: 'pglite' },
    /** No more requests are sent after so long. */
    minutes: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
  },
});
const count = Number(values.requests);
const random = createRandom(Number(values.seed), 'hostile');
const pick = <T>(list: readonly T[]): T => list[random.below(list.length)];

/** Requests that are under way at once, uploads that arrive together, and sockets that send very slowly. */
const AT_ONCE = 20;
const UPLOADS = 200;
const SLOW = 50;
const GUESSES = 500;
const MEMORY_MS = 200;
const BIN = fileURLToPath(new URL('../../bin/chineseblue.js', import.meta.url));

const directory = await mkdtemp(join(tmpdir(), 'chineseblue-hostile-'));
const siteDirectory = join(directory, 'site');
const programs = values.engine === 'postgres' ? postgresPrograms() : undefined;
if (values.engine === 'postgres' && !programs) throw new Error('PostgreSQL is not installed');
const postgres = programs === undefined ? undefined : await startPostgres(programs);
const place = ['--dir', siteDirectory, ...(postgres ? ['--database', postgres.url] : [])];

/** Runs a command to its end. */
function command(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  return new Promise((resolve, reject) =>
    child.once('close', (code) =>
      code === 0 ? resolve(said) : reject(new Error(`${args[0]} ended with ${code}`)),
    ),
  );
}

/** Everything that the server has said and sent. */
const emitted: { bytes: number; withCanary: number } = { bytes: 0, withCanary: 0 };
function look(bytes: Uint8Array): void {
  emitted.bytes += bytes.length;
  if (findsInside(bytes)) emitted.withCanary++;
}

const statuses = new Map<number, number>();
const faults: string[] = [];
function note(status: number, what: string): void {
  statuses.set(status, (statuses.get(status) ?? 0) + 1);
  if (status >= 500 && status !== 503) faults.push(`${status} ${what}`);
}

const FORM = 'multipart/form-data; boundary=x';

/** As a part of an address or header; half of a surrogate pair becomes the replacement character. */
const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());

type Tokens = Readonly<Record<string, string>>;

function hostileHeaders(tokens: Tokens): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': random.next() < 0.1 ? FORM : pick(TYPES) };
  const chance = (share: number): boolean => random.next() < share;
  const who = pick(Object.keys(tokens));
  if (chance(0.8)) headers.authorization = `Bearer ${tokens[who]}`;
  if (chance(0.3)) headers.cookie = `chineseblue_session=${encoded(pick(NASTY)).slice(0, 2000)}`;
  if (chance(0.2)) headers['content-encoding'] = pick(['gzip', 'br', 'deflate', 'x']);
  if (chance(0.3)) headers.origin = pick(['http://elsewhere.example', 'null', '%00']);
  if (chance(0.2)) headers['accept-language'] = encoded(pick(NASTY)).slice(0, 2000);
  if (chance(0.1)) headers['x-forwarded-for'] = '127.0.0.1, <script>';
  if (chance(0.05)) headers['x-large'] = 'a'.repeat(30_000);
  return headers;
}

/** An address with one of its parts, and perhaps its query, replaced. */
function hostilePath(path: string): string {
  const nasty = () => (random.next() < 0.7 ? encoded(pick(NASTY)) : pick(NASTY).toWellFormed());
  const parts = path.split('?')[0].split('/');
  if (random.next() < 0.6) parts[1 + random.below(parts.length - 1)] = nasty();
  const query = path.split('?')[1];
  const asked =
    random.next() < 0.5
      ? query
      : `${pick(['system', 'card', 'role', 'id', 'lang', 'after', 'limit', 'a', 'subset'])}=${nasty()}`;
  return parts.join('/') + (asked === undefined ? '' : `?${asked}`);
}

async function hostileRequest(url: string, tokens: Tokens): Promise<void> {
  const [method, path] = pick(pick([API_ROUTES, PAGE_ROUTES]));
  const real = path.replace(/\bic\b/, 'ward');
  const verb = random.next() < 0.05 ? pick(['PATCH', 'OPTIONS', 'HEAD', 'PROPFIND']) : method;
  const body = ['GET', 'HEAD'].includes(verb) ? undefined : Buffer.from(pick(BODIES));
  await send(url, hostilePath(real), { method: verb, headers: hostileHeaders(tokens), body });
}

async function send(url: string, path: string, init: RequestInit): Promise<void> {
  let address: URL;
  try {
    address = new URL(url + path);
  } catch {
    return;
  }
  try {
    const response = await fetch(address, { ...init, redirect: 'manual' });
    note(response.status, `${init.method} ${path.slice(0, 200)}`);
    look(Buffer.from(JSON.stringify([...response.headers])));
    look(Buffer.from(await response.arrayBuffer()));
  } catch {
    // The client refused to send this, or the server closed the connection: neither is an answer.
    note(0, path);
  }
}

/** Bytes on a socket that no client would send, or that come a byte at a time. */
async function rawRequest(port: number, text: string, slow: boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (): void => {
      socket.destroy();
      resolve();
    };
    let sending: NodeJS.Timeout | undefined;
    socket.setTimeout(slow ? 15_000 : 3000, end);
    socket.on('error', end).on('close', () => {
      clearInterval(sending);
      resolve();
    });
    socket.on('data', (chunk) => {
      look(chunk);
      const status = /^HTTP\/1\.1 (\d{3})/.exec(chunk.toString('latin1'))?.[1];
      if (status !== undefined) note(Number(status), `raw ${text.slice(0, 60)}`);
    });
    socket.on('connect', () => {
      if (!slow) return void socket.write(text);
      let at = 0;
      sending = setInterval(() => (at < text.length ? socket.write(text[at++]) : undefined), 500);
      setTimeout(end, 20_000);
    });
  });
}

/** The largest sum of resident memory of the server and its scoring processes, in MiB. */
function watchMemory(pid: number): { readonly largest: () => { server: number; all: number }; stop(): void } {
  const most = { server: 0, all: 0 };
  const timer = setInterval(async () => {
    const { server, children } = await residentOf(pid);
    most.server = Math.max(most.server, server);
    most.all = Math.max(most.all, server + children);
  }, MEMORY_MS);
  return { largest: () => most, stop: () => clearInterval(timer) };
}

async function residentOf(parent: number): Promise<{ server: number; children: number }> {
  const found = { server: 0, children: 0 };
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const status = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '');
    const rss = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    if (Number(name) === parent) found.server = rss;
    else if (Number(/PPid:\s+(\d+)/.exec(status)?.[1]) === parent) found.children += rss;
  }
  return found;
}

async function start(): Promise<{ child: ChildProcess; url: string; token: string }> {
  const args = ['serve', ...place, '--port', '0', '--json', '--no-baselines', '--workers', '2'];
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  child.stderr.on('data', look);
  let said = '';
  const { url, token } = await new Promise<{ url: string; token: string }>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk;
      if (/\n}\n$/.test(said)) resolve(JSON.parse(said));
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { child, url, token };
}

async function issueTokens(url: string, admin: string): Promise<Tokens> {
  const call = async (path: string, body: unknown): Promise<{ token: string }> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${admin}` };
    const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await response.json()) as { token: string };
  };
  const tokens: Record<string, string> = { admin };
  for (const id of ['red', 'blue']) tokens[id] = (await call('/api/v1/teams', { id })).token;
  for (const role of ['host', 'worker'])
    tokens[role] = (await call('/api/v1/tokens', { role, subject: 'ward' })).token;
  return tokens;
}

/** Uploads that begin together, every other one malformed: each is taken, refused, or told to come back. */
async function uploadAtOnce(url: string, tokens: Tokens): Promise<void> {
  const good = answersToCorpus(3);
  const bad = `${good}\n${'{"id":"x"}\n'.repeat(100_000)}`;
  const path = (i: number): string => `/api/v1/challenges/ward/practice/submissions?system=u${i}`;
  const headers = { authorization: `Bearer ${tokens.red}` };
  await Promise.all(
    Array.from({ length: UPLOADS }, (_, i) =>
      send(url, path(i), { method: 'POST', headers, body: i % 2 === 0 ? good : bad }),
    ),
  );
}

/** Tokens and sessions that were never given out; last, as the limit on wrong ones then holds for this address. */
async function guess(url: string): Promise<void> {
  for (let i = 0; i < GUESSES; i++) {
    const token = `${pick(['cbt_', 'cbi_', ''])}${random.below(2 ** 32)}${pick(['', '%00', "'--"])}`;
    const headers = { authorization: `Bearer ${token}`, cookie: `chineseblue_session=${token}` };
    await send(url, pick(['/api/v1/submissions', '/api/v1/audit-log', '/submissions']), {
      method: 'GET',
      headers,
    });
  }
}

const started: ChildProcess[] = [];
try {
  await bench();
} finally {
  for (const child of started) child.kill('SIGKILL');
  postgres?.stop();
  await rm(directory, { recursive: true, force: true });
}

async function bench(): Promise<void> {
  const task = await writeCorpus(directory);
  const quota = { day: 100_000, total: 1_000_000 };
  const challenge = {
    ...{ id: 'ward', title: 'Ward', task: 'ward', goldReaders: 'The ward.' },
    phases: {
      practice: { split: 'dev', quota },
      test: { split: 'test', quota },
      final: { split: 'test', quota },
    },
  };
  const file = join(directory, 'ward.json');
  await writeFile(file, JSON.stringify(challenge));
  const data = ['--data-dir', join(directory, 'data'), '--task-file', task];
  await command('challenge', 'create', file, ...place, ...data);
  const { child, url, token } = await start();
  const tokens = await issueTokens(url, token);
  const memory = watchMemory(child.pid!);
  const before = await residentOf(child.pid!);
  const began = Date.now();
  const until = began + Number(values.minutes) * 60_000;
  let sent = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (sent < count && Date.now() < until) {
        sent++;
        await hostileRequest(url, tokens);
      }
    }),
  );
  const port = Number(new URL(url).port);
  for (const text of RAW) await rawRequest(port, text, false);
  const slow = Array.from({ length: SLOW }, () =>
    rawRequest(port, 'POST /api/v1/teams HTTP/1.1\r\nhost: x\r\n', true),
  );
  await uploadAtOnce(url, tokens);
  const during = await fetch(`${url}/api/v1/health`);
  await Promise.all(slow);
  await guess(url);
  const seconds = Math.round((Date.now() - began) / 1000);
  // What was taken is scored, so that results are among what is searched.
  for (let i = 0; i < 600 && (await waits(url, token)); i++) await delay(500);
  await fetch(`${url}/challenges/ward/practice`).then(async (page) =>
    look(Buffer.from(await page.arrayBuffer())),
  );
  memory.stop();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  const backup = join(directory, 'backup.gz');
  await command('challenge', 'export', backup, ...place);
  const found = await searchStored(backup);
  const { server, all } = memory.largest();
  const passed = faults.length === 0 && emitted.withCanary === 0 && found.length === 0 && during.ok;
  console.log(
    JSON.stringify({
      ...{
        engine: values.engine,
        requests: count,
        uploads: UPLOADS,
        slow: SLOW,
        guesses: GUESSES,
        raw: RAW.length,
        seconds,
      },
      statuses: Object.fromEntries([...statuses].sort(([a], [b]) => a - b)),
      ...{ faults: faults.slice(0, 20), emittedBytes: emitted.bytes, canaryEmitted: emitted.withCanary },
      canaryStored: found,
      ...{ answersDuringAttack: during.ok, passed },
      memoryMiB: {
        before: Math.round(before.server),
        server: Math.round(server),
        withChildren: Math.round(all),
      },
    }),
  );
  if (!passed) process.exitCode = 1;
}

/** Whether a submission waits to be scored, by the log: what was queued and has not ended. */
async function waits(url: string, token: string): Promise<boolean> {
  let open = 0;
  for (let after = 0; ; ) {
    const response = await fetch(`${url}/api/v1/audit-log?after=${after}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (!response.ok) return true;
    const page = (await response.json()) as { seq: number; action: string }[];
    for (const { action } of page) {
      if (action === 'submission-queued') open++;
      if (action === 'submission-scored' || action === 'submission-failed') open--;
    }
    if (page.length < 1000) return open > 0;
    after = page.at(-1)?.seq ?? after;
  }
}

/** Where the canary stands in what the server keeps: files, rows, and a backup. */
async function searchStored(backup: string): Promise<string[]> {
  const found: string[] = [];
  if (findsInside(await readFile(backup))) found.push('backup');
  for (const file of await filesOf(siteDirectory)) if (findsInside(await readFile(file))) found.push(file);
  const database = await openDatabase<Schema>(
    postgres ? { url: postgres.url } : { directory: join(siteDirectory, 'database') },
  );
  const stored = await sql<{ bytes: Uint8Array }>`
    select questions as bytes from split union all select sealed_gold from split where sealed_gold is not null
    union all select answers from submission where answers is not null
    union all select convert_to(coalesce(sheet::text, '') || coalesce(problems::text, ''), 'UTF8') from submission
  `.execute(database.kysely);
  for (const { bytes } of stored.rows) if (findsInside(bytes)) found.push('row');
  await database.close();
  return found;
}
