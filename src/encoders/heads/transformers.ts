import type { EncoderConfig } from '../architectures/architecture.ts';
import { architectureOf } from '../architectures/registry.ts';
import type { Tensor } from '../weights/stored.ts';
import type { Head } from './head.ts';
import { maskedHead } from './masked.ts';
import { sequenceHead } from './sequence.ts';
import { tokenHead } from './tokens.ts';

type Build = (tensors: ReadonlyMap<string, Tensor>) => Head<unknown> | undefined;

/** Heads of `transformers` that can be rebuilt from weights, by class name; the bare encoder has none. */
export function transformersHeads(config: EncoderConfig): ReadonlyMap<string, Build> {
  const { encoderClass, masked, nextSentence, sequence, tokens } = architectureOf(config).heads;
  return new Map<string, Build>([
    [encoderClass, () => undefined],
    [masked.transformersClass, () => maskedHead(config)],
    [nextSentence.transformersClass, () => maskedHead(config)],
    [sequence.transformersClass, (tensors) => sequenceHead(config, sequence.classes(tensors) ?? 1)],
    [tokens.transformersClass, (tensors) => tokenHead(config, tokens.classes(tensors) ?? 1)],
  ]);
}
