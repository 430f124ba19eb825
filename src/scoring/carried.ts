import { counted } from '../ground/counted.ts';
import type { Fault } from '../tasks/families/family.ts';
import { isObject } from '../tasks/families/shared/faults.ts';

/** Characters shown of two texts that differ, and how many of them before the difference. */
const SHOWN = 40;
const SHOWN_BEFORE = 10;

/**
 * Where a line carries its input (`text`, `textA`, `query`, `documents`…) and contradicts the corpus; undefined where it
 * does not. Fields that a line omits, and those of another shape, are not compared.
 */
export function findConflict<Input extends object>(
  line: Readonly<Record<string, unknown>>,
  input: Input,
): Fault | undefined {
  // Once per prediction: `Object.entries` would allocate an array for each of a million lines.
  for (const field in input) {
    const conflict = line[field] === undefined ? undefined : compare(line[field], input[field], field);
    if (conflict) return conflict;
  }
  return undefined;
}

function compare(carried: unknown, own: unknown, field: string): Fault | undefined {
  if (carried === own) return undefined;
  if (typeof carried === 'string' && typeof own === 'string') return otherText(carried, own, field);
  if (Array.isArray(carried) && Array.isArray(own)) {
    if (carried.length !== own.length) return otherLength(carried.length, own.length, field);
    for (const [i, item] of own.entries()) {
      const conflict = compare(carried[i], item, `${field}[${i}]`);
      if (conflict) return conflict;
    }
  } else if (isObject(carried) && isObject(own)) {
    for (const [key, item] of Object.entries(own)) {
      const conflict = key in carried ? compare(carried[key], item, `${field}.${key}`) : undefined;
      if (conflict) return conflict;
    }
  }
  return undefined;
}

function otherText(carried: string, own: string, field: string): Fault {
  let at = 0;
  while (at < carried.length && carried[at] === own[at]) at++;
  const from = Math.max(0, at - SHOWN_BEFORE);
  const shown = (text: string): string =>
    `${from > 0 ? '…' : ''}${text.slice(from, from + SHOWN)}${text.length > from + SHOWN ? '…' : ''}`;
  const message = {
    en: `"${field}" is "${shown(carried)}", the corpus has "${shown(own)}"`,
    zh: `“${field}”为“${shown(carried)}”，语料为“${shown(own)}”`,
  };
  return { code: 'other-text', field, message };
}

function otherLength(carried: number, own: number, field: string): Fault {
  const message = {
    en: `"${field}" has ${counted(carried, 'item')}, the corpus has ${own}`,
    zh: `“${field}”有 ${carried} 项，语料有 ${own} 项`,
  };
  return { code: 'other-text', field, message };
}
