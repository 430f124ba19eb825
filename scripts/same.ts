/** Compares what an example of a page shows after `// ` with what it computes. */

/** Digits that must be 0 where only whole numbers are shown: of float32 no more are exact. */
const WHOLE = 5;

/**
 * Returns true; throws unless a value is the one shown, as TypeScript: numbers (to as many digits as the most precise of those
 * shown), strings, booleans, `undefined`, and arrays and plain objects of them.
 */
export function same(value: unknown, shown: string): true {
  const decimals = [...shown.replaceAll(/'[^']*'/g, '').matchAll(/\.(\d+)/g)].map(([, part]) => part.length);
  const printed = print(value, decimals.length > 0 ? Math.max(...decimals) : WHOLE);
  if (printed !== shown) throw new Error(`${printed} instead of ${shown}`);
  return true;
}

function print(value: unknown, digits: number): string {
  if (typeof value === 'number')
    return String(Number.isInteger(value) ? value : Number(value.toFixed(digits)));
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map((one) => print(one, digits)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value).map(([name, one]) => `${name}: ${print(one, digits)}`);
  return `{ ${fields.join(', ')} }`;
}
