import { join } from 'node:path';
import * as z from 'zod';
import type { FamilyId } from '../../tasks/examples.ts';
import { openModelFile, writeModelFile } from '../shared/modelfile.ts';
import { type Combination, combinationJson } from './combination.ts';

/** What was tuned on dev; a folder that has it is complete. */
export const ENSEMBLE_FILE = 'ensemble.bin';

/** Where the model of a member is kept. */
export const memberPath = (folder: string, index: number): string => join(folder, `member-${index}`);

const KIND = 'ensemble';
const SPEC = {
  header: z.object({
    /** The run and the kind of every member. */
    members: z.array(z.object({ name: z.string(), kind: z.string() })).min(2),
    combination: combinationJson,
  }),
  arrays: {},
} as const;
type EnsembleHeader = z.infer<typeof SPEC.header>;

/** The file of an ensemble. Throws a UserError if it is damaged or of another family. */
export const readEnsemble = async (folder: string, family?: FamilyId): Promise<EnsembleHeader> =>
  (await openModelFile(join(folder, ENSEMBLE_FILE), KIND, family, SPEC)).header;

export const writeEnsemble = (
  folder: string,
  family: FamilyId,
  header: { readonly members: EnsembleHeader['members']; readonly combination: Combination },
): Promise<void> =>
  writeModelFile(join(folder, ENSEMBLE_FILE), KIND, { header: { family, ...header }, arrays: {} });
