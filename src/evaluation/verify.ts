import { existsSync } from 'node:fs';
import { UserError } from '../ground/errors.ts';
import { isBuiltIn } from '../models/registry.ts';
import { verifyModel } from '../models/verify.ts';
import { listRuns, pathsOf } from './store.ts';

/** A run with an altered file. */
export interface DamagedRun {
  readonly directory: string;
  readonly error: UserError;
}

export interface Verification {
  /** Runs whose files are all intact. */
  readonly whole: readonly string[];
  readonly damaged: readonly DamagedRun[];
}

/** Verifies every file of the finished runs below `root`, kept models of built-in kinds included. */
export async function verifyRuns(root: string): Promise<Verification> {
  const whole: string[] = [];
  const damaged: DamagedRun[] = [];
  const onSkip = (directory: string, error: UserError): void => void damaged.push({ directory, error });
  for (const { directory, record } of await listRuns(root, { onSkip })) {
    const { model } = pathsOf(directory);
    try {
      if (isBuiltIn(record.model.id) && existsSync(model)) await verifyModel(model);
      whole.push(directory);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      onSkip(directory, error);
    }
  }
  return { whole, damaged };
}
