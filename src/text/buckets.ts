import type { Steps } from '../ground/steps.ts';
import { COST, type Joining } from './joining.ts';
import type { Sketches } from './minhash.ts';

/** Beyond the budget, texts of a cell that a text is compared with. */
const FEW = 32;
/** Number of cells from which merging those that have become one group pays off. */
const MANY_CELLS = 64;

/** Members of a bucket that were in one group when they were added. */
interface Cell {
  readonly any: number;
  readonly list: number[];
}

/** Members of a bucket of one template and one kind. */
interface Slot {
  readonly template: number;
  readonly kind: number;
  cells: Map<number, Cell>;
}

/** One bucket of texts that agree in a band, and how they are compared. */
interface Bucket {
  readonly joining: Joining;
  /** By text, -1 for none; pairs of one template were compared before. */
  readonly templateOf: Int16Array;
  /** Whether two texts were together in an earlier bucket. */
  wereTogether(x: number, y: number): boolean;
  /** Texts of one cell that a text may be compared with. */
  readonly most: number;
}

/**
 * Compares the members of every bucket where that matters and they are not of one template. Pairs that were together in an
 * earlier bucket are not compared again: what did not matter then does not now.
 */
export function* joinBuckets(joining: Joining, sketches: Sketches, templateOf: Int16Array): Steps<void> {
  for (const { members, band } of sketches.buckets()) {
    const [first] = members;
    if (templateOf[first] >= 0 && members.every((x) => templateOf[x] === templateOf[first])) continue;
    const bucket: Bucket = {
      ...{ joining, templateOf },
      wereTogether: (x, y) => sketches.agreeBefore(band, x, y),
      most: joining.isBeyond((band + 1) / sketches.bands) ? FEW : Number.POSITIVE_INFINITY,
    };
    yield* lookBack(bucket, members);
    if (joining.kinds > 1) yield* lookAhead(bucket, members);
  }
}

/** Compares each member with those before it. */
function* lookBack(bucket: Bucket, members: Uint32Array): Steps<void> {
  const { joining, templateOf } = bucket;
  const slots = new Map<string, Slot>();
  for (const x of members) {
    const template = templateOf[x];
    for (const slot of slots.values()) {
      if (template >= 0 && slot.template === template) continue;
      gather(slot, joining);
      for (const { any, list } of slot.cells.values()) {
        joining.spend(COST.look);
        if (joining.hasTwin(x, slot.kind) && joining.sets.find(x) === joining.sets.find(any)) continue;
        joinOne(bucket, x, list);
      }
    }
    put(slots, x, bucket);
    yield;
  }
}

function put(slots: Map<string, Slot>, x: number, { joining, templateOf }: Bucket): void {
  const [template, kind] = [templateOf[x], joining.kindOf[x]];
  const key = `${template} ${kind}`;
  const slot: Slot = slots.get(key) ?? { template, kind, cells: new Map() };
  slots.set(key, slot);
  const group = joining.sets.find(x);
  const cell = slot.cells.get(group);
  if (cell) cell.list.push(x);
  else slot.cells.set(group, { any: x, list: [x] });
}

/** Merges cells that have become one group, whenever their number has doubled. */
function gather(slot: Slot, { sets }: Joining): void {
  const { size } = slot.cells;
  if (size < MANY_CELLS || (size & (size - 1)) !== 0) return;
  const cells = new Map<number, Cell>();
  for (const cell of slot.cells.values()) {
    const group = sets.find(cell.any);
    const known = cells.get(group);
    if (known) for (const member of cell.list) known.list.push(member);
    else cells.set(group, cell);
  }
  slot.cells = cells;
}

/** Compares a text with a list, last first, until one is alike. */
function joinOne({ joining, wereTogether, most }: Bucket, x: number, list: readonly number[]): void {
  const stop = Math.max(0, list.length - most);
  for (let i = list.length - 1; i >= stop; i--) {
    joining.spend(COST.look);
    if (!wereTogether(x, list[i]) && joining.tryJoin(x, list[i])) return;
  }
}

/**
 * Compares members with later ones. A later member was already compared with the earlier ones, unless it had a twin of their
 * kind in its group: only those pairs are left.
 */
function* lookAhead({ joining, templateOf, wereTogether, most }: Bucket, members: Uint32Array): Steps<void> {
  const { sets, kindOf, hasTwin } = joining;
  const groups = new Map<number, number[][]>();
  for (const y of [...members].reverse()) {
    const group = sets.find(y);
    const byKind = groups.get(group) ?? [];
    groups.set(group, byKind);
    for (const [kind, list] of byKind.entries()) {
      if (!list) continue;
      const stop = Math.max(0, list.length - most);
      for (let i = list.length - 1; i >= stop && !hasTwin(y, kind); i--) {
        const x = list[i];
        joining.spend(COST.look);
        if (templateOf[x] >= 0 && templateOf[x] === templateOf[y]) continue;
        if (hasTwin(x, kindOf[y]) && !wereTogether(x, y)) joining.tryJoin(y, x);
      }
    }
    const own = byKind[kindOf[y]];
    if (own) own.push(y);
    else byKind[kindOf[y]] = [y];
    yield;
  }
}
