import type { OpenedChallenge } from './challenges.ts';
import type { Site } from './site.ts';
import { type Actor, manages } from './tokens.ts';

/** Whether a team is invited to a challenge. */
export async function isInvited({ kysely }: Site, challenge: string, team: string): Promise<boolean> {
  const found = await kysely
    .selectFrom('invitation')
    .select('team')
    .where('challenge', '=', challenge)
    .where('team', '=', team)
    .executeTakeFirst();
  return found !== undefined;
}

/** Whether someone may see what a challenge asks: everyone of an open one, else those invited and those who manage it. */
export async function mayTakePart(
  site: Site,
  { declared: { id, access } }: OpenedChallenge,
  actor: Actor,
): Promise<boolean> {
  if (access === 'open' || manages(actor, id)) return true;
  return actor.role === 'team' && isInvited(site, id, actor.team);
}
