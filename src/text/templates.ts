import type { Steps } from '../ground/steps.ts';
import { COST, type Joining } from './joining.ts';
import type { Sketches } from './minhash.ts';

/** Texts without a template that agree in a band, from which a template is looked for. */
const FROM = 512;
const MOST_TEMPLATES = 64;
/** Members from which the shingles of a template are taken: those of more than half of them. */
const SAMPLE = 64;
/** A text is of a template where it differs from it in at most this share of its own shingles. */
const DIFFERS = 0.75;
/** Members of each kind with which all are compared first. */
const CLOSEST = 8;
/** Beyond the budget, entries of a list that are looked at. */
const FEW = 32;
/** Texts that are compared with a template in one step. */
const STEP = 256;
/** Rounding errors are smaller. */
const EPSILON = 1e-6;

/** Texts with a template in common, and how each differs from it: shingles of either that are not of both. */
export interface TemplateTexts {
  readonly members: readonly number[];
  readonly residuals: readonly Float64Array[];
  /** Shingles of each. */
  readonly sizes: readonly number[];
}

export interface Templates {
  /** By text; -1 is none. */
  readonly templateOf: Int16Array;
  readonly templates: readonly TemplateTexts[];
}

/** Groups texts that share most of their shingles with many others; `shinglesAt` gives those of a text, ascending. */
export function* findTemplates(
  sketches: Sketches,
  shinglesAt: (text: number) => Float64Array,
): Steps<Templates> {
  const templateOf = new Int16Array(sketches.size).fill(-1);
  const templates: TemplateTexts[] = [];
  for (const { members: bucket } of sketches.buckets()) {
    if (bucket.length < FROM || templates.length === MOST_TEMPLATES) continue;
    const free = [...bucket].filter((text) => templateOf[text] < 0);
    if (free.length < FROM) continue;
    const template = sharedShingles(free, shinglesAt);
    const members: number[] = [];
    const residuals: Float64Array[] = [];
    const sizes: number[] = [];
    for (let text = 0; text < sketches.size; text++) {
      if (text % STEP === 0) yield;
      if (templateOf[text] >= 0) continue;
      const shingles = shinglesAt(text);
      const residual = differenceOf(shingles, template);
      if (residual.length > DIFFERS * shingles.length) continue;
      templateOf[text] = templates.length;
      members.push(text);
      residuals.push(residual);
      sizes.push(shingles.length);
    }
    if (members.length > 0) templates.push({ members, residuals, sizes });
  }
  return { templateOf, templates };
}

/** The shingles of more than half of a sample, ascending. */
function sharedShingles(texts: readonly number[], shinglesAt: (text: number) => Float64Array): Float64Array {
  const counts = new Map<number, number>();
  const step = Math.max(1, Math.floor(texts.length / SAMPLE));
  let sampled = 0;
  for (let i = 0; i < texts.length; i += step, sampled++)
    for (const shingle of shinglesAt(texts[i])) counts.set(shingle, (counts.get(shingle) ?? 0) + 1);
  return Float64Array.from(
    [...counts].filter(([, count]) => count > sampled / 2).map(([shingle]) => shingle),
  ).sort();
}

/** What only one of two ascending sets has, ascending. */
function differenceOf(a: Float64Array, b: Float64Array): Float64Array {
  const found = new Float64Array(a.length + b.length);
  let size = 0;
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (j === b.length || a[i] < b[j]) found[size++] = a[i++];
    else if (i === a.length || b[j] < a[i]) found[size++] = b[j++];
    else {
      i++;
      j++;
    }
  }
  return found.slice(0, size);
}

/** A member of a template as it is joined. */
interface Member {
  readonly text: number;
  /** Its residual as numbers of shingles, rarest first. */
  readonly residual: Int32Array;
  /** How much more its residual holds than what two texts at the threshold may differ in, by its share of their size. */
  readonly surplus: number;
}

/**
 * Joins the texts of one template, exactly. Two texts x and y differ in |Rx| + |Ry| − 2 |Rx ∩ Ry| shingles, R being
 * residuals, and are alike from a Jaccard similarity t where they differ in at most (1 − t) / (1 + t) of the sum of their
 * sizes: their residuals must share half the sum of their surpluses. So one of the rarest shingles must be shared, as many of
 * them as the rest is too few (prefix filter: Chaudhuri, Ganti and Kaushik 2006; Bayardo, Ma and Srikant 2007).
 */
export function* joinTemplate(
  joining: Joining,
  texts: TemplateTexts,
  threshold: number,
  share: number,
): Steps<void> {
  const { members, shingles } = rankMembers(texts, (1 - threshold) / (1 + threshold));
  joinClosest(joining, members);
  const unsettled: number[][] = Array.from({ length: shingles }, () => []);
  const settled: number[][] = Array.from({ length: shingles }, () => []);
  const center = members[0].text;
  const seenBy = new Int32Array(members.length).fill(-1);
  const isSettled = (text: number): boolean =>
    joining.knowsAll(text) && joining.sets.find(text) === joining.sets.find(center);
  for (const [m, x] of members.entries()) {
    const most = joining.isBeyond(share) ? FEW : Number.POSITIVE_INFINITY;
    const least = members[0].surplus;
    for (const [p, shingle] of x.residual.entries()) {
      const limit = 2 * (x.residual.length - p) - x.surplus + EPSILON;
      if (limit < least) break;
      probe(joining, members, { m, list: unsettled[shingle], limit, most, seenBy });
      if (!isSettled(x.text)) probe(joining, members, { m, list: settled[shingle], limit, most, seenBy });
    }
    const lists = isSettled(x.text) ? settled : unsettled;
    const prefix = x.residual.length - Math.max(1, Math.ceil(x.surplus - EPSILON)) + 1;
    for (const shingle of x.residual.subarray(0, prefix)) lists[shingle].push(m);
    yield;
  }
}

/** Members by surplus, ascending, and how many shingles their residuals hold. */
function rankMembers({ members, residuals, sizes }: TemplateTexts, differs: number) {
  const counts = new Map<number, number>();
  for (const residual of residuals)
    for (const shingle of residual) counts.set(shingle, (counts.get(shingle) ?? 0) + 1);
  const order = [...counts].sort(([a, x], [b, y]) => x - y || a - b);
  const rank = new Map(order.map(([shingle], i) => [shingle, i]));
  const ranked = members.map(
    (text, m): Member => ({
      text,
      residual: Int32Array.from(residuals[m], (shingle) => rank.get(shingle) ?? 0).sort(),
      surplus: residuals[m].length - differs * sizes[m],
    }),
  );
  return { members: ranked.sort((x, y) => x.surplus - y.surplus), shingles: order.length };
}

/**
 * Compares everything with the members of each kind that are closest to the template. With the closest one, a text need not
 * share anything; and where nearly all texts are alike, this joins nearly all of them.
 */
function joinClosest(joining: Joining, members: readonly Member[]): void {
  const closest: Member[][] = Array.from({ length: joining.kinds }, () => []);
  for (const member of members) {
    const own = closest[joining.kindOf[member.text]];
    if (own.length < CLOSEST) own.push(member);
  }
  for (const x of members)
    for (const y of closest.flat())
      if (x !== y && joining.matters(x.text, y.text) && sharesEnough(x, y)) joining.meet(x.text, y.text);
}

interface Probe {
  readonly m: number;
  /** Numbers of members that have a shingle, by surplus. */
  readonly list: readonly number[];
  readonly limit: number;
  readonly most: number;
  /** By member: the last that looked at it. */
  readonly seenBy: Int32Array;
}

function probe(joining: Joining, members: readonly Member[], { m, list, limit, most, seenBy }: Probe): void {
  const x = members[m];
  const end = Math.min(list.length, most);
  for (let i = 0; i < end; i++) {
    const y = members[list[i]];
    if (y.surplus > limit) return;
    joining.spend(COST.look);
    if (seenBy[list[i]] === m) continue;
    seenBy[list[i]] = m;
    if (!joining.matters(x.text, y.text)) continue;
    joining.spend(COST.residual);
    if (sharesEnough(x, y)) joining.meet(x.text, y.text);
  }
}

/** Whether residuals share half the sum of their surpluses. */
function sharesEnough({ residual: a, surplus }: Member, { residual: b, surplus: other }: Member): boolean {
  let missing = (surplus + other) / 2 - EPSILON;
  for (let i = 0, j = 0; missing > 0; ) {
    if (missing > Math.min(a.length - i, b.length - j)) return false;
    if (a[i] === b[j]) {
      missing--;
      i++;
      j++;
    } else if (a[i] < b[j]) i++;
    else j++;
  }
  return true;
}
