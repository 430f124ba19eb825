import type { Site } from './site.ts';

/** An event in the audit log about the gold of a challenge. */
export interface GoldEvent {
  readonly at: string;
  readonly action: (typeof GOLD_ACTIONS)[number];
  readonly actor: string;
}

const GOLD_ACTIONS = ['challenge-created', 'gold-reencrypted'] as const;
const isGoldAction = (action: string): action is GoldEvent['action'] =>
  GOLD_ACTIONS.some((known) => known === action);

/** The events of a challenge's gold, oldest first. */
export async function goldEvents({ kysely }: Site, challenge: string): Promise<GoldEvent[]> {
  const rows = await kysely
    .selectFrom('audit')
    .select(['at', 'action', 'actor'])
    .where('subject', '=', challenge)
    .where('action', 'in', GOLD_ACTIONS)
    .orderBy('seq')
    .execute();
  return rows.flatMap(({ at, action, actor }) => (isGoldAction(action) ? { at, action, actor } : []));
}
