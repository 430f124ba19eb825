import type { Steps } from '../ground/steps.ts';
import { COST, type Joining } from './joining.ts';
import type { Sketches } from './minhash.ts';
import { createShingleCounter } from './shingles.ts';

/** Number of texts without a template that must agree in a band for one to be searched. */
const FROM = 512;
const MOST_TEMPLATES = 64;
/** Most texts of one template; further ones go to another. */
const MOST_MEMBERS = 1 << 15;
/** Members sampled for the shingles of a template, which are those in more than half of them. */
const SAMPLE = 64;
/** A text is of a template where it differs from it in at most this share of its own shingles. */
const DIFFERS = 0.75;
/** Members of each kind with which all are compared first. */
const CLOSEST = 8;
/** Entries of a list that are looked at once the budget is spent. */
const FEW = 32;
/** Texts that are compared with a template in one step. */
const STEP = 256;
/** Rounding errors are smaller. */
const EPSILON = 1e-6;

export interface Templates {
  /** By text; -1 for none. */
  readonly templateOf: Int16Array;
  /** By template: the shingles that most of its texts share, ascending. */
  readonly templates: readonly Float64Array[];
}

/** Texts by number. */
export interface TextShingles {
  /** The distinct shingles of a text, ascending. */
  shinglesAt(text: number): Float64Array;
  /** All of them, in the order of the text. */
  runsAt(text: number): Float64Array;
}

/** Groups texts that share most of their shingles with many others. */
export function* findTemplates(sketches: Sketches, { shinglesAt, runsAt }: TextShingles): Steps<Templates> {
  const templateOf = new Int16Array(sketches.size).fill(-1);
  const templates: Float64Array[] = [];
  for (const { members: bucket } of sketches.buckets()) {
    if (bucket.length < FROM || templates.length === MOST_TEMPLATES) continue;
    const free = [...bucket].filter((text) => templateOf[text] < 0);
    if (free.length < FROM) continue;
    const template = sharedShingles(free, shinglesAt);
    const countShared = createShingleCounter(template);
    let members = 0;
    for (let text = 0; text < sketches.size && members < MOST_MEMBERS; text++) {
      if (text % STEP === 0) yield;
      if (templateOf[text] >= 0 || isFar(countShared(runsAt(text)), template.length)) continue;
      const shingles = shinglesAt(text);
      if (differenceOf(shingles, template).length > DIFFERS * shingles.length) continue;
      templateOf[text] = templates.length;
      members++;
    }
    if (members > 0) templates.push(template);
  }
  return { templateOf, templates };
}

/** Whether a text that shares that many shingles with a template cannot be of it: it has at least as many, n, and differs in
 * n + size − 2 · shared.
 */
const isFar = (shared: number, size: number): boolean => size - shared > DIFFERS * shared;

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

/** The symmetric difference of two ascending sets, ascending. */
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

/** A member of a template while it is joined. */
interface Member {
  readonly text: number;
  /** The shingles that only the text or only the template has, as numbers, rarest first. */
  readonly residual: Int32Array;
  /** By how much its residual exceeds its share of the difference that two texts at the threshold may have. */
  readonly surplus: number;
}

/** One of several templates, whose texts are joined. */
export interface JoinedTemplate extends Templates {
  readonly number: number;
  readonly shinglesAt: TextShingles['shinglesAt'];
}

/**
 * Joins the texts of one template, exactly. Two texts x and y differ in |Rx| + |Ry| − 2 |Rx ∩ Ry| shingles, R being
 * residuals, and are alike from a Jaccard similarity t where they differ in at most (1 − t) / (1 + t) of the sum of their
 * sizes: their residuals must share half the sum of their surpluses. So one of the rarest shingles must be shared, as many of
 * them as the rest is too few (prefix filter: Chaudhuri, Ganti and Kaushik 2006; Bayardo, Ma and Srikant 2007).
 */
export function* joinTemplate(
  joining: Joining,
  template: JoinedTemplate,
  threshold: number,
  share: number,
): Steps<void> {
  const { members, shingles, lonely } = rankMembers(template, (1 - threshold) / (1 + threshold));
  yield;
  joinClosest(joining, members);
  const unsettled = createLists(shingles - lonely);
  const settled = createLists(shingles - lonely);
  const center = members[0].text;
  const seenBy = new Int32Array(members.length).fill(-1);
  const isSettled = (text: number): boolean =>
    joining.hasAllTwins(text) && joining.sets.find(text) === joining.sets.find(center);
  for (const [m, x] of members.entries()) {
    const most = joining.isBeyond(share) ? FEW : Number.POSITIVE_INFINITY;
    const least = members[0].surplus;
    for (const [p, shingle] of x.residual.entries()) {
      const limit = 2 * (x.residual.length - p) - x.surplus + EPSILON;
      if (limit < least) break;
      if (shingle < lonely) continue;
      const [open, closed] = [unsettled.at(shingle - lonely), settled.at(shingle - lonely)];
      probe(joining, members, { m, list: open, limit, most, seenBy });
      if (!isSettled(x.text)) probe(joining, members, { m, list: closed, limit, most, seenBy });
    }
    const lists = isSettled(x.text) ? settled : unsettled;
    const prefix = x.residual.length - Math.max(1, Math.ceil(x.surplus - EPSILON)) + 1;
    for (const shingle of x.residual.subarray(0, prefix))
      if (shingle >= lonely) lists.push(shingle - lonely, m);
    yield;
  }
}

/** Lists of numbers, of which most stay empty. */
function createLists(count: number) {
  const lists = new Map<number, number[]>();
  const isThere = new Uint8Array(count);
  const none: readonly number[] = [];
  return {
    at: (list: number): readonly number[] => (isThere[list] === 1 ? (lists.get(list) ?? none) : none),
    push(list: number, number: number): void {
      const known = lists.get(list);
      if (known) known.push(number);
      else {
        isThere[list] = 1;
        lists.set(list, [number]);
      }
    },
  };
}

/** Members by surplus, ascending; how many shingles their residuals hold, of which the first `lonely` are in one residual only. */
function rankMembers({ templateOf, templates, number, shinglesAt }: JoinedTemplate, differs: number) {
  const texts: number[] = [];
  const residuals: Float64Array[] = [];
  const surpluses: number[] = [];
  for (const [text, template] of templateOf.entries()) {
    if (template !== number) continue;
    const shingles = shinglesAt(text);
    const residual = differenceOf(shingles, templates[number]);
    texts.push(text);
    residuals.push(residual);
    surpluses.push(residual.length - differs * shingles.length);
  }
  const { ranksOf, shingles, lonely } = rankShingles(residuals);
  const members = texts.map(
    (text, m): Member => ({ text, residual: ranksOf(residuals[m]), surplus: surpluses[m] }),
  );
  return { members: members.sort((x, y) => x.surplus - y.surplus), shingles, lonely };
}

/** Shingles of residuals by how many residuals have them, the rarest first. */
function rankShingles(residuals: readonly Float64Array[]) {
  const all = new Float64Array(residuals.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const residual of residuals) {
    all.set(residual, filled);
    filled += residual.length;
  }
  all.sort();
  /** Where each distinct shingle begins in `all`. */
  const starts: number[] = [];
  for (let i = 0; i < all.length; i++) if (i === 0 || all[i] !== all[i - 1]) starts.push(i);
  const countOf = (distinct: number): number => (starts[distinct + 1] ?? all.length) - starts[distinct];
  const order = Uint32Array.from(starts, (_, distinct) => distinct).sort(
    (x, y) => countOf(x) - countOf(y) || x - y,
  );
  const rank = new Int32Array(starts.length);
  for (let i = 0; i < order.length; i++) rank[order[i]] = i;
  const shared = order.findIndex((distinct) => countOf(distinct) > 1);
  /** Both ascend: each shingle is looked for after the one before it. */
  const ranksOf = (residual: Float64Array): Int32Array => {
    let distinct = 0;
    return Int32Array.from(residual, (shingle) => {
      let end = starts.length;
      while (distinct < end) {
        const middle = (distinct + end) >>> 1;
        if (all[starts[middle]] < shingle) distinct = middle + 1;
        else end = middle;
      }
      return rank[distinct];
    }).sort();
  };
  return { ranksOf, shingles: starts.length, lonely: shared < 0 ? starts.length : shared };
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
      if (x !== y && joining.matters(x.text, y.text) && sharesEnough(x, y)) joining.tryJoin(x.text, y.text);
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
    if (sharesEnough(x, y)) joining.tryJoin(x.text, y.text);
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
