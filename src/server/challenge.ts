import * as z from 'zod';
import { UserError } from '../ground/errors.ts';
import { issueText } from '../ground/issues.ts';
import { readJsonFile } from '../ground/json-file.ts';
import { listed } from '../ground/language.ts';

/** Names that are used in URLs: of challenges and teams. */
export const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/i;

const text = z.union([
  z
    .string()
    .min(1)
    .transform((both) => ({ en: both, zh: both })),
  z.strictObject({ en: z.string().min(1), zh: z.string().min(1) }),
]);
const instant = z.iso.datetime({ offset: true });
const name = z.string().regex(NAME);

/** Limit of rejected files in 24 hours, unless the daily quota is larger. */
const LEAST_REJECTED = 100;

const quota = z
  .strictObject({
    /** Per team, in any 24 hours. */
    day: z.int().min(1).max(100_000).default(10),
    /** Per team, as long as the phase lasts. */
    total: z.int().min(1).max(1_000_000).default(1000),
    /**
     * Per team, in any 24 hours: files that were rejected or whose scoring failed, which do not count against the quota but
     * cost the server work and space. Default: `day`, at least 100.
     */
    rejected: z.int().min(1).max(1_000_000).optional(),
  })
  .transform(({ rejected, ...taken }) => ({
    ...taken,
    rejected: rejected ?? Math.max(taken.day, LEAST_REJECTED),
  }));

const phase = z.strictObject({
  split: z.enum(['dev', 'test']),
  opens: instant.optional(),
  closes: instant.optional(),
  quota: quota.prefault({}),
});

const challengeFile = z.strictObject({
  id: name,
  title: text,
  /** Id of a task: built in, imported into the data directory, or declared in a task file. */
  task: z.string().min(1),
  /**
   * `open`: every team takes part; `invited`: those that the host names; `private`: the same, and nobody else can see that the
   * challenge exists.
   */
  access: z.enum(['open', 'invited', 'private']).default('open'),
  /** Who can read the gold, in the words of the host: shown to everyone. */
  goldReaders: text,
  /**
   * Where the gold is: `server`, encrypted in its database; `remote`, where `chineseblue worker --server` runs, and this
   * server never has it.
   */
  gold: z.enum(['server', 'remote']).default('server'),
  /** Id of the convention that systems are ranked by. Default: the task's primary one. */
  primary: z.string().optional(),
  phases: z
    .strictObject({
      /** Teams see the full score sheet of every submission. */
      practice: phase.optional(),
      /** Teams see the score of the Ladder only. */
      test: phase
        .extend({
          /** Decimals of the share that is released: 3 are tenths of a percent. */
          digits: z.int().min(1).max(6).default(3),
          /** The smallest step of the Ladder, as a share, however small the errors are. */
          leastStep: z.number().min(0).max(1).default(0),
        })
        .optional(),
      /** Nobody sees anything until it closes; then each team's last submission counts. */
      final: phase.optional(),
    })
    .refine((phases) => Object.values(phases).some((given) => given !== undefined), {
      error: 'at least one phase is needed',
      params: { zh: '至少需要一个阶段' },
    }),
});

/** A challenge as its host declares it: see docs/server.md. */
export type Challenge = z.infer<typeof challengeFile>;
export const PHASES = ['practice', 'test', 'final'] as const;
export type PhaseName = (typeof PHASES)[number];
export type Phase = NonNullable<Challenge['phases'][PhaseName]>;

/** A challenge from plain data; `file` is what errors name. Throws a UserError `bad-challenge` that names the field. */
export function parseChallenge(value: unknown, file?: string): Challenge {
  const { success, data, error } = challengeFile.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  throw new UserError('bad-challenge', issueText(issue), {
    file,
    field: issue.path.join('.'),
    hint: {
      en: 'docs/server.md describes the file of a challenge.',
      zh: '挑战赛文件的格式见 docs/server.md。',
    },
  });
}

/** Reads the file of a challenge. Throws a UserError: `not-json`, `bad-challenge`, or why the file cannot be read. */
export async function readChallengeFile(file: string): Promise<Challenge> {
  const hint = { en: 'docs/server.md has an example.', zh: '示例见 docs/server.md。' };
  return parseChallenge(await readJsonFile(file, 'not-json', hint), file);
}

/** The phase of a challenge; throws a UserError `no-phase` where it has none of this name. */
export function phaseOf({ id, phases }: Challenge, wanted: string): Phase {
  const found = PHASES.find((known) => known === wanted);
  const declared = found && phases[found];
  if (declared) return declared;
  const names = listed(PHASES.filter((known) => phases[known]));
  throw new UserError(
    'no-phase',
    { en: `${id} has no phase of this name`, zh: `${id} 没有该阶段` },
    { field: 'phase', hint: { en: `It has ${names.en}.`, zh: `可选：${names.zh}。` } },
  );
}

/** Whether a phase accepts submissions at a moment: `early` before it opens, `over` from its end on. */
export function whenOf({ opens, closes }: Phase, now: Date): 'early' | 'open' | 'over' {
  if (opens !== undefined && now < new Date(opens)) return 'early';
  return closes !== undefined && now >= new Date(closes) ? 'over' : 'open';
}
