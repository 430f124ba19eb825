import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { answersOf, describeRemote, failRemote, keepRemote, leaseRemote, settleRemote } from '../remote.ts';
import type { AppSettings, Env } from './context.ts';
import { answers, bearer, inChallenge, jsonBody } from './route.ts';
import { doneSchema, remoteChallengeSchema, remoteJobSchema, remoteResultSchema } from './schemas.ts';

const JOBS = '/api/v1/challenges/{challenge}/jobs';
const ATTEMPT = `${JOBS}/{id}/{attempt}`;
const MOST_ATTEMPTS = 1000;
const attempt = inChallenge.extend({
  id: z.uuid(),
  attempt: z.coerce.number().int().min(1).max(MOST_ATTEMPTS),
});
const done = { done: true as const };

const describeRoute = createRoute({
  method: 'get',
  path: '/api/v1/challenges/{challenge}/worker',
  summary: 'What a worker compares with its local corpus (workers of the challenge)',
  security: bearer,
  request: { params: inChallenge },
  responses: answers(remoteChallengeSchema),
});

const leaseRoute = createRoute({
  method: 'post',
  path: JOBS,
  summary: 'Lease the next job (workers of the challenge)',
  security: bearer,
  request: { params: inChallenge },
  responses: answers(remoteJobSchema),
});

const answersRoute = createRoute({
  method: 'get',
  path: `${ATTEMPT}/answers`,
  summary: 'The file of a leased job, compressed by gzip (the worker that holds it)',
  security: bearer,
  request: { params: attempt },
  responses: {
    200: { description: 'The file', content: { 'application/gzip': { schema: z.string() } } },
  },
});

const keepRoute = createRoute({
  method: 'put',
  path: ATTEMPT,
  summary: 'Heartbeat: the lease of a job expires 30 seconds after the last one (the worker that holds it)',
  security: bearer,
  request: { params: attempt },
  responses: answers(doneSchema),
});

const resultRoute = createRoute({
  method: 'post',
  path: `${ATTEMPT}/result`,
  summary: 'Store the aggregates of a leased job (the worker that holds it)',
  security: bearer,
  request: { params: attempt, ...jsonBody(remoteResultSchema) },
  responses: answers(doneSchema),
});

const failureRoute = createRoute({
  method: 'post',
  path: `${ATTEMPT}/failure`,
  summary: 'Return a leased job: it is retried, or has failed (the worker that holds it)',
  security: bearer,
  request: {
    params: attempt,
    ...jsonBody(z.strictObject({ reason: z.string().regex(/^[a-z0-9-]{1,64}$/) })),
  },
  responses: answers(doneSchema),
});

/** The routes of workers that run where the gold is. */
export function addWorkerRoutes(app: OpenAPIHono<Env>, { site }: AppSettings): void {
  app.openapi(describeRoute, async (c) =>
    c.json(await describeRemote(site, c.get('actor'), c.req.valid('param').challenge), 200),
  );
  app.openapi(leaseRoute, async (c) => {
    const job = await leaseRemote(site, c.get('actor'), c.req.valid('param').challenge);
    return c.json({ job: job ?? null }, 200);
  });
  app.openAPIRegistry.registerPath(answersRoute);
  app.get(answersRoute.getRoutingPath(), async (c) => {
    const { challenge, ...held } = attempt.parse(c.req.param());
    const bytes = await answersOf(site, c.get('actor'), challenge, held);
    return c.body(Buffer.from(bytes), 200, { 'content-type': 'application/gzip' });
  });
  app.openapi(keepRoute, async (c) => {
    const { challenge, ...held } = c.req.valid('param');
    await keepRemote(site, c.get('actor'), challenge, held);
    return c.json(done, 200);
  });
  app.openapi(resultRoute, async (c) => {
    const { challenge, ...held } = c.req.valid('param');
    await settleRemote(site, c.get('actor'), challenge, { ...held, ...c.req.valid('json') });
    return c.json(done, 200);
  });
  app.openapi(failureRoute, async (c) => {
    const { challenge, ...held } = c.req.valid('param');
    await failRemote(site, c.get('actor'), challenge, { ...held, ...c.req.valid('json') });
    return c.json(done, 200);
  });
}
