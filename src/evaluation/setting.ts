import { AUTO, type GivenParameters } from '../ground/parameters.ts';
import { modelKinds } from '../models/registry.ts';
import type { RunRecord } from './record.ts';

/**
 * The parameters that distinguish runs of one model, by name: those of the record and, at their defaults, those that the kind
 * gained later. A parameter without a fixed default stays absent, as do later ones in records of another version of the kind,
 * whose defaults are not known.
 */
export function settingOf({ model }: Pick<RunRecord, 'model'>): GivenParameters {
  const kind = modelKinds().find(({ id, version }) => id === model.id && version === model.version);
  const later = Object.entries(kind?.parameters ?? {}).filter(
    ([name, { default: standard, secret, speedOnly }]) =>
      !Object.hasOwn(model.parameters, name) &&
      standard !== undefined &&
      standard !== AUTO &&
      !secret &&
      !speedOnly,
  );
  const all = [
    ...Object.entries(model.parameters),
    ...later.map(([name, spec]) => [name, spec.default] as const),
  ];
  return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1))) as GivenParameters;
}
