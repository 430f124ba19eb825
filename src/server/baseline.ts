import { record } from './audit-log.ts';
import type { PhaseName } from './challenge.ts';
import type { Site } from './site.ts';
import { submit } from './submit.ts';

/** Answers of a model that ships with the program. */
export interface Baseline {
  readonly challenge: string;
  readonly phase: PhaseName;
  /** Id of the kind of model. */
  readonly model: string;
  readonly seed: number;
  readonly file: string;
}

/** Puts a baseline on the board, as an ordinary submission. */
export async function submitBaseline(site: Site, baseline: Baseline): Promise<void> {
  const { challenge, phase, model, seed, file } = baseline;
  const team = `baseline-${model}`;
  await site.kysely.transaction().execute(async (transaction) => {
    const made = await transaction
      .insertInto('team')
      .values({ id: team, kind: 'baseline', contact: '', created: new Date() })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (made.numInsertedOrUpdatedRows === 1n)
      await record(transaction, { actor: 'server', action: 'team-created', subject: team });
  });
  const card = { seeds: String(seed), trainingData: 'train', trainedOnDev: false };
  await submit(site, { challenge, phase, team, system: model, card, file });
}
