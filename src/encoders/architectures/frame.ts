import { input, stopGradient, type Value } from '../../autograd/index.ts';
import type { EncoderConfig, Shapes } from './architecture.ts';
import {
  type BatchShape,
  type Dropout,
  type EncoderInputs,
  fixedLayout,
  type HeadContext,
  type Layout,
  type Lookup,
  noDropout,
  type Shortcuts,
} from './graph.ts';
import { architectureOf } from './registry.ts';

export interface FrameOptions extends BatchShape {
  readonly config: EncoderConfig;
  /** All parameters of encoder and head by name: each becomes an input of the graph. */
  readonly shapes: Shapes;
  readonly layout?: Layout;
  readonly dropout?: Dropout;
  readonly firstOnly?: boolean;
  /** Embedding tables that the head uses, too: their look-ups are kept out of the gradient. */
  readonly tied?: ReadonlySet<string>;
}

/** The graph of an encoder up to where a head begins. */
export interface Frame {
  readonly inputs: EncoderInputs;
  readonly parameter: Lookup;
  /** The summed embeddings, `[batch, length, hidden]`. */
  readonly embedded: Value;
  /** One pass through the layers; each call draws new dropout masks. */
  encode(shortcuts?: Shortcuts): HeadContext;
}

/** Inputs, embeddings, layers and the context of a head: the frame of every graph of an encoder. */
export function encoderFrame({ config, shapes, batch, length, ...options }: FrameOptions): Frame {
  const { layout = fixedLayout, dropout = noDropout, firstOnly = false, tied } = options;
  const { graph } = architectureOf(config);
  const parameters = new Map(Array.from(shapes, ([name, shape]) => [name, input(name, shape)]));
  const parameter: Lookup = (name) => {
    const found = parameters.get(name);
    if (!found) throw new Error(`The graph has no parameter ${name}`);
    return found;
  };
  const table: Lookup = (name) => (tied?.has(name) ? stopGradient(parameter(name)) : parameter(name));
  const inputs = graph.inputs({ batch, length }, config);
  const mask = inputs.attention_mask;
  const embedded = graph.embed(config, inputs, table, layout);
  const { head } = layout;
  const headDense = head?.dense ?? layout.dense;
  return {
    inputs,
    parameter,
    embedded,
    encode: (shortcuts) => ({
      hidden: graph.encode(config, embedded, mask, parameter, { dropout, layout, firstOnly, shortcuts }),
      mask,
      parameter: head ? (name) => head.parameter(name, parameter) : parameter,
      dense: (x, name, withBias) => headDense(x, name, parameter, withBias),
      dropout,
      positions: head?.positions(inputs.input_ids),
    }),
  };
}
