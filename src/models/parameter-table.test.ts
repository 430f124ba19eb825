import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withParameterTable } from './parameter-table.ts';
import { modelKinds } from './registry.ts';

describe.each(modelKinds().map((kind) => [kind.id, kind] as const))('docs/models/%s.md', (id, kind) => {
  const page = readFileSync(new URL(`../../docs/models/${id}.md`, import.meta.url), 'utf8');

  it('has the table of parameters that the specs give (node scripts/parameters.ts writes it)', () => {
    expect(page).toContain('<!-- parameters:');
    expect(page).toContain('<!-- /parameters -->');
    expect(withParameterTable(page, kind)).toBe(page);
  });
});
