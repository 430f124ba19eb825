import {
  add,
  div,
  gather,
  input,
  linear,
  mul,
  reshape,
  sqrt,
  stopGradient,
  sub,
  sum,
  type Tensors,
  type Value,
} from '../../autograd/index.ts';
import type { EncoderConfig } from '../../encoders/architectures/architecture.ts';
import { type BatchShape, fixedLayout, noDropout } from '../../encoders/architectures/graph.ts';
import { architectureOf } from '../../encoders/architectures/registry.ts';
import type { HeadContext, Loss } from '../../encoders/heads/head.ts';
import { encoderFeeds } from '../../encoders/inference/sequences.ts';
import type { Encoding } from '../../encoders/tokenizers/tokenizer.ts';
import { alignTokens } from './align.ts';

/** Before the names of the teacher's parameters and inputs, in a graph with both. */
export const TEACHER = 'teacher:';
/** Maps hidden states of the student to the width of the teacher's, where the two differ; not kept. */
export const PROJECTION = 'distillation.projection';

/** Keeps states of padding from dividing by 0. */
const LEAST = 1e-12;

/** One text as both encoders read it. */
export interface ReadTwice {
  readonly student: Encoding;
  readonly teacher: Encoding;
}

/** The last hidden states of the teacher, `[batch, length, hidden]`: without dropout, and nothing in it is trained. */
function teacherStates(config: EncoderConfig, { parameter, hidden }: HeadContext): Value {
  const [batch, length] = hidden.shape;
  const { graph } = architectureOf(config);
  const frozen = (name: string): Value => stopGradient(parameter(`${TEACHER}${name}`));
  const ids = (name: string): Value => input(`${TEACHER}${name}`, [batch, length], 'int64');
  const inputs = {
    input_ids: ids('input_ids'),
    attention_mask: ids('attention_mask'),
    ...(graph.types !== undefined && { token_type_ids: ids('token_type_ids') }),
  };
  const embedded = graph.embed(config, inputs, frozen, fixedLayout);
  const options = { dropout: noDropout, layout: fixedLayout, firstOnly: false };
  return graph.encode(config, embedded, inputs.attention_mask, frozen, options);
}

/** Cosine of every two rows, `[n, 1]`. */
function cosines(a: Value, b: Value): Value {
  const norm = (x: Value): Value => sqrt(add(sum(mul(x, x), [1], true), LEAST));
  return div(sum(mul(a, b), [1], true), mul(norm(a), norm(b)));
}

/**
 * One minus the cosine of the student's last hidden state and the teacher's, on average over the tokens that both have
 * (as DistilBERT's third loss, Sanh et al. 2019). Output: `apart`, a scalar.
 */
export function distillationLoss(student: EncoderConfig, teacher: EncoderConfig): Loss {
  const isProjected = student.hiddenSize !== teacher.hiddenSize;
  return {
    outputs(context) {
      const [batch, length] = context.hidden.shape;
      const own = reshape(context.hidden, [-1, student.hiddenSize]);
      const states = isProjected ? linear(own, context.parameter(`${PROJECTION}.weight`)) : own;
      const all = reshape(teacherStates(teacher, context), [-1, teacher.hiddenSize]);
      const targets = gather(all, input('aligned', [batch * length], 'int64'));
      const weights = input('weights', [batch * length, 1]);
      return { apart: sum(mul(weights, sub(1, cosines(states, targets)))) };
    },
    loss: ({ apart }) => apart,
  };
}

/** The number of tokens that both encoders have. */
export const alignedTokens = (texts: readonly ReadTwice[]): number =>
  texts.reduce(
    (count, { student, teacher }) =>
      count + alignTokens(student, teacher).reduce((n, j) => n + Number(j >= 0), 0),
    0,
  );

/** The inputs of both encoders and of the loss; the losses of batches that share `total` tokens add up. */
export function distillationFeeds(
  texts: readonly ReadTwice[],
  shape: BatchShape,
  [student, teacher]: readonly [EncoderConfig, EncoderConfig],
  total: number,
): Tensors {
  const { batch, length } = shape;
  const own = encoderFeeds(
    texts.map((text) => text.student),
    shape,
    student.padTokenId,
  );
  const other = encoderFeeds(
    texts.map((text) => text.teacher),
    shape,
    teacher.padTokenId,
  );
  const aligned = new BigInt64Array(batch * length);
  const weights = new Float32Array(batch * length);
  for (const [row, text] of texts.entries()) {
    for (const [i, j] of alignTokens(text.student, text.teacher).entries()) {
      if (j < 0) continue;
      aligned[row * length + i] = BigInt(row * length + j);
      weights[row * length + i] = 1 / Math.max(1, total);
    }
  }
  const prefixed = Object.entries(other).map(([name, value]) => [`${TEACHER}${name}`, value]);
  return { ...own, ...Object.fromEntries(prefixed), aligned, weights };
}
