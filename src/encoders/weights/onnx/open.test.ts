import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../ground/errors.ts';
import { createRandom } from '../../../ground/random.ts';
import { refusal, scratchFolder } from '../fixtures/hostile.ts';
import { toHalves } from '../floats.ts';
import { readWeights, takeWeights } from '../read.ts';
import { openOnnx } from './open.ts';

/** Written by PyTorch and ONNX Runtime: `bench/peers/onnx_fixtures.py`. */
const FIXTURES = new URL('fixtures/', import.meta.url).pathname;
const { scratch, write } = scratchFolder();

const onnxOf = (name: string): string =>
  join(FIXTURES, name === 'external' ? 'external/model.onnx' : `${name}.onnx`);
const bytesOf = (name: string): Buffer => readFileSync(onnxOf(name));

/** Tensors of an ONNX fixture, and of the model that it was exported from. */
async function both(name: string, reference = 'reference') {
  const expected = await readWeights(join(FIXTURES, reference));
  const opened = await openOnnx(onnxOf(name));
  const { tensors } = await takeWeights(opened, expected.config);
  return { opened, tensors, expected };
}

describe('openOnnx', () => {
  it.each(['traced', 'bare', 'sdpa', 'dynamo', 'external', 'fused'])(
    'reads every parameter of %s to the bit',
    async (name) => {
      const { opened, tensors, expected } = await both(name);
      expect(new Map([...tensors].sort())).toEqual(new Map([...expected.tensors].sort()));
      expect(opened.precision).toBe('fp32');
    },
  );

  it.each(['ernie', 'electra', 'distilbert', 'modernbert', 'roberta', 'roformer', 'xlm-roberta'])(
    'reads every parameter of the model type %s to the bit',
    async (name) => {
      const { opened, tensors, expected } = await both(`${name}/model`, `${name}/reference`);
      expect(expected.config.modelType).toBe(name);
      expect(new Map([...tensors].sort())).toEqual(new Map([...expected.tensors].sort()));
      expect(opened.unread).toEqual([]);
    },
  );

  it.each([
    ['sequence', 25],
    ['tokens', 23],
    ['masked', 27],
  ])('reads the head of %s', async (name, count) => {
    const { opened, tensors, expected } = await both(name, `reference-${name}`);
    for (const [parameter, tensor] of expected.tensors) expect(tensors.get(parameter)).toEqual(tensor);
    expect(tensors.size).toBe(count);
    expect([opened.output, opened.unread]).toEqual([undefined, []]);
  });

  it('reads half-precision numbers unchanged', async () => {
    const { opened, tensors, expected } = await both('fp16');
    expect(opened.precision).toBe('fp16');
    for (const [name, { data }] of expected.tensors)
      expect(toHalves(tensors.get(name)!.data)).toEqual(toHalves(data));
  });

  it.each([
    ['int8', 'reference'],
    ['int8-channels', 'reference'],
    ['qdq', 'reference'],
    ['fused-int8', 'reference'],
    ['modernbert/int8', 'modernbert/reference'],
  ])('scales the integers of %s back', async (name, reference) => {
    const { opened, tensors, expected } = await both(name, reference);
    expect(opened.precision).toBe('int8');
    // fused attention has one scale for query, key and value
    const group = (parameter: string): string => parameter.replace(/query|key|value/, 'all');
    const widths = new Map<string, number>();
    for (const [parameter, { data }] of expected.tensors)
      widths.set(
        group(parameter),
        Math.max(widths.get(group(parameter)) ?? 0, Math.max(...data.map(Math.abs)) * 2),
      );
    for (const [parameter, { data, shape }] of expected.tensors) {
      const found = tensors.get(parameter)!;
      expect(found.shape).toEqual(shape);
      const apart = found.data.map((value, i) => Math.abs(value - data[i]));
      const step = widths.get(group(parameter))! / 254;
      expect(Math.max(...apart)).toBeLessThan(step * 0.51);
    }
  });

  it('infers the configuration from the graph', async () => {
    const { facts } = await openOnnx(onnxOf('bare'));
    expect(facts).toEqual({
      vocabSize: 38,
      hiddenSize: 16,
      layers: 2,
      heads: 4,
      intermediateSize: 24,
      maxPositions: 16,
      typeVocabSize: 2,
      activation: 'gelu',
      layerNormEps: 1e-7,
      isBert: true,
    });
  });

  it('refuses weights in blocks by name, and says which file to use', async () => {
    const error = await refusal(openOnnx(onnxOf('blocks')));
    expect(error.message).toContain('com.microsoft.MatMulNBits');
    expect(error.place.field).toMatch(/^#\d+$/);
    expect(error.hint).toContain('model_quantized.onnx');
  });
});

/** Fields of protocol buffers, for files that no exporter writes. */
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(value >> 7)];
const bytes = (field: number, ...parts: (string | Buffer)[]): Buffer => {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(content.length)]), content]);
};
const node = (operator: string, inputs: string[], output: string): Buffer =>
  bytes(1, bytes(4, operator), ...inputs.map((name) => bytes(1, name)), bytes(2, output));

describe('files that are not encoders', () => {
  it.each<[string, Buffer, RegExp]>([
    ['an empty file', Buffer.alloc(0), /no graph/],
    ['a web page', Buffer.from('<!DOCTYPE html><html></html>'), /damaged/],
    ['a graph without nodes', bytes(7, bytes(2, 'empty')), /no normalised sum of embeddings/],
    ['a loop', bytes(7, node('Loop', ['a'], 'b')), /operator Loop is not supported/],
    [
      'an operator of another runtime',
      bytes(7, bytes(1, bytes(4, 'Gelu'), bytes(7, 'vendor'))),
      /vendor\.Gelu/,
    ],
    ['a value that is computed twice', bytes(7, node('Tanh', ['a'], 'b'), node('Tanh', ['b'], 'b')), /twice/],
    ['a circle', bytes(7, node('Identity', ['b'], 'a'), node('Identity', ['a'], 'b')), /embeddings/],
    ['functions', Buffer.concat([bytes(7, ''), bytes(25, 'f')]), /defines custom functions/],
    [
      'one name for two tensors',
      bytes(7, bytes(5, bytes(8, 'a')), bytes(5, bytes(8, 'a'))),
      /two initializers/,
    ],
    [
      'a shape beyond memory',
      bytes(7, bytes(5, bytes(1, Buffer.from([255, 255, 255, 255, 255, 127])))),
      /impossible/,
    ],
  ])('%s', async (_, content, message) => {
    const error = await refusal(openOnnx(write('model.onnx', content)));
    expect(error.message).toMatch(message);
    expect(error.place.file).toContain('model.onnx');
  });

  it('a graph with pre-layer normalisation', async () => {
    // the sum behind the first attention no longer has the embeddings as a term
    const text = bytesOf('dynamo').toString('latin1');
    const spoilt = text.replace('getitem_2\n\x07getitem', 'getitem_2\n\x07getitex');
    expect(spoilt).not.toBe(text);
    const error = await refusal(openOnnx(write('pre.onnx', Buffer.from(spoilt, 'latin1'))));
    expect(error.message).toMatch(/no layer with its normalisation/);
  });

  it.each(['../model.onnx_data', '/etc/passwd'])('numbers outside the folder, in %s', async (location) => {
    const text = bytesOf('external').toString('latin1');
    const padded = location.padEnd('model.onnx_data'.length, '/').slice(0, 'model.onnx_data'.length);
    const folder = join(scratch, `outside-${location.length}`);
    mkdirSync(folder);
    writeFileSync(
      join(folder, 'model.onnx'),
      Buffer.from(text.replaceAll('model.onnx_data', padded), 'latin1'),
    );
    const error = await refusal(
      openOnnx(join(folder, 'model.onnx')).then(async (opened) => {
        for (const tensor of opened.tensors) await tensor.read();
      }),
    );
    expect(error.message).toMatch(/outside the folder/);
  });

  it('numbers that are missing, or cut off', async () => {
    const folder = join(scratch, 'external');
    mkdirSync(folder);
    const file = join(folder, 'model.onnx');
    copyFileSync(onnxOf('external'), file);
    const read = async (): Promise<void> => {
      const { tensors } = await openOnnx(file);
      for (const tensor of tensors) await tensor.read();
    };
    expect((await refusal(read())).code).toBe('file-missing');
    writeFileSync(join(folder, 'model.onnx_data'), Buffer.alloc(100));
    expect((await refusal(read())).message).toMatch(/the file at 100/);
  });

  it.each(['bare', 'int8', 'fused-int8'])('%s cut off or changed anywhere never crashes', async (name) => {
    const whole = bytesOf(name);
    const random = createRandom(3, name);
    let refused = 0;
    for (let i = 0; i < 60; i++) {
      const spoilt = i % 2 === 0 ? whole.subarray(0, random.below(whole.length)) : Buffer.from(whole);
      for (let k = 0; i % 2 === 1 && k < 6; k++) spoilt[random.below(whole.length)] ^= 1 << random.below(8);
      const { config } = await readWeights(join(FIXTURES, 'reference'));
      await openOnnx(write('spoilt.onnx', spoilt))
        .then((opened) => takeWeights(opened, config))
        .catch((error) => {
          expect(error).toBeInstanceOf(UserError);
          refused++;
        });
    }
    expect(refused).toBeGreaterThan(20);
  });
});
