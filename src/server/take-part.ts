import { findChallenge, listChallenges, noChallenge, type OpenedChallenge } from './challenges.ts';
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

/** Whether someone may see the questions of a challenge: everyone of an open one, else those invited and those who manage it. */
export async function mayTakePart(
  site: Site,
  { declared: { id, access } }: OpenedChallenge,
  actor: Actor,
): Promise<boolean> {
  if (access === 'open' || manages(actor, id)) return true;
  return actor.role === 'team' && isInvited(site, id, actor.team);
}

/** Whether someone may see that a challenge exists: for a private one, those who take part in it, manage it or score it. */
async function maySee(site: Site, challenge: OpenedChallenge, actor: Actor): Promise<boolean> {
  const { id, access } = challenge.declared;
  if (access !== 'private' || (actor.role === 'worker' && actor.challenge === id)) return true;
  return mayTakePart(site, challenge, actor);
}

/** A challenge that someone may see. Throws a UserError `no-challenge` also if they may not. */
export async function findSeen(site: Site, actor: Actor, id: string): Promise<OpenedChallenge> {
  const challenge = await findChallenge(site, id);
  if (await maySee(site, challenge, actor)) return challenge;
  throw noChallenge();
}

/** The challenges that someone may see, by id. */
export async function listSeen(site: Site, actor: Actor): Promise<OpenedChallenge[]> {
  const all = await listChallenges(site);
  const seen = await Promise.all(all.map((challenge) => maySee(site, challenge, actor)));
  return all.filter((_, i) => seen[i]);
}
