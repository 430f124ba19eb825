import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import type { Tensor } from '../weights/read.ts';
import { openSafetensors } from '../weights/safetensors.ts';

/** Weights that no class of `transformers` has a place for, beside those that it loads: a CRF's, a span head's. */
export const OWN_WEIGHTS = 'chineseblue.safetensors';

const KNOWN = /^(embeddings|encoder|pooler|classifier|cls)\./;

/** Tensors that `transformers` knows, and our own. */
export function splitOwn(tensors: ReadonlyMap<string, Tensor>): {
  known: Map<string, Tensor>;
  own: Map<string, Tensor>;
} {
  const entries = [...tensors];
  return {
    known: new Map(entries.filter(([name]) => KNOWN.test(name))),
    own: new Map(entries.filter(([name]) => !KNOWN.test(name))),
  };
}

/** Our own tensors in a folder; none in one that keeps them all in one file. Throws a UserError where the file is damaged. */
export async function readOwn(folder: string): Promise<Map<string, Tensor>> {
  const file = join(folder, OWN_WEIGHTS);
  const tensors = new Map<string, Tensor>();
  if (!existsSync(file)) return tensors;
  const opened = await openSafetensors(file);
  try {
    for (const { name, shape, read } of opened.tensors) tensors.set(name, { shape, data: await read() });
  } finally {
    await opened.close();
  }
  return tensors;
}

/** Throws a UserError where one of the head's parameters is absent or of another shape. */
export function requireHead(
  parameters: ReadonlyMap<string, readonly number[]>,
  tensors: ReadonlyMap<string, Tensor>,
  folder: string,
): void {
  for (const [name, shape] of parameters) {
    if (tensors.get(name)?.shape.join() === shape.join()) continue;
    throw new UserError('head-missing', `The weights have no ${name} of ${shape.join(' × ')}`, {
      file: folder,
      field: name,
      hint: 'Fine-tune again, or check that config.json belongs to these weights.',
    });
  }
}
