/** Writes the tables of parameters in docs/models/*.md from the specs of the kinds. */
import { readFileSync, writeFileSync } from 'node:fs';
import { withParameterTable } from '../src/models/parameter-table.ts';
import { modelKinds } from '../src/models/registry.ts';

for (const kind of modelKinds()) {
  const file = new URL(`../docs/models/${kind.id}.md`, import.meta.url);
  const page = readFileSync(file, 'utf8');
  writeFileSync(file, withParameterTable(page, kind));
}
