import { z } from '@hono/zod-openapi';
import { PHASES } from '../challenge.ts';
import { errorSchema } from './schemas.ts';

/** The scheme of routes that need a token. */
export const bearer = [{ token: [] }];

/** Answers of a route: this, or an error in both languages. */
export const answers = <T extends z.ZodType>(schema: T) => ({
  200: { description: 'Done', content: { 'application/json': { schema } } },
  default: { description: 'Rejected', content: { 'application/json': { schema: errorSchema } } },
});

export const challengeAndPhase = z.object({ challenge: z.string(), phase: z.enum(PHASES) });

/** A request with a JSON body. */
export const jsonBody = <T extends z.ZodType>(schema: T) => ({
  body: { content: { 'application/json': { schema } }, required: true },
});

export const inChallenge = z.object({ challenge: z.string() });
