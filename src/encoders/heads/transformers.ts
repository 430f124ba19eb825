import type { EncoderConfig } from '../architectures/architecture.ts';
import { architectureOf } from '../architectures/registry.ts';
import type { Tensor } from '../weights/stored.ts';
import { requireTied } from './decoder.ts';
import type { Head } from './head.ts';
import { maskedHead } from './masked.ts';
import { sequenceHead } from './sequence.ts';
import { tokenHead } from './tokens.ts';

/** Throws a UserError naming `file` if the head cannot be rebuilt. */
type Build = (tensors: ReadonlyMap<string, Tensor>, file?: string) => Head<unknown> | undefined;

/** Heads of `transformers` that can be rebuilt from weights, by class name; the bare encoder has none. */
export function transformersHeads(config: EncoderConfig): ReadonlyMap<string, Build> {
  const { encoderClass, masked, nextSentence, sequence, tokens } = architectureOf(config).heads;
  const tied: Build = (tensors, file) => {
    requireTied(config, tensors, file);
    return maskedHead(config);
  };
  return new Map<string, Build>([
    [encoderClass, () => undefined],
    [masked.transformersClass, tied],
    ...(nextSentence ? [[nextSentence.transformersClass, tied] as const] : []),
    [sequence.transformersClass, (tensors) => sequenceHead(config, sequence.classes(tensors) ?? 1)],
    [tokens.transformersClass, (tensors) => tokenHead(config, tokens.classes(tensors) ?? 1)],
  ]);
}
