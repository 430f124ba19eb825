import * as z from 'zod';
import { type CrfModel, modelContent } from '../shared/crf/model.ts';
import { openCrf } from '../shared/crf/store.ts';
import type { TaggedText } from '../shared/crf/train.ts';
import { damaged, type ModelContent } from '../shared/modelfile.ts';

/** Share of overlapping entities in train from which types get separate layers by default. */
const MANY = 0.05;
/** Two types overlap where this share of the rarer one does: less are slips of annotators. */
const SLIPS = 0.01;

/**
 * The types of every layer of tags: in one layer entities cannot overlap. Types that overlap in train are in different
 * layers, in as few as a greedy choice finds, the most frequent type first. One layer with all types where `nested` is false,
 * and where it is not given and few entities overlap.
 */
export function layersOf(texts: readonly TaggedText[], nested: boolean | undefined): string[][] {
  const { counts, overlapping, pairs } = countOverlaps(texts);
  const all = [...counts.keys()].sort();
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (!(nested ?? overlapping >= MANY * Math.max(1, total))) return [all];
  const apart = (a: string, b: string): boolean =>
    (pairs.get(keyOf(a, b)) ?? 0) > SLIPS * Math.min(counts.get(a)!, counts.get(b)!);
  const layers: string[][] = [];
  for (const type of all.toSorted((a, b) => counts.get(b)! - counts.get(a)!)) {
    const layer = layers.find((types) => !types.some((other) => apart(type, other)));
    if (layer) layer.push(type);
    else layers.push([type]);
  }
  return layers.length > 0 ? layers : [all];
}

const keyOf = (a: string, b: string): string => JSON.stringify(a < b ? [a, b] : [b, a]);

/** How many entities each type has, how many overlap another, and how often those of two different types do. */
function countOverlaps(texts: readonly TaggedText[]) {
  const counts = new Map<string, number>();
  const pairs = new Map<string, number>();
  let overlapping = 0;
  for (const { entities } of texts) {
    const sorted = entities.toSorted((a, b) => a.start - b.start);
    const touched = new Set<number>();
    for (const [i, { end, type }] of sorted.entries()) {
      counts.set(type, (counts.get(type) ?? 0) + 1);
      for (let j = i + 1; j < sorted.length && sorted[j].start < end; j++) {
        touched.add(i).add(j);
        if (sorted[j].type === type) continue;
        const key = keyOf(type, sorted[j].type);
        pairs.set(key, (pairs.get(key) ?? 0) + 1);
      }
    }
    overlapping += touched.size;
  }
  return { counts, overlapping, pairs };
}

/** Several CRFs as one content; a single one as it always was. */
export function layersContent(models: readonly CrfModel[]): ModelContent {
  const contents = models.map(modelContent);
  if (contents.length === 1) return contents[0];
  const arrays = contents.flatMap(({ arrays }, i) =>
    Object.entries(arrays).map(([name, array]) => [`${i}/${name}`, array] as const),
  );
  return { header: { layers: contents.map(({ header }) => header) }, arrays: Object.fromEntries(arrays) };
}

const layersJson = z.object({ layers: z.array(z.record(z.string(), z.unknown())).min(2) });

/** The CRFs of a content. Throws a UserError if it does not fit together. */
export function openLayers(file: string, content: ModelContent): CrfModel[] {
  if (!('layers' in content.header)) return [openCrf(file, content)];
  const header = layersJson.safeParse(content.header);
  if (!header.success)
    throw damaged(file, { en: 'its layers are damaged', zh: '标注层有误' }, 'header.layers');
  return header.data.layers.map((own, i) => {
    const prefix = `${i}/`;
    const arrays = Object.entries(content.arrays).flatMap(([name, array]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), array] as const] : [],
    );
    return openCrf(file, { header: own, arrays: Object.fromEntries(arrays) });
  });
}
