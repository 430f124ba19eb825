import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import { architectureOf } from '../architectures/registry.ts';
import type { Tensor } from '../weights/read.ts';
import { openSafetensors } from '../weights/safetensors.ts';
import { requireFinite } from '../weights/stored.ts';
import type { Model } from './save.ts';

/** File of the weights that no class of `transformers` has: a CRF's, a span head's. */
export const OWN_WEIGHTS = 'chineseblue.safetensors';

/** Splits tensors into those that `transformers` has and those of our own heads. */
export function splitOwn({ config, tensors }: Pick<Model, 'config' | 'tensors'>): {
  known: Map<string, Tensor>;
  own: Map<string, Tensor>;
} {
  const { isKnown } = architectureOf(config).parameters;
  const entries = [...tensors];
  return {
    known: new Map(entries.filter(([name]) => isKnown(name))),
    own: new Map(entries.filter(([name]) => !isKnown(name))),
  };
}

/** The tensors of a folder's `chineseblue.safetensors`, if it has one. Throws a UserError if the file is damaged. */
export async function readOwn(folder: string): Promise<Map<string, Tensor>> {
  const file = join(folder, OWN_WEIGHTS);
  const tensors = new Map<string, Tensor>();
  if (!existsSync(file)) return tensors;
  const opened = await openSafetensors(file);
  try {
    for (const stored of opened.tensors) {
      const data = await stored.read();
      requireFinite(data, stored, file);
      tensors.set(stored.name, { shape: stored.shape, data });
    }
  } finally {
    await opened.close();
  }
  return tensors;
}

/** Throws a UserError if a parameter of the head is missing or has another shape. */
export function requireHead(
  parameters: ReadonlyMap<string, readonly number[]>,
  tensors: ReadonlyMap<string, Tensor>,
  folder: string,
): void {
  for (const [name, shape] of parameters) {
    if (tensors.get(name)?.shape.join() === shape.join()) continue;
    const size = shape.join(' × ');
    throw new UserError(
      'head-missing',
      { en: `The weights have no ${name} of shape ${size}`, zh: `权重中缺少形状为 ${size} 的 ${name}` },
      {
        file: folder,
        field: name,
        hint: {
          en: 'Fine-tune again, or check that config.json belongs to these weights.',
          zh: '请重新微调，或检查 config.json 与权重是否对应。',
        },
      },
    );
  }
}
