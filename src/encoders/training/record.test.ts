import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTrained } from './adamw.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { TrainingEvent } from './events.ts';
import { openRecord, TRAINING_VERSION } from './record.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'chineseblue-record-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const STATE = {
  version: TRAINING_VERSION,
  fingerprint: 'this',
  step: 3,
  position: { epoch: 1, batch: 2 },
  sums: { updates: 1, loss: 0.5, parts: { mlm: 0.5 }, tokens: 12, padded: 16 },
  best: { score: null, epoch: 0 },
  scores: null,
  logBytes: 0,
  done: false,
};
const trained = () => createTrained(new Map([['a', [2]]]));

/** Keeps a state under the right hash and opens the record of its directory. */
async function resume(state: object, filling = 0, reasons: string[] = []) {
  const blocks = trained().flatMap(({ name, value, mean, variance }) =>
    Object.entries({ value, mean, variance }).map(
      ([part, { data }]) => [`${part} ${name}`, Float32Array.from(data).fill(filling)] as const,
    ),
  );
  await writeCheckpoint(join(directory, 'checkpoint-000000003.bin'), state, new Map(blocks));
  const events: string[] = [];
  const onEvent = (event: TrainingEvent): void => {
    events.push(event.kind);
    if (event.kind === 'skipped') reasons.push(event.why.en);
  };
  const run = { directory, onEvent };
  const record = await openRecord(run, 'this', trained());
  return { step: record.state.step, events };
}

it('resumes from a valid state', async () => {
  expect(await resume(STATE)).toEqual({ step: 3, events: ['resumed'] });
});

it('starts from scratch, and says why, if another version wrote the checkpoint', async () => {
  for (const version of [TRAINING_VERSION - 1, undefined]) {
    const reasons: string[] = [];
    const { step, events } = await resume({ ...STATE, version }, 0, reasons);
    expect([step, events]).toEqual([0, ['skipped']]);
    expect(reasons).toEqual(['it was written by another version of chineseblue']);
  }
});

it('starts from scratch where a state is nested too deeply to be written again', async () => {
  await resume(STATE);
  const file = join(directory, 'checkpoint-000000003.bin');
  const bytes = readFileSync(file);
  const length = bytes.readUInt32LE(8);
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  const header = Buffer.from(
    bytes.toString('utf8', 12, 12 + length).replace('"scores":null', `"scores":${deep}`),
  );
  const size = Buffer.alloc(4);
  size.writeUInt32LE(header.length);
  const content = Buffer.concat([bytes.subarray(0, 8), size, header, bytes.subarray(12 + length, -32)]);
  writeFileSync(file, Buffer.concat([content, createHash('sha256').update(content).digest()]));
  const events: string[] = [];
  const run = { directory, onEvent: ({ kind }: { kind: string }) => void events.push(kind) };
  const { state } = await openRecord(run, 'this', trained());
  expect([state.step, events]).toEqual([0, ['skipped']]);
});

it('starts from scratch where a state has invalid counters', async () => {
  for (const wrong of [
    { step: 'x' },
    { step: -1 },
    { position: { epoch: 1 } },
    { position: null },
    { sums: { ...STATE.sums, tokens: null } },
    { best: {} },
    { logBytes: 0.5 },
    { done: undefined },
  ])
    expect(await resume({ ...STATE, ...wrong }), JSON.stringify(wrong)).toEqual({
      step: 0,
      events: ['skipped'],
    });
  expect(await resume(STATE, Number.NaN)).toEqual({ step: 0, events: ['skipped'] });
});

it('writes the arrays of a training without copying them all', async () => {
  const data = new Float32Array(new SharedArrayBuffer(2 ** 25)).fill(0.5);
  const file = join(directory, 'checkpoint-000000001.bin');
  const before = process.memoryUsage().arrayBuffers;
  await writeCheckpoint(file, {}, new Map([['a', data]]));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 22);
  const { arrays } = await readCheckpoint(file);
  expect(arrays.get('a')?.every((number) => number === 0.5)).toBe(true);
});
