import { add, matmul, transpose } from '../../autograd/index.ts';
import type { EncoderConfig } from '../architectures/architecture.ts';
import { architectureOf } from '../architectures/registry.ts';
import { type Head, rowOf } from './head.ts';

/**
 * A score for every token of the vocabulary at every position, `logits [batch, length, vocabulary]`, as masked language
 * models of `transformers` output them (Devlin et al. 2019). For export: pretraining only scores masked tokens.
 */
export function maskedHead(config: EncoderConfig): Head<Float32Array> {
  const { graph, heads } = architectureOf(config);
  const { masked } = heads;
  return {
    transformersClass: masked.transformersClass,
    parameters: masked.parameters(config),
    outputs(context) {
      const states = masked.transform(config, context, context.hidden);
      const scores = matmul(states, transpose(context.parameter(graph.words)));
      return { logits: add(scores, context.parameter(masked.bias)) };
    },
    read: ({ logits }, row, _tokens, { length }) => rowOf(logits, row, length * config.vocabSize),
  };
}
