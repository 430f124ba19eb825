import type { Random } from '../../src/ground/random.ts';

/** Written into the text after `JSON.stringify`, which cannot write them. */
const RAW: Readonly<Record<string, () => string>> = {
  '@deep-array': () => `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  '@deep-object': () => `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  '@nested': () => `${'['.repeat(50)}1${']'.repeat(50)}`,
  '@huge': () => '1e999',
  '@long-number': () => '9'.repeat(400),
  '@nan': () => 'NaN',
  '@surrogate': () => '"\\ud800"',
  '@long-text': () => JSON.stringify('头痛'.repeat(20_000)),
};

const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1, 0.5, 1e308, -0, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 31)],
  ...['', ' ', '0', 'null', '__proto__', 'constructor', '\0', '头痛', '../x', '/', 'NaN', 'Infinity'],
  ...[[], {}, [[]], [null], [''], [0], [{}], { '': null }, { length: 5 }],
  ...Object.keys(RAW),
];

type Node = unknown[] | Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** Every place of a value: what holds it, and under which key. */
function places(root: Node): [holder: Node, key: string][] {
  const found: [Node, string][] = [];
  const queue: Node[] = [root];
  for (let node = queue.pop(); node; node = queue.pop()) {
    for (const [key, value] of Object.entries(node)) {
      found.push([node, key]);
      if (isNode(value)) queue.push(value);
    }
  }
  return found;
}

type Edit = (holder: Node, key: string, random: Random) => void;

/** As an own property, also `__proto__`. */
const put = (holder: Node, key: string, value: unknown): void => {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
};

const get = (holder: Node, key: string): unknown => Reflect.get(holder, key);
const choose = <T>(list: readonly T[], random: Random): T => list[random.below(list.length)];

const EDITS: readonly Edit[] = [
  (holder, key, random) => put(holder, key, choose(VALUES, random)),
  (holder, key, random) => put(holder, key, choose(VALUES, random)),
  (holder, key) => {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else Reflect.deleteProperty(holder, key);
  },
  (holder, key, random) => {
    if (Array.isArray(holder)) holder.splice(Number(key), 0, get(holder, key));
    else
      put(
        holder,
        choose(['extra', '__proto__', 'constructor', '', 'toString', '0'], random),
        choose(VALUES, random),
      );
  },
  (holder, key) => put(holder, key, [get(holder, key)]),
  (holder, key) => {
    const value = get(holder, key);
    put(holder, key, isNode(value) ? '' : String(value));
  },
  (holder, key) => {
    if (Array.isArray(holder)) holder.reverse();
    else {
      const value = get(holder, key);
      Reflect.deleteProperty(holder, key);
      put(holder, `${key}s`, value);
    }
  },
  (holder, key, random) => {
    const value = get(holder, key);
    if (typeof value === 'number')
      put(holder, key, value + choose([-1, 1, 0.5, 1000, -1000, 2 ** 31], random));
    else if (typeof value === 'string')
      put(
        holder,
        key,
        choose([value.slice(1), `${value}x`, value.toUpperCase(), `${value}\n`, `\t${value}`], random),
      );
    else if (Array.isArray(value))
      put(holder, key, choose([value.slice(1), [...value, ...value], value.slice(0, 1)], random));
    else put(holder, key, choose(VALUES, random));
  },
];

/** A JSON text with a value changed, removed, added or moved; text that is not JSON is unchanged. */
export function mutateJson(text: string, random: Random): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
    // values nested too deeply to be written are unchanged
    JSON.stringify(value);
  } catch {
    return text;
  }
  if (!isNode(value) || random.below(30) === 0) return raw(JSON.stringify(choose(VALUES, random)));
  const all = places(value);
  if (all.length === 0) return raw(JSON.stringify(choose(VALUES, random)));
  const [holder, key] = choose(all, random);
  choose(EDITS, random)(holder, key, random);
  return raw(JSON.stringify(value));
}

const raw = (text: string): string =>
  text.replaceAll(/"(@[a-z-]+)"/g, (whole, name: string) => (Object.hasOwn(RAW, name) ? RAW[name]() : whole));
