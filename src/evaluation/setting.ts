import { AUTO, type GivenParameters } from '../ground/parameters.ts';
import { modelKinds } from '../models/registry.ts';
import type { RunRecord } from './record.ts';

/**
 * The parameters by which runs of one model are told apart: those of the record and, at its default, each that the kind was
 * given later. What has no fixed default stays absent, and so it does in records of another version of the kind, whose
 * defaults are not known. By name.
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
