import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadFolder } from '../folder/load.ts';
import { saveFolder } from '../folder/save.ts';
import { floats, type Head, rowOf } from '../heads/head.ts';
import { type Dtype, exportOnnx } from '../inference/export.ts';
import { createForward, openForward } from '../inference/forward.ts';
import { createTokenizer } from '../tokenizers/tokenizer.ts';
import { createVocabulary, SPECIAL_TOKENS } from '../tokenizers/vocabulary.ts';
import { createTrained } from '../training/adamw.ts';
import { compileStep } from '../training/step.ts';
import { readPeer, unpack } from './fixtures/peer.ts';
import { architectureOf, configJson, parseConfig } from './registry.ts';

const scratch = mkdtempSync(join(tmpdir(), 'chineseblue-architectures-'));
afterAll(() => rmSync(scratch, { recursive: true }));
let made = 0;

const TOLERANCE = 1e-4;

/** Largest difference, relative to the largest number of the tensor; small numbers count as rounding. */
function difference(actual: ArrayLike<number>, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(actual[i] - value)), 0);
  return worst / Math.max(scale, 1e-2);
}

const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.peer.json'))
  .sort();

describe.each(files)('%s: as transformers computes it', async (name) => {
  const peer = readPeer(new URL(name, import.meta.url));
  const { fixture, config, heads, shapes, weights, sequences, loss, feeds } = peer;
  const [batch, length] = fixture.shape;
  const { parameters } = architectureOf(config);
  const trained = createTrained(shapes);
  const step = await compileStep({
    ...{ config, head: loss, batch, length, shapes, dropout: false, threads: 1 },
    trained: new Set(shapes.keys()),
  });
  const outputs = await step.run(feeds, trained, ['hidden', ...heads.keys()]);

  it('hidden states and the logits of every head', () => {
    const { hidden, logits, attention_mask: mask } = fixture;
    expect([...heads.keys()]).toEqual(Object.keys(logits));
    for (const [output, packed] of Object.entries({ hidden, ...logits })) {
      const isByToken = ['hidden', 'tokens', 'masked'].includes(output);
      const real = (values: Float32Array): Float32Array =>
        values.map((value, i) =>
          isByToken ? value * mask[Math.floor((i * mask.length) / values.length)] : value,
        );
      expect(difference(real(floats(outputs[output])), real(unpack(packed))), output).toBeLessThan(TOLERANCE);
    }
  });

  it('the gradient of every parameter', () => {
    const theirs = (ours: string): string => parameters.saved(ours, undefined);
    expect([...shapes.keys()].map(theirs).sort()).toEqual(Object.keys(fixture.gradients).sort());
    for (const { name, gradient } of trained)
      expect(difference(gradient.data, unpack(fixture.gradients[theirs(name)])), name).toBeLessThan(
        TOLERANCE,
      );
  });

  it('the names under which each class is saved, and reads them back', () => {
    const all = [...parameters.shapes(config).keys()];
    const constants = [...(parameters.constants?.(config).keys() ?? [])];
    const encoder = [...all.filter((one) => !parameters.isPooler(one)), ...constants];
    const { encoderClass, masked, nextSentence } = architectureOf(config).heads;
    const own = new Map([[encoderClass, all.filter(parameters.isPooler)]]);
    for (const head of heads.values()) own.set(head.transformersClass!, [...head.parameters.keys()]);
    if (nextSentence) own.get(nextSentence.transformersClass)!.push(...masked.parameters(config).keys());
    expect([...own.keys()].sort()).toEqual(Object.keys(fixture.saved).sort());
    for (const [transformersClass, names] of own) {
      const saved = [...encoder, ...names].map((one) => [parameters.saved(one, transformersClass), one]);
      const listed = saved
        .map(([one]) => one)
        .filter((one) => !/(^|\.)(?:(?:encoder|transformer)\.layer|layers)\./.test(one));
      expect(listed.sort()).toEqual(fixture.saved[transformersClass]);
      for (const [theirs, ours] of saved) {
        expect(parameters.isKnown(ours)).toBe(true);
        expect(parameters.canonical(theirs)).toBe(constants.includes(ours) ? null : ours);
      }
    }
  });

  it('the configuration, as it is read back', () => {
    expect(parseConfig(JSON.stringify(configJson(config)))).toEqual(config);
  });

  it('a folder, written and read', async () => {
    const folder = join(scratch, String(made++));
    const tokenizer = createTokenizer(createVocabulary(Object.values(SPECIAL_TOKENS)));
    const encoder = new Map([...weights].filter(([one]) => parameters.isEncoder(one)));
    const { encoderClass: transformersClass } = architectureOf(config).heads;
    await saveFolder(folder, { config: { ...config, transformersClass }, tensors: encoder, tokenizer });
    const loaded = await loadFolder(folder);
    expect(loaded.config).toEqual({ ...config, transformersClass });
    expect(new Map([...loaded.tensors].sort())).toEqual(new Map([...encoder].sort()));
  });

  it('inference, and the exported files, also in 8 bits', async () => {
    const sequence = heads.get('sequence')!;
    const head: Head<Float32Array> = {
      ...sequence,
      read: ({ logits }, row) => rowOf(logits, row, fixture.classes),
    };
    const used = new Map(
      [...weights].filter(([one]) => parameters.isEncoder(one) || head.parameters.has(one)),
    );
    const open = (precision: Dtype) =>
      openForward(head, exportOnnx({ config, head, weights: used, precision }), { config, threads: 1 });
    const expected = unpack(fixture.logits.sequence);
    const fixed = createForward(head, {
      config,
      shapes: new Map(Array.from(used, ([one, { shape }]) => [one, shape])),
      weights: Object.fromEntries(Array.from(used, ([one, { data }]) => [one, data])),
      threads: 1,
    });
    const flat = async (forward: typeof fixed) => (await forward(sequences)).flatMap((row) => [...row]);
    expect(difference(await flat(fixed), expected)).toBeLessThan(TOLERANCE);
    expect(difference(await flat(await open('fp32')), expected)).toBeLessThan(TOLERANCE);
    expect(difference(await flat(await open('int8')), expected)).toBeLessThan(0.2);
  });
});
