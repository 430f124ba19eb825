import { readFileSync } from 'node:fs';

/** Root of the package, both from `src/` and from `dist/`. */
export const packageRoot = new URL('../../', import.meta.url);

/** The version of this package. */
export function version(): string {
  return JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')).version;
}
