import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as autograd from './index.ts';
import { compile, grad, input, linear, mean, mul, sub, tanh } from './index.ts';

/** The example of docs/autograd.md, line by line: a two-layer network learns exclusive or. */
// <example>
async function trainExclusiveOr(): Promise<{ losses: number[]; answers: number[] }> {
  const x = input('x', [4, 2]);
  const target = input('target', [4, 1]);
  const parameters = [input('w1', [8, 2]), input('b1', [8]), input('w2', [1, 8]), input('b2', [1])];
  const [w1, b1, w2, b2] = parameters;

  const answer = linear(tanh(linear(x, w1, b1)), w2, b2);
  const error = sub(answer, target);
  const loss = mean(mul(error, error));
  const [dw1, db1, dw2, db2] = grad(loss, parameters);
  const program = await compile({ loss, answer, dw1, db1, dw2, db2 });

  const data = { x: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), target: Float32Array.of(0, 1, 1, 0) };
  const weights: Record<string, Float32Array> = {
    w1: Float32Array.from({ length: 16 }, (_, i) => Math.sin(i * 7 + 1)),
    b1: new Float32Array(8),
    w2: Float32Array.from({ length: 8 }, (_, i) => Math.cos(i * 5)),
    b2: new Float32Array(1),
  };
  const losses: number[] = [];
  for (let step = 0; ; step++) {
    const result = await program.run({ ...data, ...weights });
    losses.push(Number(result.loss[0]));
    if (step === 500) return { losses, answers: Array.from(result.answer, Number) };
    for (const name in weights) {
      weights[name] = weights[name].map((weight, i) => weight - 0.2 * Number(result[`d${name}`][i]));
    }
  }
}
// </example>

const documentation = readFileSync(new URL('../../docs/autograd.md', import.meta.url), 'utf8');

it('the documentation lists every operation', () => {
  const others = ['compile', 'compute', 'constant', 'fuse', 'grad', 'input', 'openModel', 'sizeOf', 'toOnnx'];
  const operations = Object.keys(autograd).filter((name) => /^[a-z]/.test(name) && !others.includes(name));
  const [, table] = /^## Operations\n(.*?)^## /ms.exec(documentation)!;
  const listed = [...table.matchAll(/`([\w ]+)`/g)].flatMap(([, names]) => names.split(' '));
  expect([...new Set(listed)].sort()).toEqual(operations.sort());
});

describe('a two-layer network', () => {
  it('learns exclusive or', async () => {
    const { losses, answers } = await trainExclusiveOr();
    expect(losses[0]).toBeGreaterThan(0.3);
    expect(losses.at(-1)).toBeLessThan(1e-3);
    expect(answers.map(Math.round)).toEqual([0, 1, 1, 0]);
  });

  it('is the one shown in the documentation', () => {
    const source = readFileSync(new URL(import.meta.url), 'utf8');
    const [, code] = source.match(/\/\/ <example>\n([\s\S]*?)\/\/ <\/example>/)!;
    expect(documentation).toContain(code.trim());
    expect(code.trim().split('\n').length).toBeLessThan(36);
  });
});
