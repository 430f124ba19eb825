/** What modules of this package import of Node and of packages that do not run in a browser. */

import { createHash, handleOf } from './bytes.js';

/** Files by path, for modules that read files: texts, and bytes of those that are opened. */
export const files = new Map();

function noFile(path) {
  return Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
}

function content(path) {
  const text = files.get(path);
  if (text === undefined) throw noFile(path);
  return text;
}

const isFolder = (path) => [...files.keys()].some((name) => name.startsWith(`${path}/`));
const existsSync = (path) => files.has(path) || isFolder(path);
const statSync = (path) => {
  if (!existsSync(path)) throw noFile(path);
  return { isDirectory: () => isFolder(path), isFile: () => files.has(path) };
};
const readFileSync = (path, encoding) =>
  encoding === undefined ? new TextEncoder().encode(content(path)) : content(path);
const readFile = async (...args) => readFileSync(...args);
const open = async (path) => handleOf(content(path));

const basename = (path, ending = '') => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return ending !== '' && name.endsWith(ending) ? name.slice(0, -ending.length) : name;
};
const dirname = (path) => path.slice(0, Math.max(0, path.lastIndexOf('/'))) || '.';
const join = (...parts) => parts.join('/').replace(/\/+/g, '/');

/** Programs of other packages; what asks for one shows why it has no answer. */
const createRequire = () => (name) => {
  throw new Error(`${name} does not run in a browser`);
};

/** Anything else: importing it is no error, and neither is what a module does with it before it is used. */
const absent = new Proxy(() => undefined, {
  get: (_, key) => (typeof key === 'symbol' ? undefined : absent),
  apply: () => absent,
  construct: () => absent,
});

const MODULES = {
  'node:fs': { existsSync, statSync, readFileSync },
  'node:fs/promises': { open, readFile },
  'node:crypto': { createHash },
  'node:module': { createRequire },
  'node:path': { basename, dirname, join },
  'node:os': { availableParallelism: () => 1 },
  'node:timers/promises': { setImmediate: () => new Promise((resolve) => setTimeout(resolve)) },
};

/** The module of this name, with everything that is not known as something that does nothing. */
export const moduleOf = (name) =>
  new Proxy(MODULES[name] ?? {}, { get: (known, key) => (key in known ? known[key] : absent) });
