import { z } from '@hono/zod-openapi';
import { PHASES } from '../challenge.ts';
import { TOKEN_ROLES } from '../schema.ts';

// Shapes of requests and answers, as the OpenAPI description shows them.

/** Most resample scores accepted for one submission. */
const MOST_REPLICATES = 10_000;

const text = z.object({ en: z.string(), zh: z.string() });
const phaseName = z.enum(PHASES);

export const cardSchema = z
  .strictObject({
    kind: z.enum(['encoder', 'llm', 'other']),
    cost: z
      .strictObject({ amount: z.number().min(0).max(1e9), currency: z.string().regex(/^[A-Z]{3}$/) })
      .openapi({ description: 'Per 1 000 answers' }),
    seeds: z
      .union([z.string(), z.number(), z.array(z.number()).max(100)])
      .transform((seeds) => (Array.isArray(seeds) ? seeds.join(', ') : String(seeds)))
      .pipe(z.string().max(200)),
    trainingData: z.string().max(2000),
    trainedOnDev: z.boolean(),
    pretrainedWeights: z.string().max(500),
    parameters: z.string().max(100),
    contact: z.string().max(200),
    link: z.string().max(500),
  })
  .partial()
  .openapi('ModelCard');

const phase = z.object({
  split: z.enum(['dev', 'test']),
  opens: z.string().optional(),
  closes: z.string().optional(),
  quota: z.object({ day: z.number(), total: z.number(), rejected: z.number() }),
});

export const challengeSchema = z
  .object({
    id: z.string(),
    title: text,
    task: z.string(),
    family: z.string(),
    state: z.enum(['open', 'closed']),
    access: z.enum(['open', 'invited', 'private']),
    gold: z.enum(['server', 'remote']),
    goldReaders: text,
    primary: z.string(),
    labels: z.array(z.string()),
    phases: z.partialRecord(phaseName, phase),
  })
  .openapi('Challenge');

const problem = z.object({
  line: z.number().optional(),
  id: z.string().optional(),
  field: z.string().optional(),
  code: z.string(),
  message: text,
});

export const submissionSchema = z
  .object({
    id: z.string(),
    challenge: z.string(),
    phase: phaseName,
    team: z.string(),
    system: z.string(),
    card: cardSchema,
    received: z.string(),
    state: z.enum(['queued', 'scoring', 'scored', 'rejected', 'failed']),
    ahead: z.number().optional(),
    problems: z.array(problem).readonly().optional(),
    score: z.number().nullable().optional(),
    improved: z.boolean().optional(),
    sheet: z.unknown().optional(),
    ended: z.string().optional(),
  })
  .openapi('Submission');

const score = z.number().nullable();
const reproduction = z.object({ by: z.string(), note: z.string(), at: z.string() }).openapi('Reproduction');

/** A result as boards and histories show it. */
const shownResult = {
  submission: z.string(),
  system: z.string(),
  card: cardSchema,
  score,
  low: score.optional(),
  high: score.optional(),
  received: z.string(),
  reproduced: reproduction.optional(),
};

const boardRow = z.object({
  ...shownResult,
  team: z.string(),
  kind: z.enum(['team', 'baseline']),
  groups: z.string(),
  rank: z.tuple([z.number(), z.number()]).readonly(),
  submissions: z.number(),
});

/** The fields that every view of a phase begins with. */
const head = { challenge: z.string(), phase: phaseName, primary: z.string(), blind: z.boolean() };

export const boardSchema = z
  .object({
    ...head,
    sealed: z.boolean(),
    subset: z.string(),
    convention: z.string(),
    subsets: z.array(z.object({ name: z.string(), examples: z.number(), units: z.number() })).readonly(),
    conventions: z.array(z.string()).readonly(),
    rows: z.array(boardRow).readonly(),
  })
  .openapi('Board');

export const historySchema = z
  .object({
    ...head,
    sealed: z.boolean(),
    team: z.string(),
    entries: z.array(z.object(shownResult)).readonly(),
  })
  .openapi('History');

export const comparisonSchema = z
  .object({
    ...head,
    a: boardRow,
    b: boardRow,
    together: z.boolean(),
    tested: z.object({ difference: z.number(), low: z.number(), high: z.number(), p: z.number() }).optional(),
    scores: z.array(z.object({ subset: z.string(), convention: z.string(), a: score, b: score })).readonly(),
  })
  .openapi('Comparison');

const entrySchema = z
  .object({
    seq: z.number(),
    at: z.string(),
    actor: z.string(),
    action: z.string(),
    subject: z.string(),
    detail: z.string(),
    previous: z.string(),
    sha256: z.string(),
  })
  .openapi('AuditEntry');

export const errorSchema = z
  .object({
    error: z.object({
      code: z.string(),
      message: text,
      hint: text.optional(),
      line: z.number().optional(),
      field: z.string().optional(),
      id: z.string().optional(),
    }),
  })
  .openapi('Error');

export const auditPageSchema = z.array(entrySchema);
export const doneSchema = z.object({ done: z.literal(true) });
export const registrationSchema = z
  .strictObject({
    challenge: z.unknown().openapi({ description: 'As a challenge file declares it, with gold: remote' }),
    task: z.unknown().openapi({ description: 'As a task file declares it, with its labels' }),
    splits: z.array(
      z.strictObject({
        split: z.enum(['dev', 'test']),
        synthetic: z.boolean(),
        questions: z.string().openapi({ description: 'JSON Lines, without gold' }),
      }),
    ),
  })
  .openapi('Registration');

/** What a worker compares with its own corpus. */
export const remoteChallengeSchema = z
  .object({
    challenge: z.string(),
    task: z.unknown(),
    primary: z.string(),
    splits: z.partialRecord(z.enum(['dev', 'test']), z.string()),
  })
  .openapi('RemoteChallenge');

/** The next job of a worker, if there is one. */
export const remoteJobSchema = z.object({
  job: z
    .object({ id: z.string(), attempt: z.int(), split: z.enum(['dev', 'test']) })
    .nullable()
    .openapi('RemoteJob', { type: ['object', 'null'] }),
});

/** The result of a worker. */
export const remoteResultSchema = z
  .strictObject({
    sheet: z.unknown().openapi({ description: 'A score sheet without figures over few items' }),
    replicates: z
      .array(z.number().nullable())
      .max(MOST_REPLICATES)
      .openapi({ description: 'Scores of resamples under the primary convention' }),
  })
  .openapi('RemoteResult');

export const tokenListSchema = z.array(
  z
    .object({
      id: z.string(),
      role: z.enum(TOKEN_ROLES),
      subject: z.string(),
      readOnly: z.boolean(),
      note: z.string(),
      created: z.string(),
      expires: z.string().nullable(),
    })
    .openapi('Token'),
);
export const newTokenSchema = z.object({ token: z.string() });
export const inviteSchema = z.object({ code: z.string(), expires: z.string() });

export const newChallengeSchema = z.object({ id: z.string() });
export const newTeamSchema = z.object({ id: z.string(), token: z.string() });
